#include "models/transformers/vision_tower.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/network.h"

namespace wherefore {

VisionTowerOptions ReadVisionTowerOptions(const HubConfig& config, const VisionTowerDefaults& defaults) {
  RequireRgb(config);
  VisionTowerOptions options;
  options.units = config.Integer("hidden_size", 768, 1, kMostHubUnits);
  options.inner_units = config.Integer("intermediate_size", 3072, 1, kMostHubUnits);
  options.layers = config.Integer("num_hidden_layers", 12, 1, kMostHubLayers);
  options.heads = HubHeads(config, "num_attention_heads", 12, options.units);
  options.epsilon = config.Number("layer_norm_eps", defaults.epsilon, 0, 1);
  options.activation = ReadActivation(config, "hidden_act", defaults.activation);
  options.grid = ReadPatchGrid(config, defaults.image_size, defaults.patch_size);
  return options;
}

VisionTower::VisionTower(const WeightTree& all, const VisionTowerNames& names, const VisionTowerOptions& options)
    : names_(names), options_(options) {
  TakeEmbeddings(all.In(names.embeddings));
  const auto take_norm = [&](const std::string& name) {
    return name.empty() ? LayerNorm() : LayerNorm::Take(all.In(name), options.units, options.epsilon);
  };
  first_norm_ = take_norm(names.first_norm);
  for (int64_t i = 0; i < options.layers; ++i) {
    blocks_.emplace_back(all, names.blocks + "." + std::to_string(i), names, options);
  }
  norm_ = take_norm(names.last_norm);
}

void VisionTower::TakeEmbeddings(const WeightTree& weights) {
  const auto units = options_.units;
  const bool is_layer = names_.has_position_layer;
  using Shape = std::vector<int64_t>;
  if (!names_.class_token.empty()) {
    class_token_ = weights.Take(names_.class_token, is_layer ? Shape{units} : Shape{1, 1, units});
  }
  positions_ = is_layer ? weights.In(names_.positions).Take("weight", {tokens(), units})
                        : weights.Take(names_.positions, {1, tokens(), units});
  const auto& grid = options_.grid;
  patches_ = PatchEmbedding::Take(weights.In(names_.patches), units, grid.patch_height, grid.patch_width,
                                  names_.has_patch_bias);
}

at::Tensor VisionTower::Embedded(const at::Tensor& images, Tape& tape) const {
  auto x = patches_(images);
  if (class_token_.defined()) {
    x = at::cat({class_token_.reshape({1, 1, -1}).expand({images.size(0), 1, options_.units}), x}, 1);
  }
  x = tape.At(names_.embeddings, x + positions_, places());
  return names_.first_norm.empty() ? x : tape.At(names_.first_norm, first_norm_(x), places());
}

at::Tensor VisionTower::operator()(const at::Tensor& images, Tape& tape) const {
  const auto pixels = tape.At(kImageLayer, images);
  CheckImages(pixels, options_.grid);
  auto x = Embedded(pixels, tape);
  for (const auto& block : blocks_) x = block(x, places(), tape);
  return names_.last_norm.empty() ? x : tape.At(last_layer(), norm_(x), places());
}

}  // namespace wherefore
