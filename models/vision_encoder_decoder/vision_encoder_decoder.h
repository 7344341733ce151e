#pragma once

#include "models/families.h"

namespace wherefore {

/// Captioners of a ViT and GPT-2, `VisionEncoderDecoderModel` of transformers. Layers are those of VisionTower under
/// "encoder"; the default is "encoder.layernorm", which GPT-2's attention to the image reads. Other encoders and
/// decoders are refused by name.
Family VisionEncoderDecoderFamily();

}  // namespace wherefore
