#pragma once

#include <string>

#include "models/convolutional/trunk.h"

namespace wherefore {

/// The image feature that is the mean over space of the trunk's last feature map.
inline constexpr const char* kAveragePool = "average_pool";

/// The vector (N, F) that a decoder is given of images (N, 3, H, W): kAveragePool, or the output of the named stage.
/// Throws Error(kUsage) where that stage's output is no vector.
at::Tensor ImageFeature(Trunk& trunk, const at::Tensor& images, Tape& tape, const std::string& feature);

}  // namespace wherefore
