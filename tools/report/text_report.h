#pragma once

#include <string>

#include "tools/report/report.h"

namespace wherefore {

/// What a person reads on the terminal: the caption or answer on top, then a line a target.
std::string TextReport(const ExplainedPhotograph& explained);

}  // namespace wherefore
