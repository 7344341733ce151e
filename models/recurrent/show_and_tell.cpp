#include "models/recurrent/show_and_tell.h"

#include <tuple>

#include <ATen/ATen.h>

#include "models/convolutional/image_feature.h"
#include "models/linear.h"
#include "models/recurrent/recurrent.h"

namespace wherefore {

ShowAndTell::ShowAndTell(const ShowAndTellOptions& options) : CaptionNetwork(options.trunk), options_(options) {
  namespace nn = torch::nn;
  image_proj_ = register_module("image_proj", nn::Linear(options.image_feature_size, options.embedding_size));
  embed_ = register_module("embed", nn::Embedding(options.vocabulary_size, options.embedding_size));
  lstm_ = register_module(
      "lstm",
      nn::LSTM(
          nn::LSTMOptions(options.embedding_size, options.hidden_size).num_layers(options.layers).batch_first(true)));
  output_ = register_module("output", nn::Linear(options.hidden_size, options.vocabulary_size));
}

at::Tensor ShowAndTell::Encode(const at::Tensor& images, Tape& tape) {
  return ImageFeature(trunk(), images, tape, options_.image_feature);
}

DecoderState ShowAndTell::Begin(const at::Tensor& features) {
  const auto [hidden, cell] = std::get<1>(RunLstm(lstm_, FullyConnected(image_proj_, features).unsqueeze(1)));
  return {{hidden.transpose(0, 1), cell.transpose(0, 1)}, {}, 0};
}

at::Tensor ShowAndTell::Run(const at::Tensor& embedded, DecoderState* state) {
  auto& rows = state->rows;
  const LstmState before = {rows[0].transpose(0, 1).contiguous(), rows[1].transpose(0, 1).contiguous()};
  const auto [hidden, after] = RunLstm(lstm_, embedded, before);
  rows = {std::get<0>(after).transpose(0, 1), std::get<1>(after).transpose(0, 1)};
  return hidden;
}

}  // namespace wherefore
