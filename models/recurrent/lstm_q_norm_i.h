#pragma once

#include <string>

#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include "models/recurrent/vqa_network.h"

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
class LstmQNormI : public VqaNetwork {
 public:
  explicit LstmQNormI(const LstmQNormIOptions& options);

  using VqaNetwork::Logits;

  /// Word embeddings reach the tape before their tanh.
  at::Tensor Logits(const at::Tensor& images, const at::Tensor& questions, Tape& tape) override;

  int64_t vocabulary_size() const override { return options_.vocabulary_size; }
  int64_t answers() const override { return options_.answers; }
  const LstmQNormIOptions& options() const { return options_; }

 private:
  LstmQNormIOptions options_;
  torch::nn::Embedding embed_{nullptr};
  torch::nn::LSTM lstm_{nullptr};
  torch::nn::Linear question_proj_{nullptr};
  torch::nn::Linear image_proj_{nullptr};
  torch::nn::Linear output_{nullptr};
};

}  // namespace wherefore
