#include "models/transformers/bert.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/transformers/decoder_memory.h"

namespace wherefore {

BertOptions::BertOptions(const HubConfig& config, int64_t units_seen, const Defaults& defaults)
    : vocabulary(config.Integer("vocab_size", defaults.vocabulary, 1, kMostHubTokens)),
      units(config.Integer("hidden_size", 768, 1, kMostHubUnits)),
      inner_units(config.Integer("intermediate_size", 3072, 1, kMostHubUnits)),
      layers(config.Integer("num_hidden_layers", defaults.layers, 1, kMostHubLayers)),
      heads(HubHeads(config, "num_attention_heads", defaults.heads, units)),
      positions(config.Integer("max_position_embeddings", defaults.positions, 1, kMostHubTokens)),
      seen_units(units_seen),
      epsilon(config.Number("layer_norm_eps", 1e-12, 0, 1)),
      activation(ReadActivation(config, "hidden_act", "gelu")) {}

BertEmbeddings::BertEmbeddings(const WeightTree& weights, const BertOptions& options)
    : words_(weights.In("word_embeddings").Take("weight", {options.vocabulary, options.units})),
      positions_(weights.In("position_embeddings").Take("weight", {options.positions, options.units})),
      norm_(LayerNorm::Take(weights.In("LayerNorm"), options.units, options.epsilon)) {}

at::Tensor BertEmbeddings::Words(const at::Tensor& ids) const { return at::embedding(words_, ids); }

at::Tensor BertEmbeddings::Placed(const at::Tensor& words, int64_t first) const {
  return norm_(words + PositionsFrom(positions_, first, words.size(1)));
}

BertAttention BertAttention::Take(const WeightTree& weights, const std::string& name, const BertOptions& options,
                                  int64_t seen_units) {
  const auto units = options.units;
  const auto self = weights.In("self");
  const auto output = weights.In("output");
  return {name + ".self",
          options.heads,
          LinearLayer::Take(self.In("query"), units, units),
          LinearLayer::Take(self.In("key"), seen_units, units),
          LinearLayer::Take(self.In("value"), seen_units, units),
          LinearLayer::Take(output.In("dense"), units, units),
          LayerNorm::Take(output.In("LayerNorm"), units, options.epsilon)};
}

KeysAndValues BertAttention::See(const at::Tensor& tokens, const Tape& tape) const {
  return {SplitHeads(key(tokens, tape), heads), SplitHeads(value(tokens, tape), heads)};
}

at::Tensor BertAttention::operator()(const at::Tensor& x, const KeysAndValues& seen, const at::Tensor& mask,
                                     Tape& tape) const {
  return norm(output(Attend(SplitHeads(query(x), heads), seen, mask, name, tape)) + x);
}

BertBlock::BertBlock(const WeightTree& weights, const std::string& name, const BertOptions& options)
    : attention(BertAttention::Take(weights.In("attention"), name + ".attention", options, options.units)),
      activation(options.activation),
      widen(LinearLayer::Take(weights.In("intermediate.dense"), options.units, options.inner_units)),
      narrow(LinearLayer::Take(weights.In("output.dense"), options.inner_units, options.units)),
      norm(LayerNorm::Take(weights.In("output.LayerNorm"), options.units, options.epsilon)) {
  if (options.seen_units == 0) return;
  cross_attention =
      BertAttention::Take(weights.In("crossattention"), name + ".crossattention", options, options.seen_units);
}

at::Tensor BertBlock::operator()(const at::Tensor& x, const KeysAndValues& own, const at::Tensor& mask,
                                 const std::optional<KeysAndValues>& seen, Tape& tape) const {
  auto y = attention(x, own, mask, tape);
  if (seen) y = (*cross_attention)(y, *seen, {}, tape);
  return norm(narrow(activation(widen(y))) + y);
}

std::vector<BertBlock> TakeBertBlocks(const WeightTree& all, const std::string& name, const BertOptions& options) {
  std::vector<BertBlock> blocks;
  for (int64_t i = 0; i < options.layers; ++i) {
    const auto block = name + ".layer." + std::to_string(i);
    blocks.emplace_back(all.In(block), block, options);
  }
  return blocks;
}

}  // namespace wherefore
