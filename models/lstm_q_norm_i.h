#pragma once

#include <memory>
#include <string>
#include <vector>

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "models/trunk.h"

namespace wherefore {

struct LstmQNormIOptions {
  TrunkOptions trunk;
  std::string image_feature = "average_pool";  ///< as in ShowAndTellOptions
  int64_t image_feature_size = 0;
  int64_t embedding_size = 300;
  int64_t hidden_size = 512;
  int64_t layers = 2;
  int64_t fusion_size = 1024;  ///< of the two sides' product
  int64_t vocabulary_size = 0;
  int64_t answers = 0;
};

/// Deeper LSTM Q + norm I (Antol et al. 2015): the L2-normalised image vector and the LSTM's last cell and hidden
/// states, each projected through tanh, are multiplied; a linear layer scores the answers.
class LstmQNormI : public torch::nn::Module {
 public:
  explicit LstmQNormI(const LstmQNormIOptions& options);

  /// Logits (N, answers) of questions about images (N, 3, H, W). `questions` holds ids (R, L): R = 1, the same question
  /// about each image, or N, one an image, all of L pieces; put questions of other lengths into other batches.
  /// Word embeddings, before their tanh, pass through tape.Input(kEmbeddingInput): (R, L, E).
  at::Tensor Logits(const at::Tensor& images, const at::Tensor& questions, Tape& tape);

  /// The same for one question of L ids.
  at::Tensor Logits(const at::Tensor& images, const std::vector<int64_t>& question, Tape& tape);

  const LstmQNormIOptions& options() const { return options_; }
  Trunk& trunk() { return *trunk_; }

 private:
  LstmQNormIOptions options_;
  std::shared_ptr<Trunk> trunk_;
  torch::nn::Embedding embed_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear question_proj_{nullptr};
  torch::nn::Linear image_proj_{nullptr};
  torch::nn::Linear output_{nullptr};
};

}  // namespace wherefore
