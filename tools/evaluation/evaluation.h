#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <c10/core/Device.h>

#include "models/families.h"
#include "tools/data/data_set.h"
#include "tools/evaluation/case_measures.h"
#include "tools/evaluation/records.h"
#include "tools/evaluation/summary.h"

namespace wherefore {

/// What is evaluated, and how.
struct EvaluationRequest {
  std::vector<std::string> models;  ///< directories
  std::string data;                 ///< directory; "": held-out scenes
  int64_t first_scene = 0;          ///< of those
  int64_t scenes = 500;             ///< of those
  EvaluationSetOptions set;
  CaseSettings settings;
  std::string journal;  ///< path; "": none
  bool resume = false;
  std::string device = "cpu";
};

/// A model and what its explanations scored.
struct ModelEvaluation {
  Model model;
  std::shared_ptr<const EvaluationSet> set;
  std::vector<CaseResult> cases;  ///< in order
  int64_t placed = 0;             ///< targets
  int64_t wrong = 0;
  int64_t placeless = 0;
  Summary summary;
};

struct Evaluation {
  std::string setup;  ///< JSON object: all that decides the results
  std::vector<ModelEvaluation> models;
};

/// Explains every case by every method and measures the maps, one model after the other. The journal stays where it
/// is; who has written the results removes it. Throws Error(kUsage): nothing to measure, methods, measures or layers
/// that there are not, a data set that says nothing of a model or measure; as Journal does; as loading does.
Evaluation Evaluate(const EvaluationRequest& request, std::ostream& err,
                    const std::vector<Family>& families = Families());

}  // namespace wherefore
