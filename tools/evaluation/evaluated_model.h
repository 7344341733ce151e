#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <torch/nn/module.h>

#include "explain/methods/subject.h"
#include "models/model_directory.h"
#include "tasks/explanation.h"
#include "tools/data/data_set.h"
#include "tools/evaluation/adversarial.h"

namespace wherefore {

/// An image with noise that was to make a model wrong.
struct Attack {
  at::Tensor image;  ///< (1, 3, H, W)
  bool is_fooled = false;
  std::optional<double> confidence;  ///< probability of the wrong class or answer; none of captions
};

/// A model of any task, asked what a case of a data set says. `own`: where it is given, about the targets of that
/// explanation, whatever the model would say of this image of its own accord. Images (1, 3, H, W) lie on the model's
/// device. Errors are those of the tasks' own functions.
class EvaluatedModel {
 public:
  virtual ~EvaluatedModel() = default;

  virtual const ModelInfo& info() const = 0;
  virtual torch::nn::Module& network() const = 0;

  /// SHA-1 of what decides its results beside the weights: config.json, and its words.
  virtual std::string TextsDigest() const = 0;

  virtual TaskExplanation Explain(const at::Tensor& image, const EvaluationCase& asked, const ExplainRequest& request,
                                  const TaskExplanation* own = nullptr) const = 0;
  virtual Subject SubjectOf(const at::Tensor& image, const EvaluationCase& asked, const ExplainRequest& request,
                            const TaskExplanation& own) const = 0;

  /// The words of a caption that the model does not know; nothing where no case may have that caption: one that is too
  /// long or of unknown words only, or any in other tasks.
  virtual std::optional<std::vector<std::string>> UnknownWords(const std::string& caption) const = 0;

  /// Noise that makes the model lose the right class or answer, or the word `word` of its caption.
  virtual Attack Fool(const at::Tensor& image, const EvaluationCase& asked, const std::string& word,
                      const NoiseOptions& noise) const = 0;
};

/// Reads a model directory of any task. Throws as the tasks' own loaders do.
std::unique_ptr<EvaluatedModel> LoadEvaluatedModel(const std::string& directory, c10::Device device);

}  // namespace wherefore
