#include "models/vit/vit_tower.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/network.h"

namespace wherefore {

VitOptions::VitOptions(const HubConfig& config)
    : units(config.Integer("hidden_size", 768, 1, kMostHubUnits)),
      inner_units(config.Integer("intermediate_size", 3072, 1, kMostHubUnits)),
      layers(config.Integer("num_hidden_layers", 12, 1, kMostHubLayers)),
      heads(HubHeads(config, "num_attention_heads", 12, units)),
      epsilon(config.Number("layer_norm_eps", 1e-12, 0, 1)),
      has_bias(config.Boolean("qkv_bias", true)),
      activation(ReadActivation(config, "hidden_act", "gelu")),
      grid(ReadPatchGrid(config, 224, 16)) {
  if (config.Integer("num_channels", 3, 1, kMostHubUnits) != 3) config.Refuse("num_channels", "3: photographs are RGB");
}

VitTower::VitTower(const WeightTree& all, const std::string& name, const VitOptions& options)
    : name_(name), options_(options) {
  const auto embeddings = all.In(name + ".embeddings");
  class_token_ = embeddings.Take("cls_token", {1, 1, options.units});
  positions_ = embeddings.Take("position_embeddings", {1, options.grid.size() + 1, options.units});
  patches_ = PatchEmbedding::Take(embeddings.In("patch_embeddings.projection"), options.units,
                                  options.grid.patch_height, options.grid.patch_width);
  for (int64_t i = 0; i < options.layers; ++i) {
    const auto block = name + ".encoder.layer." + std::to_string(i);
    blocks_.push_back(TakeBlock(all.In(block), block));
  }
  norm_ = LayerNorm::Take(all.In(last_layer()), options.units, options.epsilon);
}

VitTower::Block VitTower::TakeBlock(const WeightTree& weights, const std::string& name) const {
  const auto units = options_.units;
  const auto attention = weights.In("attention.attention");
  return {name,
          LayerNorm::Take(weights.In("layernorm_before"), units, options_.epsilon),
          LayerNorm::Take(weights.In("layernorm_after"), units, options_.epsilon),
          LinearLayer::Take(attention.In("query"), units, units, options_.has_bias),
          LinearLayer::Take(attention.In("key"), units, units, options_.has_bias),
          LinearLayer::Take(attention.In("value"), units, units, options_.has_bias),
          LinearLayer::Take(weights.In("attention.output.dense"), units, units),
          LinearLayer::Take(weights.In("intermediate.dense"), units, options_.inner_units),
          LinearLayer::Take(weights.In("output.dense"), options_.inner_units, units)};
}

at::Tensor VitTower::Run(const Block& block, const at::Tensor& x, Tape& tape) const {
  const auto places = options_.grid.places(1);
  const auto heads = options_.heads;
  const auto normed = tape.At(block.name + ".layernorm_before", block.norm_before(x), places);
  const KeysAndValues seen = {SplitHeads(block.key(normed), heads), SplitHeads(block.value(normed), heads)};
  const auto read = Attend(SplitHeads(block.query(normed), heads), seen, {}, block.name + ".attention.attention", tape);
  const auto attended = x + block.output(read);
  const auto inner = options_.activation(block.widen(block.norm_after(attended)));
  return tape.At(block.name, attended + block.narrow(inner), places);
}

at::Tensor VitTower::operator()(const at::Tensor& images, Tape& tape) const {
  const auto pixels = tape.At(kImageLayer, images);
  CheckImages(pixels, options_.grid);
  const auto places = options_.grid.places(1);
  auto x = at::cat({class_token_.expand({pixels.size(0), 1, options_.units}), patches_(pixels)}, 1) + positions_;
  x = tape.At(name_ + ".embeddings", x, places);
  for (const auto& block : blocks_) x = Run(block, x, tape);
  return tape.At(last_layer(), norm_(x), places);
}

}  // namespace wherefore
