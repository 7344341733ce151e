#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/transformers/parts.h"

namespace wherefore {

/// Sizes of a vision transformer; class defaults are those of transformers' ViTConfig.
struct VitOptions {
  explicit VitOptions(const HubConfig& config);

  int64_t units;
  int64_t inner_units;
  int64_t layers;
  int64_t heads;
  double epsilon;
  bool has_bias;  ///< of queries, keys and values
  Activation activation;
  PatchGrid grid;
};

/// The vision transformer under the names of transformers' ViTModel: a classifier's, or the encoder of a captioner.
class VitTower {
 public:
  /// `name`: of the model in the file, "vit" or "encoder".
  VitTower(const WeightTree& all, const std::string& name, const VitOptions& options);

  /// Tokens (N, 1 + h w, units) of images (N, 3, H, W), the class token first. Announces NAME.embeddings,
  /// NAME.encoder.layer.I, its .layernorm_before, NAME.layernorm, and the attention probabilities
  /// NAME.encoder.layer.I.attention.attention.
  at::Tensor operator()(const at::Tensor& images, Tape& tape) const;

  /// The last layer at which patches have a gradient where the class token alone is read: the last block's
  /// normalisation before attention.
  std::string last_layer_before_mixing() const { return blocks_.back().name + ".layernorm_before"; }

  /// The normalisation behind the last block.
  std::string last_layer() const { return name_ + ".layernorm"; }

 private:
  struct Block {
    std::string name;
    LayerNorm norm_before;
    LayerNorm norm_after;
    LinearLayer query;
    LinearLayer key;
    LinearLayer value;
    LinearLayer output;
    LinearLayer widen;
    LinearLayer narrow;
  };

  Block TakeBlock(const WeightTree& weights, const std::string& name) const;
  at::Tensor Run(const Block& block, const at::Tensor& x, Tape& tape) const;

  std::string name_;
  VitOptions options_;
  at::Tensor class_token_;
  at::Tensor positions_;
  PatchEmbedding patches_;
  std::vector<Block> blocks_;
  LayerNorm norm_;
};

/// Weights that a file may hold beside the tower's: a pooler's, of a model that was saved with one.
inline std::vector<std::string> VitLeftovers() { return {"position_ids", "pooler.dense.weight", "pooler.dense.bias"}; }

}  // namespace wherefore
