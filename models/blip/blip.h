#pragma once

#include "models/families.h"

namespace wherefore {

// BLIP (Li et al. 2022) as transformers stores it. Layers are "vision_model.embeddings",
// "vision_model.encoder.layers.I", their ".layer_norm1" and "vision_model.post_layernorm"; attention to the image's
// tokens is announced as "text_decoder.bert.encoder.layer.I.crossattention.self", of a model that answers as
// "text_encoder.encoder.layer.I.crossattention.self". The default layer is "vision_model.post_layernorm", which is what
// that attention reads.

/// `BlipForConditionalGeneration`: writes a caption. It begins with the id behind the tokenizer's vocabulary and ends
/// with [SEP].
Family BlipCaptionFamily();

/// `BlipForQuestionAnswering`: writes an answer. The question is read beside the image; the answer is written from the
/// question's tokens alone.
Family BlipVqaFamily();

}  // namespace wherefore
