#include "models/transformers/clip_tower.h"

namespace wherefore {

PreNormBlockNames ClipBlockNames() {
  return {"layer_norm1",
          "self_attn",
          {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
          "self_attn.out_proj",
          "layer_norm2",
          "mlp.fc1",
          "mlp.fc2"};
}

VisionTowerNames SiglipTowerNames(const std::string& name) {
  VisionTowerNames names;
  static_cast<PreNormBlockNames&>(names) = ClipBlockNames();
  names.embeddings = name + ".embeddings";
  names.positions = "position_embedding";
  names.patches = "patch_embedding";
  names.has_position_layer = true;
  names.blocks = name + ".encoder.layers";
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
