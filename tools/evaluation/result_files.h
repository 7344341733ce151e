#pragma once

#include <string>

#include "tools/evaluation/evaluation.h"

namespace wherefore {

/// results.json: the set-up, and for every model, measure, part, group and method how many targets there were, the mean
/// (or the ratio of means) and its 95 % interval. Format 2.
std::string ResultsJson(const Evaluation& evaluation);

/// results.csv: a line a record, as RFC 4180 has it, after one with the columns' names.
std::string ResultsCsv(const Evaluation& evaluation);

}  // namespace wherefore
