#pragma once

#include <string>

#include <ATen/Tensor.h>

#include "models/convolutional/trunk.h"

namespace wherefore {

/// TrunkOptions::until of a trunk whose output is the feature map of that stage; "": of the trunk's feature stage.
inline std::string BuiltUntilStage(const std::string& stage) { return stage.empty() ? kFeatureMap : stage; }

/// The feature map (N, channels, h, w) of images (N, 3, H, W) that the named stage of the trunk gives, or for "" its
/// feature stage. Throws Error(kUsage) where that stage's output is no feature map, or has other channels; `option`
/// names the option that said how many.
at::Tensor FeatureMap(Trunk& trunk, const at::Tensor& images, Tape& tape, const std::string& stage, int64_t channels,
                      const std::string& option);

/// The same map (N, K, h, w) as a row a place, row by row: (N, h * w, K), the annotations that decoders attend to.
inline at::Tensor Annotations(const at::Tensor& map) { return map.flatten(2).transpose(1, 2); }

}  // namespace wherefore
