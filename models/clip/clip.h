#pragma once

#include "models/families.h"

namespace wherefore {

/// `CLIPModel` of transformers (Radford et al. 2021): chooses among labels that a request names, by how near each one's
/// text lies to the image: a logit is exp(logit_scale) times the cosine of the two embeddings.
///
/// Layers are those of the image tower: "vision_model.embeddings", "vision_model.pre_layrnorm" (the library's own
/// spelling), "vision_model.encoder.layers.I" (a block's output), ".layer_norm1" of each, and
/// "vision_model.post_layernorm"; attention probabilities "vision_model.encoder.layers.I.self_attn". The class token
/// alone is read behind the last block: the default layer is that block's "layer_norm1".
Family ClipFamily();

}  // namespace wherefore
