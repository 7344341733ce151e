#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "tools/evaluation/evaluation.h"
#include "tools/evaluation/measures.h"
#include "tools/evaluation/summary.h"

namespace wherefore {

/// How many targets there are, a sentence each: of all measures, and of pointing-recall where it was asked for.
std::vector<std::string> CountLines(const ModelEvaluation& evaluated);

/// How many values of a measure are undefined, of all targets, a sentence for methods with equally many: "grad-cam: 12
/// of 291 values are undefined (the map is zero everywhere) and left out". Nothing where there are none.
std::vector<std::string> UndefinedNotes(const Summary& summary, const Measure& measure);

/// Tables in Markdown, one a measure: a row a group of targets and one of all, with its 95 % interval; a column a
/// method. Measures of several parts have a row a part instead, of all targets. Under a table UndefinedNotes().
void PrintTables(const ModelEvaluation& evaluated, const MeasureOptions& options, std::ostream& out);

}  // namespace wherefore
