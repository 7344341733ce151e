#include "models/blip/blip_vision.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/network.h"

namespace wherefore {

BlipVisionOptions::BlipVisionOptions(const HubConfig& config)
    : units(config.Integer("hidden_size", 768, 1, kMostHubUnits)),
      inner_units(config.Integer("intermediate_size", 3072, 1, kMostHubUnits)),
      layers(config.Integer("num_hidden_layers", 12, 1, kMostHubLayers)),
      heads(HubHeads(config, "num_attention_heads", 12, units)),
      epsilon(config.Number("layer_norm_eps", 1e-5, 0, 1)),
      activation(ReadActivation(config, "hidden_act", "gelu")),
      grid(ReadPatchGrid(config, 384, 16)) {}

BlipVision::BlipVision(const WeightTree& all, const BlipVisionOptions& options) : options_(options) {
  const auto embeddings = all.In("vision_model.embeddings");
  class_token_ = embeddings.Take("class_embedding", {1, 1, options.units});
  positions_ = embeddings.Take("position_embedding", {1, options.grid.size() + 1, options.units});
  patches_ = PatchEmbedding::Take(embeddings.In("patch_embedding"), options.units, options.grid.patch_height,
                                  options.grid.patch_width);
  for (int64_t i = 0; i < options.layers; ++i) {
    const auto name = "vision_model.encoder.layers." + std::to_string(i);
    blocks_.push_back(TakeBlock(all.In(name), name));
  }
  norm_ = LayerNorm::Take(all.In(last_layer()), options.units, options.epsilon);
}

BlipVision::Block BlipVision::TakeBlock(const WeightTree& weights, const std::string& name) const {
  const auto units = options_.units;
  return {name,
          LayerNorm::Take(weights.In("layer_norm1"), units, options_.epsilon),
          LayerNorm::Take(weights.In("layer_norm2"), units, options_.epsilon),
          LinearLayer::Take(weights.In("self_attn.qkv"), units, 3 * units),
          LinearLayer::Take(weights.In("self_attn.projection"), units, units),
          LinearLayer::Take(weights.In("mlp.fc1"), units, options_.inner_units),
          LinearLayer::Take(weights.In("mlp.fc2"), options_.inner_units, units)};
}

at::Tensor BlipVision::Run(const Block& block, const at::Tensor& x, Tape& tape) const {
  const auto places = options_.grid.places(1);
  const auto normed = tape.At(block.name + ".layer_norm1", block.norm_before(x), places);
  const auto parts = block.queries_keys_values(normed).chunk(3, 2);
  const KeysAndValues seen = {SplitHeads(parts[1], options_.heads), SplitHeads(parts[2], options_.heads)};
  const auto read = Attend(SplitHeads(parts[0], options_.heads), seen, {}, block.name + ".self_attn", tape);
  const auto attended = x + block.projection(read);
  const auto inner = options_.activation(block.widen(block.norm_after(attended)));
  return tape.At(block.name, attended + block.narrow(inner), places);
}

at::Tensor BlipVision::operator()(const at::Tensor& images, Tape& tape) const {
  const auto pixels = tape.At(kImageLayer, images);
  CheckImages(pixels, options_.grid);
  const auto places = options_.grid.places(1);
  auto x = at::cat({class_token_.expand({pixels.size(0), 1, options_.units}), patches_(pixels)}, 1) + positions_;
  x = tape.At("vision_model.embeddings", x, places);
  for (const auto& block : blocks_) x = Run(block, x, tape);
  return tape.At(last_layer(), norm_(x), places);
}

}  // namespace wherefore
