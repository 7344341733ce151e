#pragma once

#include <string>

#include "tools/report/report.h"

namespace wherefore {

/// The version of the form of explanation.json, its "schema": explanation.schema.json beside this file describes it.
constexpr int kExplanationSchema = 2;

/// explanation.json: everything but the pictures, pretty-printed. Row t of maps.npy is targets[t]'s map.
std::string ExplanationJson(const ExplainedPhotograph& explained);

}  // namespace wherefore
