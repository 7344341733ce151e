#pragma once

#include <iosfwd>

#include "tools/evaluation/evaluation.h"

namespace wherefore {

/// Tables in Markdown, one a measure: a row a group of targets and one of all, with its 95 % interval; a column a
/// method. Measures of several parts have a row a part instead, of all targets.
void PrintTables(const ModelEvaluation& evaluated, const MeasureOptions& options, std::ostream& out);

}  // namespace wherefore
