#pragma once

#include <string>

namespace wherefore {

/// With which probability a draft of that kind with that answer is kept, so that the kind's answers are as common.
double KeptShare(const std::string& kind, const std::string& answer);

}  // namespace wherefore
