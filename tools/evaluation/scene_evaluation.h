#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <c10/core/Device.h>

#include "models/model_directory.h"
#include "tools/evaluation/localisation.h"
#include "tools/training/scene_stream.h"

namespace wherefore {

/// Rows of the tables beside the methods of Methods(): a map that is highest in the picture's middle, and one that is
/// the same everywhere, which scores as a place chosen at random.
inline constexpr const char* kCenterBaseline = "center";
inline constexpr const char* kRandomBaseline = "random";

struct SceneEvaluation {
  std::vector<std::string> methods = {"grad-cam", "guided-grad-cam", "guided-backprop",
                                      "gradient", kCenterBaseline,   kRandomBaseline};
  std::string layer;  ///< "": the model's own default
};

/// The first of the held-out scenes that explanations are measured on: far from those that training measures itself on.
inline constexpr int64_t kFirstEvaluationScene = 1'000'000;

/// The model directories that were named, or both that come with the program where none was. Throws Error(kUsage) where
/// there is none.
std::vector<std::string> SceneModels(const std::vector<std::string>& named);

/// What was left out of a table, and why.
struct EvaluationCounts {
  int64_t explained = 0;  ///< targets with a place in the scene
  int64_t wrong = 0;      ///< words of phrases, and answers, that are wrong: what they speak of has no place
  int64_t placeless = 0;  ///< right, but of no object: "no", 0, "and"
};

/// Explains each word of the model's own captions of scenes, and compares the maps with the masks of the objects that
/// the word speaks of: by nouns, by adjectives ("color", "size", "pattern"), and apart from them by the words that have
/// no single region, "count" (all objects counted) and "relation" (those of both sides).
EvaluationCounts EvaluateCaptions(const CaptionModel& model, const std::vector<TrainingScene>& scenes,
                                  const SceneEvaluation& evaluation, c10::Device device, LocalisationTable* table,
                                  std::ostream& err);

/// Explains the model's right answers to questions about scenes, by family, and compares the maps with the masks of the
/// objects that decide the answer: of relations the one asked for, of counts and comparisons all that are counted.
EvaluationCounts EvaluateAnswers(const VqaModel& model, const std::vector<TrainingScene>& scenes,
                                 const SceneEvaluation& evaluation, c10::Device device, LocalisationTable* table,
                                 std::ostream& err);

}  // namespace wherefore
