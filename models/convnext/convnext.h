#pragma once

#include "models/families.h"

namespace wherefore {

/// ConvNeXt classifiers (Liu et al. 2022), `ConvNextForImageClassification` of transformers.
///
/// Layers: "convnext.embeddings", "convnext.encoder.stages.I.layers.J" (a block's output), "convnext.encoder.stages.I";
/// the default is the last stage.
Family ConvNextFamily();

}  // namespace wherefore
