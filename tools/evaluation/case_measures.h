#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <c10/core/Device.h>

#include "tools/evaluation/explained_case.h"
#include "tools/evaluation/measures.h"
#include "tools/evaluation/records.h"

namespace wherefore {

/// What is done with every case.
struct CaseSettings {
  std::vector<Column> columns;
  std::vector<std::string> measures;  ///< names
  MeasureOptions options;
  MethodOptions method_options;

  bool Asks(const std::string& measure) const;
};

/// What adversarial calls its parts.
inline constexpr const char* kFooled = "noise makes the model wrong, % of targets";
inline constexpr const char* kConfidence = "the wrong answer's probability then, %";

/// What all of a case's maps score by all measures. Of classifiers only the best class is measured and counted, but by
/// pointing-recall. Values that are not finite, or that a measure does not have, are CaseResult::undefined. Cases that
/// ask for what is not there are for that measure only. A case of which the model says nothing has no record, and
/// counts as one without a place.
///
/// Records of pointing-recall are not what is right yet, which takes a threshold: `value` is the map's maximum,
/// `over` its hit, or nothing where the target is absent. See RightWithRecall().
CaseResult MeasureCase(const Model& model, const EvaluationCase& asked, int64_t index, const CaseSettings& settings,
                       c10::Device device);

}  // namespace wherefore
