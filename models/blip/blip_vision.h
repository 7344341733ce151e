#pragma once

#include <string>
#include <vector>

#include "models/transformers/parts.h"

namespace wherefore {

/// Class defaults: transformers' BlipVisionConfig.
struct BlipVisionOptions {
  explicit BlipVisionOptions(const HubConfig& config);

  int64_t units;
  int64_t inner_units;
  int64_t layers;
  int64_t heads;
  double epsilon;
  Activation activation;
  PatchGrid grid;
};

/// BLIP's tower that sees the image, a vision transformer under the names of BlipVisionModel.
class BlipVision {
 public:
  BlipVision(const WeightTree& all, const BlipVisionOptions& options);

  /// Tokens (N, 1 + h w, units) of images (N, 3, H, W), the class token first. Announces "vision_model.embeddings",
  /// "vision_model.encoder.layers.I", its ".layer_norm1", "vision_model.post_layernorm", and the attention
  /// probabilities "vision_model.encoder.layers.I.self_attn".
  at::Tensor operator()(const at::Tensor& images, Tape& tape) const;

  int64_t units() const { return options_.units; }

  /// The layer whose tokens a decoder reads, all of which have a gradient.
  static const char* last_layer() { return "vision_model.post_layernorm"; }

 private:
  struct Block {
    std::string name;
    LayerNorm norm_before;
    LayerNorm norm_after;
    LinearLayer queries_keys_values;
    LinearLayer projection;
    LinearLayer widen;
    LinearLayer narrow;
  };

  Block TakeBlock(const WeightTree& weights, const std::string& name) const;
  at::Tensor Run(const Block& block, const at::Tensor& x, Tape& tape) const;

  BlipVisionOptions options_;
  at::Tensor class_token_;
  at::Tensor positions_;
  PatchEmbedding patches_;
  std::vector<Block> blocks_;
  LayerNorm norm_;
};

}  // namespace wherefore
