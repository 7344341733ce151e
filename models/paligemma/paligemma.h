#pragma once

#include "models/families.h"

namespace wherefore {

/// `PaliGemmaForConditionalGeneration`: PaliGemma (Beyer et al. 2024) as transformers stores it, with SigLIP's tower
/// and Gemma. What it is asked, a task such as "answer en What is this?" or "caption de", stands behind the image's
/// tokens; of a caption that is "caption en". Layers are those of the tower below "vision_tower.vision_model", also of
/// directories that store it below "vision_tower"; the default is its ".post_layernorm", whose tokens are read.
/// Attention is announced as "language_model.model.layers.I.self_attn".
Family PaliGemmaFamily();

}  // namespace wherefore
