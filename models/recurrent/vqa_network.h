#pragma once

#include <memory>
#include <vector>

#include "models/convolutional/trunk.h"
#include "models/network.h"

namespace wherefore {

/// A network that answers questions about images by choosing among answers that it knows.
///
/// Training: train() puts the trunk in training mode too; who keeps it frozen calls trunk().eval() after it.
class VqaNetwork : public LabelNetwork {
 public:
  /// Logits of the question input.prompt. Throws Error(kUsage) where there is none.
  at::Tensor Logits(const Input& input, Tape& tape) override;

  /// Logits (N, answers) of questions about images (N, 3, H, W). `questions` holds ids (R, L): R = 1, the same question
  /// about each image, or N, one an image, all of L pieces; put questions of other lengths into other batches.
  /// Word embeddings pass through tape.Input(kPromptInput): (R, L, E).
  virtual at::Tensor Logits(const at::Tensor& images, const at::Tensor& questions, Tape& tape) = 0;

  /// The same for one question of L ids.
  at::Tensor Logits(const at::Tensor& images, const std::vector<int64_t>& question, Tape& tape);

  virtual int64_t vocabulary_size() const = 0;
  virtual int64_t answers() const = 0;
  Trunk& trunk() { return *trunk_; }
  const torch::nn::Module& image_part() const override { return *trunk_; }

 protected:
  explicit VqaNetwork(const TrunkOptions& trunk);

  /// Throws Error(kUsage) where `questions` are not as Logits() takes them.
  static void CheckQuestions(const at::Tensor& images, const at::Tensor& questions);

 private:
  std::shared_ptr<Trunk> trunk_;
};

}  // namespace wherefore
