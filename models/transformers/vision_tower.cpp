#include "models/transformers/vision_tower.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/network.h"

namespace wherefore {
namespace {

/// Queries, keys and values of tokens.
std::vector<at::Tensor> Project(const std::vector<LinearLayer>& projections, const at::Tensor& x) {
  if (projections.size() == 1) return projections[0](x).chunk(3, 2);
  return {projections[0](x), projections[1](x), projections[2](x)};
}

}  // namespace

VisionTowerOptions ReadVisionTowerOptions(const HubConfig& config, double epsilon, int64_t image_size) {
  VisionTowerOptions options;
  options.units = config.Integer("hidden_size", 768, 1, kMostHubUnits);
  options.inner_units = config.Integer("intermediate_size", 3072, 1, kMostHubUnits);
  options.layers = config.Integer("num_hidden_layers", 12, 1, kMostHubLayers);
  options.heads = HubHeads(config, "num_attention_heads", 12, options.units);
  options.epsilon = config.Number("layer_norm_eps", epsilon, 0, 1);
  options.activation = ReadActivation(config, "hidden_act", "gelu");
  options.grid = ReadPatchGrid(config, image_size, 16);
  return options;
}

VisionTower::VisionTower(const WeightTree& all, const VisionTowerNames& names, const VisionTowerOptions& options)
    : names_(names), options_(options) {
  const auto embeddings = all.In(names.embeddings);
  class_token_ = embeddings.Take(names.class_token, {1, 1, options.units});
  positions_ = embeddings.Take(names.positions, {1, options.grid.size() + 1, options.units});
  patches_ = PatchEmbedding::Take(embeddings.In(names.patches), options.units, options.grid.patch_height,
                                  options.grid.patch_width);
  for (int64_t i = 0; i < options.layers; ++i) {
    const auto block = names.blocks + "." + std::to_string(i);
    blocks_.push_back(TakeBlock(all.In(block), block));
  }
  norm_ = LayerNorm::Take(all.In(names.last_norm), options.units, options.epsilon);
}

VisionTower::Block VisionTower::TakeBlock(const WeightTree& weights, const std::string& name) const {
  const auto units = options_.units;
  const auto outputs = 3 * units / static_cast<int64_t>(names_.projections.size());
  std::vector<LinearLayer> projections;
  for (const auto& projection : names_.projections) {
    projections.push_back(LinearLayer::Take(weights.In(projection), units, outputs, options_.has_bias));
  }
  return {name,
          LayerNorm::Take(weights.In(names_.norm_before), units, options_.epsilon),
          LayerNorm::Take(weights.In(names_.norm_after), units, options_.epsilon),
          projections,
          LinearLayer::Take(weights.In(names_.output), units, units),
          LinearLayer::Take(weights.In(names_.widen), units, options_.inner_units),
          LinearLayer::Take(weights.In(names_.narrow), options_.inner_units, units)};
}

at::Tensor VisionTower::Run(const Block& block, const at::Tensor& x, Tape& tape) const {
  const auto places = options_.grid.places(1);
  const auto normed = tape.At(block.name + "." + names_.norm_before, block.norm_before(x), places);
  const auto parts = Project(block.projections, normed);
  const KeysAndValues seen = {SplitHeads(parts[1], options_.heads), SplitHeads(parts[2], options_.heads)};
  const auto read = Attend(SplitHeads(parts[0], options_.heads), seen, {}, block.name + "." + names_.attention, tape);
  const auto attended = x + block.output(read);
  const auto inner = options_.activation(block.widen(block.norm_after(attended)));
  return tape.At(block.name, attended + block.narrow(inner), places);
}

at::Tensor VisionTower::operator()(const at::Tensor& images, Tape& tape) const {
  const auto pixels = tape.At(kImageLayer, images);
  CheckImages(pixels, options_.grid);
  const auto places = options_.grid.places(1);
  auto x = at::cat({class_token_.expand({pixels.size(0), 1, options_.units}), patches_(pixels)}, 1) + positions_;
  x = tape.At(names_.embeddings, x, places);
  for (const auto& block : blocks_) x = Run(block, x, tape);
  return tape.At(last_layer(), norm_(x), places);
}

}  // namespace wherefore
