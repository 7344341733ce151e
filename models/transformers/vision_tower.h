#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/transformers/parts.h"
#include "models/transformers/pre_norm_block.h"

namespace wherefore {

/// Sizes of a vision transformer.
struct VisionTowerOptions : PreNormBlockOptions {
  int64_t layers = 0;
  PatchGrid grid;
};

/// What a class of configurations of transformers has where a key is missing, and others have otherwise.
struct VisionTowerDefaults {
  double epsilon;
  int64_t image_size;  ///< pixels, of both sides
  int64_t patch_size = 16;
  const char* activation = "gelu";
};

/// Reads the keys that ViTConfig, BlipVisionConfig, CLIPVisionConfig and SiglipVisionConfig of transformers share; all
/// have 12 blocks of 768 units, 3072 inside, and 12 heads where a key is missing. Throws Error(kBadFile), also for
/// images of other channels than three.
VisionTowerOptions ReadVisionTowerOptions(const HubConfig& config, const VisionTowerDefaults& defaults);

/// What the parts of a vision transformer are called in a file.
struct VisionTowerNames : PreNormBlockNames {
  std::string embeddings;   ///< "vit.embeddings"; the next three are in it
  std::string class_token;  ///< "cls_token"; "": there is none
  std::string positions;
  std::string patches;
  /// Whether the class token is stored as (units) and the positions as a layer "weight" (tokens, units), and not each
  /// with a first dimension of 1.
  bool has_position_layer = false;
  bool has_patch_bias = true;
  std::string first_norm;  ///< before the first block: "vision_model.pre_layrnorm"; "": there is none
  std::string blocks;      ///< "vit.encoder.layer": the blocks are .0, .1 ...
  std::string last_norm;   ///< behind the last block: "vit.layernorm"; "": there is none
};

/// A vision transformer (Dosovitskiy et al. 2021).
class VisionTower {
 public:
  VisionTower(const WeightTree& all, const VisionTowerNames& names, const VisionTowerOptions& options);

  /// Tokens (N, tokens(), units) of images (N, 3, H, W), the class token first. Announces the embeddings, each block
  /// and its normalisation before attention, attention probabilities, and the first and last normalisation, under their
  /// names. Throws Error(kUsage) for images of another size.
  at::Tensor operator()(const at::Tensor& images, Tape& tape) const;

  int64_t units() const { return options_.units; }

  /// How many tokens it gives, a class token and those of the grid.
  int64_t tokens() const { return first_patch() + options_.grid.size(); }

  /// Which token is the grid's first: 1 behind a class token, else 0.
  int64_t first_patch() const { return names_.class_token.empty() ? 0 : 1; }

  /// The last layer at which patches have a gradient where the class token alone is read: the last block's
  /// normalisation before attention.
  std::string last_layer_before_mixing() const { return blocks_.back().norm_before(); }

  /// The layer whose tokens a decoder reads: the normalisation behind the last block, or that block where there is
  /// none.
  const std::string& last_layer() const { return names_.last_norm.empty() ? blocks_.back().name() : names_.last_norm; }

 private:
  void TakeEmbeddings(const WeightTree& weights);
  at::Tensor Embedded(const at::Tensor& images, Tape& tape) const;
  Places places() const { return options_.grid.places(first_patch()); }

  VisionTowerNames names_;
  VisionTowerOptions options_;
  at::Tensor class_token_;
  at::Tensor positions_;
  PatchEmbedding patches_;
  LayerNorm first_norm_;
  std::vector<PreNormBlock> blocks_;
  LayerNorm norm_;
};

}  // namespace wherefore
