#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// The pointing game (Zhang et al. 2018, "Top-down neural attention by excitation backprop"): whether the place where a
/// map is highest lies on the object. Of a map (H, W) and an object's mask (H, W), not zero where the object is, on the
/// same device: 1 or 0; where several places are equally high the share of them that hit, so that a map that is the
/// same everywhere scores as a place chosen at random. `tolerance`: pixels by which it may miss; the paper allows 15.
/// Throws Error(kUsage) for other shapes, or a mask without a pixel.
double PointingGame(const at::Tensor& map, const at::Tensor& mask, double tolerance = 0);

}  // namespace wherefore
