#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/evaluation/evaluation.h"

namespace wherefore {

/// A target's map that a measure ranks best, in the middle or worst.
struct Example {
  std::string measure;
  std::string method;
  std::string place;   ///< "best", "median", "worst"
  std::string target;  ///< its text
  std::string name;    ///< of the case
  double value = 0;    ///< of ratios the ratio; infinite where nothing is below the line
  std::size_t picture = 0;
};

/// Examples of a model, and the pictures that they share.
struct Examples {
  std::vector<Example> examples;
  std::vector<std::string> pictures;  ///< bytes of JPEG files: the map over the picture, the object outlined
};

/// The best, the median and the worst map of each method by measures that are of one map, as many of them, in their
/// order, as `most` pictures admit. Explains these cases again.
Examples FindExamples(const ModelEvaluation& evaluated, const CaseSettings& settings, c10::Device device,
                      std::size_t most = 150);

}  // namespace wherefore
