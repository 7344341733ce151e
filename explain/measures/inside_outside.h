#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// How much of a map falls on an object (Selvaraju et al. 2020, section on captioning): mean activations, of which the
/// paper reports the ratio. A map that is the same everywhere has the ratio 1; one of zeros has none.
struct InsideOutside {
  double inside = 0;
  double outside = 0;
};

/// Of a map (H, W), not below zero, and a mask or box (H, W), not zero inside, on the same device.
/// Throws Error(kUsage) for other shapes, a map with NaN or infinity, or where there is no pixel inside or none
/// outside.
InsideOutside MeanActivations(const at::Tensor& map, const at::Tensor& mask);

}  // namespace wherefore
