#pragma once

#include "models/families.h"

namespace wherefore {

/// `GitForCausalLM`: GIT (Wang et al. 2022) as transformers stores it, which writes a caption or answers a question.
/// The image's tokens stand before [CLS], the question and the text; they see each other alone. Layers are those of
/// CLIP's tower below "git.image_encoder.vision_model"; the default is its ".post_layernorm", whose tokens are read.
/// Attention is announced as "git.encoder.layer.I.attention.self".
Family GitFamily();

}  // namespace wherefore
