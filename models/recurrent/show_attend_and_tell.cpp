#include "models/recurrent/show_attend_and_tell.h"

#include <memory>
#include <tuple>

#include <ATen/ATen.h>

#include "models/linear.h"

namespace wherefore {

ShowAttendAndTell::ShowAttendAndTell(const ShowAttendAndTellOptions& options)
    : AttendingCaptioner(options), options_(options) {
  namespace nn = torch::nn;
  const int64_t channels = annotation_size();
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

DecoderState ShowAttendAndTell::Begin(const at::Tensor& annotations) {
  CheckAnnotations(annotations);
  const auto mean = annotations.mean(1);
  return {{FullyConnected(init_h_, mean), FullyConnected(init_c_, mean)}, {annotations, encoder_att_(annotations)}, 0};
}

// The attention is for the word to come: it does not know the one that is read.
at::Tensor ShowAttendAndTell::Read(const at::Tensor& word, DecoderState* state) {
  const auto hidden = state->rows[0];
  const auto of_hidden = FullyConnected(decoder_att_, hidden).unsqueeze(1);
  const auto attention = full_att_(at::relu(state->shared[1] + of_hidden)).squeeze(2).softmax(1);
  const auto seen = at::matmul(attention.unsqueeze(1), state->shared[0]).squeeze(1);
  const auto gated = FullyConnected(f_beta_, hidden).sigmoid() * seen;
  const auto [next, cell] = decode_step_->forward(at::cat({word, gated}, 1), std::make_tuple(hidden, state->rows[1]));
  state->rows = {next, cell};
  return attention;
}

at::Tensor ShowAttendAndTell::Scored(const DecoderState& state) const { return state.rows[0]; }

}  // namespace wherefore
