#include "models/show_attend_and_tell.h"

#include <memory>
#include <vector>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/feature_map.h"
#include "models/layers.h"

namespace wherefore {

ShowAttendAndTell::ShowAttendAndTell(const ShowAttendAndTellOptions& options)
    : CaptionNetwork(options.trunk), options_(options) {
  namespace nn = torch::nn;
  const int64_t channels = options.annotation_channels;
  const int64_t hidden = options.hidden_size;
  const auto attention = register_module("attention", std::make_shared<nn::Module>());
  encoder_att_ = attention->register_module("encoder_att", nn::Linear(channels, options.attention_size));
  decoder_att_ = attention->register_module("decoder_att", nn::Linear(hidden, options.attention_size));
  full_att_ = attention->register_module("full_att", nn::Linear(options.attention_size, 1));
  embed_ = register_module("embedding", nn::Embedding(options.vocabulary_size, options.embedding_size));
  decode_step_ = register_module("decode_step", nn::LSTMCell(options.embedding_size + channels, hidden));
  init_h_ = register_module("init_h", nn::Linear(channels, hidden));
  init_c_ = register_module("init_c", nn::Linear(channels, hidden));
  f_beta_ = register_module("f_beta", nn::Linear(hidden, channels));
  output_ = register_module("fc", nn::Linear(hidden, options.vocabulary_size));
}

at::Tensor ShowAttendAndTell::Encode(const at::Tensor& images, Tape& tape) {
  const auto map = FeatureMap(trunk(), images, tape, options_.annotation_stage, options_.annotation_channels,
                              "ShowAttendAndTellOptions::annotation_channels");
  return Annotations(map);
}

DecoderState ShowAttendAndTell::Start(const at::Tensor& annotations) {
  if (annotations.dim() != 3 || annotations.size(2) != options_.annotation_channels) {
    ThrowUsage("show, attend and tell captions annotations (N, places, " +
               std::to_string(options_.annotation_channels) + "), as Encode() gives them");
  }
  const auto mean = annotations.mean(1);
  return {{FullyConnected(init_h_, mean), FullyConnected(init_c_, mean)}, {annotations, encoder_att_(annotations)}};
}

at::Tensor ShowAttendAndTell::Attend(const DecoderState& state) {
  const auto of_hidden = FullyConnected(decoder_att_, std::get<0>(state.lstm)).unsqueeze(1);
  return full_att_(at::relu(state.image[1] + of_hidden)).squeeze(2).softmax(1);
}

void ShowAttendAndTell::Read(const at::Tensor& word, const at::Tensor& attention, DecoderState* state) {
  const auto seen = at::matmul(attention.unsqueeze(1), state->image[0]).squeeze(1);
  const auto gated = FullyConnected(f_beta_, std::get<0>(state->lstm)).sigmoid() * seen;
  state->lstm = decode_step_->forward(at::cat({word, gated}, 1), state->lstm);
}

at::Tensor ShowAttendAndTell::Run(const at::Tensor& embedded, DecoderState* state) {
  std::vector<at::Tensor> hidden;
  for (int64_t step = 0; step < embedded.size(1); ++step) {
    Read(embedded.select(1, step), Attend(*state), state);
    hidden.push_back(std::get<0>(state->lstm));
  }
  return at::stack(hidden, 1);
}

at::Tensor ShowAttendAndTell::AttentionWeights(const at::Tensor& annotations, const at::Tensor& words) {
  auto state = Start(annotations);
  const auto embedded = embed_(words.to(annotations.device()));
  std::vector<at::Tensor> weights;
  for (int64_t step = 0; step < embedded.size(1); ++step) {
    weights.push_back(Attend(state));
    Read(embedded.select(1, step), weights.back(), &state);
  }
  return at::stack(weights, 1);
}

}  // namespace wherefore
