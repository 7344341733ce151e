#pragma once

#include "models/families.h"

namespace wherefore {

/// `ViltForQuestionAnswering` of transformers (ViLT, Kim et al. 2021): one transformer reads a question's words and an
/// image's patches side by side, and chooses an answer. The grid follows the photograph's shape.
///
/// Layers: "vilt.embeddings", "vilt.encoder.layer.I" (a block's output) and ".layernorm_before" of each; attention
/// probabilities "vilt.encoder.layer.I.attention.attention". The head reads the first token alone, so that no patch has
/// a gradient at the last block's output: the default layer is the last block's "layernorm_before".
Family ViltFamily();

}  // namespace wherefore
