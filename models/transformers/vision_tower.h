#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/transformers/parts.h"

namespace wherefore {

/// Sizes of a vision transformer.
struct VisionTowerOptions {
  int64_t units = 0;
  int64_t inner_units = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  double epsilon = 0;    ///< of normalisations
  bool has_bias = true;  ///< of queries, keys and values
  Activation activation = nullptr;
  PatchGrid grid;
};

/// Reads the keys that ViTConfig and BlipVisionConfig of transformers share; both have 12 blocks of 768 units, 3072
/// inside, and 12 heads where a key is missing. `epsilon`, `image_size`: the class's own defaults.
VisionTowerOptions ReadVisionTowerOptions(const HubConfig& config, double epsilon, int64_t image_size);

/// What the parts of a vision transformer are called in a file. The names of a block's parts stand behind its own.
struct VisionTowerNames {
  std::string embeddings;   ///< "vit.embeddings"; the next three are in it
  std::string class_token;  ///< "cls_token"
  std::string positions;
  std::string patches;
  std::string blocks;       ///< "vit.encoder.layer": the blocks are .0, .1 ...
  std::string norm_before;  ///< normalisation before attention
  std::string attention;    ///< where attention probabilities are
  /// Queries, keys and values, a layer each, or one whose outputs are these three one after the other.
  std::vector<std::string> projections;
  std::string output;  ///< behind attention
  std::string norm_after;
  std::string widen;
  std::string narrow;
  std::string last_norm;  ///< behind the last block: "vit.layernorm"
};

/// A vision transformer with a class token (Dosovitskiy et al. 2021): blocks that normalise before attention and before
/// their two layers, each beside what goes past it.
class VisionTower {
 public:
  VisionTower(const WeightTree& all, const VisionTowerNames& names, const VisionTowerOptions& options);

  /// Tokens (N, 1 + h w, units) of images (N, 3, H, W), the class token first. Announces the embeddings, each block and
  /// its normalisation before attention, attention probabilities, and the last normalisation, under their names.
  at::Tensor operator()(const at::Tensor& images, Tape& tape) const;

  int64_t units() const { return options_.units; }

  /// The last layer at which patches have a gradient where the class token alone is read: the last block's
  /// normalisation before attention.
  std::string last_layer_before_mixing() const { return blocks_.back().name + "." + names_.norm_before; }

  /// The normalisation behind the last block, whose tokens a decoder reads.
  const std::string& last_layer() const { return names_.last_norm; }

 private:
  struct Block {
    std::string name;
    LayerNorm norm_before;
    LayerNorm norm_after;
    std::vector<LinearLayer> projections;
    LinearLayer output;
    LinearLayer widen;
    LinearLayer narrow;
  };

  Block TakeBlock(const WeightTree& weights, const std::string& name) const;
  at::Tensor Run(const Block& block, const at::Tensor& x, Tape& tape) const;

  VisionTowerNames names_;
  VisionTowerOptions options_;
  at::Tensor class_token_;
  at::Tensor positions_;
  PatchEmbedding patches_;
  std::vector<Block> blocks_;
  LayerNorm norm_;
};

}  // namespace wherefore
