#include "models/transformers/clip_tower.h"

namespace wherefore {

VisionTowerNames SiglipTowerNames(const std::string& name) {
  VisionTowerNames names;
  names.embeddings = name + ".embeddings";
  names.positions = "position_embedding";
  names.patches = "patch_embedding";
  names.has_position_layer = true;
  names.blocks = name + ".encoder.layers";
  names.norm_before = "layer_norm1";
  names.attention = "self_attn";
  names.projections = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"};
  names.output = "self_attn.out_proj";
  names.norm_after = "layer_norm2";
  names.widen = "mlp.fc1";
  names.narrow = "mlp.fc2";
  names.last_norm = name + ".post_layernorm";
  return names;
}

VisionTowerNames ClipTowerNames(const std::string& name) {
  auto names = SiglipTowerNames(name);
  names.class_token = "class_embedding";
  names.has_patch_bias = false;
  names.first_norm = name + ".pre_layrnorm";  // the library's own spelling
  return names;
}

}  // namespace wherefore
