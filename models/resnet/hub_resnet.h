#pragma once

#include "models/families.h"

namespace wherefore {

/// Residual networks that classify (He et al. 2016), `ResNetForImageClassification` of transformers.
///
/// Layers: "resnet.embedder", "resnet.encoder.stages.I.layers.J" (a block's output), "resnet.encoder.stages.I"; the
/// default is the last stage.
Family HubResNetFamily();

}  // namespace wherefore
