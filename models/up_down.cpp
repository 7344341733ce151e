#include "models/up_down.h"

#include <memory>
#include <tuple>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/feature_map.h"
#include "models/layers.h"

namespace wherefore {
namespace {

/// Registers a module as "name.0", as PyTorch names the first of a torch.nn.Sequential.
template <typename ModuleHolder>
ModuleHolder RegisterFirst(torch::nn::Module& network, const std::string& name, const ModuleHolder& module) {
  return network.register_module(name, std::make_shared<torch::nn::Module>())->register_module("0", module);
}

}  // namespace

UpDown::UpDown(const UpDownOptions& options) : CaptionNetwork(options.trunk), options_(options) {
  namespace nn = torch::nn;
  const int64_t hidden = options.hidden_size;
  embed_ = RegisterFirst(*this, "embed", nn::Embedding(options.vocabulary_size, options.embedding_size));
  fc_embed_ = RegisterFirst(*this, "fc_embed", nn::Linear(options.annotation_channels, hidden));
  att_embed_ = RegisterFirst(*this, "att_embed", nn::Linear(options.annotation_channels, hidden));
  ctx2att_ = register_module("ctx2att", nn::Linear(hidden, options.attention_size));
  const auto core = register_module("core", std::make_shared<nn::Module>());
  att_lstm_ = core->register_module("att_lstm", nn::LSTMCell(options.embedding_size + 2 * hidden, hidden));
  lang_lstm_ = core->register_module("lang_lstm", nn::LSTMCell(2 * hidden, hidden));
  const auto attention = core->register_module("attention", std::make_shared<nn::Module>());
  h2att_ = attention->register_module("h2att", nn::Linear(hidden, options.attention_size));
  alpha_net_ = attention->register_module("alpha_net", nn::Linear(options.attention_size, 1));
  output_ = register_module("logit", nn::Linear(hidden, options.vocabulary_size));
}

at::Tensor UpDown::Encode(const at::Tensor& images, Tape& tape) {
  const auto map = FeatureMap(trunk(), images, tape, options_.annotation_stage, options_.annotation_channels,
                              "UpDownOptions::annotation_channels");
  return Annotations(map);
}

DecoderState UpDown::Start(const at::Tensor& annotations) {
  if (annotations.dim() != 3 || annotations.size(2) != options_.annotation_channels) {
    ThrowUsage("the captioner attends to annotations (N, places, " + std::to_string(options_.annotation_channels) +
               "), as Encode() gives them");
  }
  const auto mean = at::relu(FullyConnected(fc_embed_, annotations.mean(1)));
  const auto places = at::relu(att_embed_(annotations));
  const auto nothing = at::zeros({2, annotations.size(0), options_.hidden_size}, mean.options());
  return {{nothing, nothing}, {mean, places, ctx2att_(places)}};
}

at::Tensor UpDown::Read(const at::Tensor& word, DecoderState* state) {
  const auto& [hidden, cell] = state->lstm;
  const int64_t rows = word.size(0);
  const auto mean = state->image[0].expand({rows, -1});
  const auto top =
      att_lstm_->forward(at::cat({hidden[1], mean, at::relu(word)}, 1), std::make_tuple(hidden[0], cell[0]));
  const auto of_hidden = FullyConnected(h2att_, std::get<0>(top)).unsqueeze(1);
  const auto attention = alpha_net_(at::tanh(state->image[2] + of_hidden)).squeeze(2).softmax(1);
  const auto seen = at::matmul(attention.unsqueeze(1), state->image[1]).squeeze(1);
  const auto language = lang_lstm_->forward(at::cat({seen, std::get<0>(top)}, 1), std::make_tuple(hidden[1], cell[1]));
  state->lstm = {at::stack({std::get<0>(top), std::get<0>(language)}),
                 at::stack({std::get<1>(top), std::get<1>(language)})};
  return attention;
}

std::pair<at::Tensor, at::Tensor> UpDown::ReadAll(const at::Tensor& embedded, DecoderState* state) {
  std::vector<at::Tensor> hidden;
  std::vector<at::Tensor> attention;
  for (int64_t step = 0; step < embedded.size(1); ++step) {
    attention.push_back(Read(embedded.select(1, step), state));
    hidden.push_back(std::get<0>(state->lstm)[1]);
  }
  return {at::stack(hidden, 1), at::stack(attention, 1)};
}

at::Tensor UpDown::Run(const at::Tensor& embedded, DecoderState* state) { return ReadAll(embedded, state).first; }

std::pair<at::Tensor, at::Tensor> UpDown::AttendedLogits(const at::Tensor& annotations, const at::Tensor& words) {
  auto state = Start(annotations);
  const auto [hidden, attention] = ReadAll(embed_(words.to(annotations.device())), &state);
  return {output_(hidden), attention};
}

}  // namespace wherefore
