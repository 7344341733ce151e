#pragma once

#include <string>
#include <vector>

#include "models/transformers/vision_tower.h"

namespace wherefore {

/// The vision transformer of transformers' ViTModel: a classifier's, or the encoder of a captioner. `name`: of the
/// model in the file, "vit" or "encoder".
VisionTower TakeVitTower(const WeightTree& all, const std::string& name, const HubConfig& config);

/// Weights that a file may hold beside the tower's: a pooler's, of a model that was saved with one.
std::vector<std::string> VitLeftovers();

}  // namespace wherefore
