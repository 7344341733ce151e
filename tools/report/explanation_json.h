#pragma once

#include <string>

#include "tools/report/report.h"

namespace wherefore {

/// explanation.json: everything but the pictures, pretty-printed. Row t of maps.npy is targets[t]'s map.
std::string ExplanationJson(const ExplainedPhotograph& explained);

}  // namespace wherefore
