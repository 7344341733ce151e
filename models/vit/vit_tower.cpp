#include "models/vit/vit_tower.h"

namespace wherefore {

VisionTower TakeVitTower(const WeightTree& all, const std::string& name, const HubConfig& config) {
  auto options = ReadVisionTowerOptions(config, {1e-12, 224});
  options.has_bias = config.Boolean("qkv_bias", true);
  VisionTowerNames names;
  static_cast<PreNormBlockNames&>(names) = VitBlockNames();
  names.embeddings = name + ".embeddings";
  names.class_token = "cls_token";
  names.positions = "position_embeddings";
  names.patches = "patch_embeddings.projection";
  names.blocks = name + ".encoder.layer";
  names.last_norm = name + ".layernorm";
  return {all, names, options};
}

std::vector<std::string> VitLeftovers() { return {"position_ids", "pooler.dense.weight", "pooler.dense.bias"}; }

}  // namespace wherefore
