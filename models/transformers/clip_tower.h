#pragma once

#include <string>

#include "models/transformers/vision_tower.h"

namespace wherefore {

/// What the parts of a block of CLIP's or SigLIP's towers are called, of images and of texts.
PreNormBlockNames ClipBlockNames();

/// What CLIP's image tower (Radford et al. 2021), and SigLIP's, are called in a file, below `name`: "vision_model".
/// CLIP has a class token and a normalisation before the first block; SigLIP has neither, and a bias of its patches.
VisionTowerNames ClipTowerNames(const std::string& name);
VisionTowerNames SiglipTowerNames(const std::string& name);

}  // namespace wherefore
