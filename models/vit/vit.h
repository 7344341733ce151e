#pragma once

#include "models/families.h"

namespace wherefore {

/// Vision transformers that classify (Dosovitskiy et al. 2021), `ViTForImageClassification` of transformers.
///
/// Layers: "vit.embeddings", "vit.encoder.layer.I" (a block's output) and ".layernorm_before" of each, "vit.layernorm";
/// attention probabilities "vit.encoder.layer.I.attention.attention". The head reads the class token alone, so that no
/// patch has a gradient at the last block's output: the default layer is the last block's "layernorm_before".
Family VitFamily();

}  // namespace wherefore
