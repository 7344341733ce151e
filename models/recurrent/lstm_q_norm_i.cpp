#include "models/recurrent/lstm_q_norm_i.h"

#include <tuple>

#include <ATen/ATen.h>

#include "models/convolutional/image_feature.h"
#include "models/linear.h"
#include "models/recurrent/recurrent.h"

namespace wherefore {
namespace {

/// [c of layer 1, h of layer 1, c of layer 2, h of layer 2, ...]: (rows, 2 x layers x hidden size).
at::Tensor JoinedStates(const LstmState& state) {
  const auto& [hidden, cell] = state;
  std::vector<at::Tensor> parts;
  for (int64_t layer = 0; layer < hidden.size(0); ++layer) {
    parts.push_back(cell[layer]);
    parts.push_back(hidden[layer]);
  }
  return at::cat(parts, 1);
}

/// Rows of length 1. The guard against division by zero is the authors' code's.
at::Tensor Normalized(const at::Tensor& feature) { return feature / feature.norm(2, {1}, true).clamp_min(1e-12); }

}  // namespace

LstmQNormI::LstmQNormI(const LstmQNormIOptions& options) : VqaNetwork(options.trunk), options_(options) {
  namespace nn = torch::nn;
  embed_ = register_module("embed", nn::Embedding(options.vocabulary_size, options.embedding_size));
  lstm_ = register_module(
      "lstm",
      nn::LSTM(
          nn::LSTMOptions(options.embedding_size, options.hidden_size).num_layers(options.layers).batch_first(true)));
  const int64_t question_size = 2 * options.layers * options.hidden_size;
  question_proj_ = register_module("question_proj", nn::Linear(question_size, options.fusion_size));
  image_proj_ = register_module("image_proj", nn::Linear(options.image_feature_size, options.fusion_size));
  output_ = register_module("output", nn::Linear(options.fusion_size, options.answers));
}

at::Tensor LstmQNormI::Logits(const at::Tensor& images, const at::Tensor& questions, Tape& tape) {
  CheckQuestions(images, questions);
  const auto feature = Normalized(ImageFeature(trunk(), images, tape, options_.image_feature));
  const auto embedded = tape.Input(kPromptInput, embed_(questions.to(feature.device())));
  const auto state = std::get<1>(RunLstm(lstm_, embedded.tanh()));
  const auto fused =
      FullyConnected(question_proj_, JoinedStates(state)).tanh() * FullyConnected(image_proj_, feature).tanh();
  return FullyConnected(output_, fused);
}

}  // namespace wherefore
