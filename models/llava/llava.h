#pragma once

#include "models/families.h"

namespace wherefore {

/// `LlavaForConditionalGeneration`: LLaVA 1.5 (Liu et al. 2023) as transformers stores it, with CLIP's tower and a text
/// model of Llama's kind. A question is asked in its chat form, "USER: <image>\nQUESTION ASSISTANT:"; of a caption that
/// is "Provide a one-sentence caption for the provided image." Layers are those of the tower below
/// "vision_tower.vision_model", also of directories that store it below "vision_tower"; the default is the last block
/// that is read. Attention is announced as "language_model.model.layers.I.self_attn".
Family LlavaFamily();

}  // namespace wherefore
