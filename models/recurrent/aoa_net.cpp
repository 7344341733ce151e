#include "models/recurrent/aoa_net.h"

#include <tuple>

#include <ATen/ATen.h>

#include "models/linear.h"

namespace wherefore {

AoaNet::AoaNet(const AoaNetOptions& options) : AttendingCaptioner(options), options_(options) {
  namespace nn = torch::nn;
  const int64_t hidden = options.hidden_size;
  embed_ = RegisterFirst(*this, "embed", nn::Embedding(options.vocabulary_size, options.embedding_size));
  att_embed_ = RegisterFirst(*this, "att_embed", nn::Linear(annotation_size(), hidden));
  ctx2att_ = register_module("ctx2att", nn::Linear(hidden, options.attention_size));
  const auto core = register_module("core", std::make_shared<nn::Module>());
  att_lstm_ = core->register_module("att_lstm", nn::LSTMCell(options.embedding_size + hidden, hidden));
  att2ctx_ = RegisterFirst(*core, "att2ctx", nn::Linear(2 * hidden, 2 * hidden));
  attention_ = core->register_module("attention", std::make_shared<AdditiveAttention>(hidden, options.attention_size));
  output_ = register_module("logit", nn::Linear(hidden, options.vocabulary_size));
}

DecoderState AoaNet::Begin(const at::Tensor& annotations) {
  CheckAnnotations(annotations);
  const auto places = at::relu(att_embed_(annotations));
  const auto nothing = at::zeros({annotations.size(0), 2, options_.hidden_size}, places.options());
  return {{nothing, nothing}, {places.mean(1), places, ctx2att_(places)}, 0};
}

// As the authors have it, the state keeps the context vector beside the LSTM's hidden state: hidden[1].
at::Tensor AoaNet::Read(const at::Tensor& word, DecoderState* state) {
  const auto hidden = state->rows[0];
  const auto cell = state->rows[1];
  const auto seen_before = state->shared[0] + hidden.select(1, 1);
  const auto top = att_lstm_->forward(at::cat({at::relu(word), seen_before}, 1),
                                      std::make_tuple(hidden.select(1, 0), cell.select(1, 0)));
  const auto attention = attention_->forward(std::get<0>(top), state->shared[2]);
  const auto attended = at::matmul(attention.unsqueeze(1), state->shared[1]).squeeze(1);
  const auto context = at::glu(FullyConnected(att2ctx_, at::cat({attended, std::get<0>(top)}, 1)), 1);
  state->rows = {at::stack({std::get<0>(top), context}, 1), at::stack({std::get<1>(top), cell.select(1, 1)}, 1)};
  return attention;
}

at::Tensor AoaNet::Scored(const DecoderState& state) const { return state.rows[0].select(1, 1); }

}  // namespace wherefore
