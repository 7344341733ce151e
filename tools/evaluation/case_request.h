#pragma once

#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/model.h"
#include "tasks/explanation.h"
#include "tasks/request.h"
#include "tools/data/data_set.h"
#include "tools/evaluation/adversarial.h"

namespace wherefore {

/// The request that asks a model what a case of a data set says. `own`: where it is given, about the targets of that
/// explanation, whatever the model would say of this image of its own accord.
Request RequestOf(const Model& model, const EvaluationCase& asked, const HowToExplain& how,
                  const Explanation* own = nullptr);

/// SHA-1 of what decides a model's results beside its weights: config.json, its vocabulary, its labels.
std::string DigestOfTexts(const Model& model);

/// The words of a caption that a model does not know; nothing where no case may have that caption: one that is too long
/// or of unknown words only, or any of a model that writes no captions.
std::optional<std::vector<std::string>> UnknownWordsOf(const Model& model, const std::string& caption);

/// An image with noise that was to make a model wrong.
struct Attack {
  at::Tensor image;  ///< (1, 3, H, W)
  bool is_fooled = false;
  std::optional<double> confidence;  ///< probability of the wrong class or answer; none of captions
};

/// Noise that makes the model lose the right class or answer, or the word `word` of its caption. `image`: (1, 3, H, W),
/// on the model's device. Throws as FoolLabels() and FoolCaptioner() do.
Attack AttackOn(const Model& model, const at::Tensor& image, const EvaluationCase& asked, const std::string& word,
                const NoiseOptions& noise);

}  // namespace wherefore
