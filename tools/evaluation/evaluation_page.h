#pragma once

#include <string>

#include "tools/evaluation/evaluation.h"

namespace wherefore {

/// One HTML file that needs nothing else: for every measure a chart, best method first, with intervals, and a table by
/// kind of target; the best, median and worst maps by a method and measure that the reader chooses.
std::string EvaluationHtml(const Evaluation& evaluation, const CaseSettings& settings, c10::Device device);

}  // namespace wherefore
