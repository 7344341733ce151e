#pragma once

#include <functional>
#include <string>

#include "explain/error.h"

namespace wherefore {

/// The text of the Error of this kind that `run` throws; "" and a failed test where it throws none, or another.
std::string ErrorText(ErrorKind kind, const std::function<void()>& run);

}  // namespace wherefore
