#include "models/vision_encoder_decoder/gpt2_decoder.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/linear.h"
#include "models/transformers/decoder_memory.h"

namespace wherefore {

Gpt2Options::Gpt2Options(const HubConfig& config)
    : vocabulary(config.Integer("vocab_size", 50257, 1, kMostHubTokens)),
      units(config.Integer("n_embd", 768, 1, kMostHubUnits)),
      inner_units(config.Integer("n_inner", 4 * units, 1, 4 * kMostHubUnits)),
      layers(config.Integer("n_layer", 12, 1, kMostHubLayers)),
      heads(HubHeads(config, "n_head", 12, units)),
      positions(config.Integer("n_positions", 1024, 1, kMostHubTokens)),
      epsilon(config.Number("layer_norm_epsilon", 1e-5, 0, 1)),
      activation(ReadActivation(config, "activation_function", "gelu_new")),
      is_tied(config.Boolean("tie_word_embeddings", true)) {
  if (!config.Boolean("scale_attn_weights", true)) config.Refuse("scale_attn_weights", "true");
  if (config.Boolean("scale_attn_by_inverse_layer_idx", false)) {
    config.Refuse("scale_attn_by_inverse_layer_idx", "false");
  }
}

Conv1d Conv1d::Take(const WeightTree& weights, int64_t in, int64_t out) {
  return {weights.Take("weight", {in, out}), weights.Take("bias", {out})};
}

at::Tensor Conv1d::operator()(const at::Tensor& x) const { return FullyConnectedTokens(weight.t(), bias, x); }

Gpt2Decoder::Gpt2Decoder(const WeightTree& all, const Gpt2Options& options, int64_t seen_units) : options_(options) {
  const auto transformer = all.In("decoder.transformer");
  words_ = transformer.In("wte").Take("weight", {options.vocabulary, options.units});
  positions_ = transformer.In("wpe").Take("weight", {options.positions, options.units});
  for (int64_t i = 0; i < options.layers; ++i) {
    const auto name = "decoder.transformer.h." + std::to_string(i);
    blocks_.push_back(TakeBlock(all.In(name), name, seen_units));
  }
  norm_ = LayerNorm::Take(transformer.In("ln_f"), options.units, options.epsilon);
  head_ = options.is_tied ? words_ : all.In("decoder.lm_head").Take("weight", {options.vocabulary, options.units});
}

Gpt2Decoder::Block Gpt2Decoder::TakeBlock(const WeightTree& weights, const std::string& name,
                                          int64_t seen_units) const {
  const auto units = options_.units;
  return {name,
          LayerNorm::Take(weights.In("ln_1"), units, options_.epsilon),
          LayerNorm::Take(weights.In("ln_cross_attn"), units, options_.epsilon),
          LayerNorm::Take(weights.In("ln_2"), units, options_.epsilon),
          Conv1d::Take(weights.In("attn.c_attn"), units, 3 * units),
          Conv1d::Take(weights.In("attn.c_proj"), units, units),
          Conv1d::Take(weights.In("crossattention.q_attn"), units, units),
          Conv1d::Take(weights.In("crossattention.c_attn"), seen_units, 2 * units),
          Conv1d::Take(weights.In("crossattention.c_proj"), units, units),
          Conv1d::Take(weights.In("mlp.c_fc"), units, options_.inner_units),
          Conv1d::Take(weights.In("mlp.c_proj"), options_.inner_units, units)};
}

DecoderState Gpt2Decoder::Start(const at::Tensor& tokens, const Tape& tape) const {
  DecoderState state;
  for (const auto& block : blocks_) {
    const auto parts = block.cross_keys_values(tokens, tape).chunk(2, 2);
    AddBlock({SplitHeads(parts[0], options_.heads), SplitHeads(parts[1], options_.heads)}, &state);
  }
  return state;
}

at::Tensor Gpt2Decoder::Embedded(const at::Tensor& ids, int64_t first, Tape& tape) const {
  return tape.Input(kTextInput, at::embedding(words_, ids)) + PositionsFrom(positions_, first, ids.size(1));
}

at::Tensor Gpt2Decoder::Read(const at::Tensor& ids, DecoderState* state, Tape& tape) const {
  const int64_t length = ids.size(1);
  const auto heads = options_.heads;
  auto x = Embedded(ids, state->length, tape).expand({state->size(), length, options_.units});
  const auto mask = CausalMask(state->length, length, x);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const auto& block = blocks_[i];
    const auto parts = block.queries_keys_values(block.norm(x)).chunk(3, 2);
    const auto own = Remember(i, {SplitHeads(parts[1], heads), SplitHeads(parts[2], heads)}, state);
    x = x + block.output(Attend(SplitHeads(parts[0], heads), own, mask, block.name + ".attn", tape));
    const auto asked = SplitHeads(block.cross_query(block.cross_norm(x)), heads);
    x = x + block.cross_output(Attend(asked, SeenBy(i, *state), {}, block.name + ".crossattention", tape));
    x = x + block.narrow(options_.activation(block.widen(block.inner_norm(x))));
  }
  state->length += length;
  return norm_(x);
}

}  // namespace wherefore
