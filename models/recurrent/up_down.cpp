#include "models/recurrent/up_down.h"

#include <tuple>

#include <ATen/ATen.h>

#include "models/linear.h"

namespace wherefore {

UpDown::UpDown(const UpDownOptions& options) : AttendingCaptioner(options), options_(options) {
  namespace nn = torch::nn;
  const int64_t hidden = options.hidden_size;
  embed_ = RegisterFirst(*this, "embed", nn::Embedding(options.vocabulary_size, options.embedding_size));
  fc_embed_ = RegisterFirst(*this, "fc_embed", nn::Linear(annotation_size(), hidden));
  att_embed_ = RegisterFirst(*this, "att_embed", nn::Linear(annotation_size(), hidden));
  ctx2att_ = register_module("ctx2att", nn::Linear(hidden, options.attention_size));
  const auto core = register_module("core", std::make_shared<nn::Module>());
  att_lstm_ = core->register_module("att_lstm", nn::LSTMCell(options.embedding_size + 2 * hidden, hidden));
  lang_lstm_ = core->register_module("lang_lstm", nn::LSTMCell(2 * hidden, hidden));
  attention_ = core->register_module("attention", std::make_shared<AdditiveAttention>(hidden, options.attention_size));
  output_ = register_module("logit", nn::Linear(hidden, options.vocabulary_size));
}

DecoderState UpDown::Begin(const at::Tensor& annotations) {
  CheckAnnotations(annotations);
  const auto mean = at::relu(FullyConnected(fc_embed_, annotations.mean(1)));
  const auto places = at::relu(att_embed_(annotations));
  const auto nothing = at::zeros({annotations.size(0), 2, options_.hidden_size}, mean.options());
  return {{nothing, nothing}, {mean, places, ctx2att_(places)}, 0};
}

at::Tensor UpDown::Read(const at::Tensor& word, DecoderState* state) {
  const auto hidden = state->rows[0];
  const auto cell = state->rows[1];
  const auto mean = state->shared[0].expand({word.size(0), -1});
  const auto top = att_lstm_->forward(at::cat({hidden.select(1, 1), mean, at::relu(word)}, 1),
                                      std::make_tuple(hidden.select(1, 0), cell.select(1, 0)));
  const auto attention = attention_->forward(std::get<0>(top), state->shared[2]);
  const auto seen = at::matmul(attention.unsqueeze(1), state->shared[1]).squeeze(1);
  const auto language = lang_lstm_->forward(at::cat({seen, std::get<0>(top)}, 1),
                                            std::make_tuple(hidden.select(1, 1), cell.select(1, 1)));
  state->rows = {at::stack({std::get<0>(top), std::get<0>(language)}, 1),
                 at::stack({std::get<1>(top), std::get<1>(language)}, 1)};
  return attention;
}

at::Tensor UpDown::Scored(const DecoderState& state) const { return state.rows[0].select(1, 1); }

}  // namespace wherefore
