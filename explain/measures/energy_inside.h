#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// The energy-based pointing game (Wang et al. 2020, "Score-CAM"): the share of a map (H, W) that falls on
/// the object, in [0, 1]. What is below zero in the map counts as zero. `mask` (H, W), not zero where the object is, on
/// the same device; the paper has the object's box, and leaves out objects that fill more than half of the picture. A
/// map that is the same everywhere, or zero everywhere, has the object's share of the area. Throws Error(kUsage) for
/// other shapes, a map with NaN or infinity, or a mask without a pixel.
double EnergyInside(const at::Tensor& map, const at::Tensor& mask);

}  // namespace wherefore
