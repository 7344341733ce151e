#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

// What every measure refuses, each with Error(kUsage).

/// A map that is not (H, W) with at least one pixel, or holds NaN or infinity: no measure says anything of it.
void CheckMap(const at::Tensor& map);

/// The same, or a mask of another size than the map's, or without a pixel that is not zero.
void CheckMapAndMask(const at::Tensor& map, const at::Tensor& mask);

/// The same as CheckMap(), or an image that is not (1, C, H, W) of the map's height and width.
void CheckMapOfImage(const at::Tensor& map, const at::Tensor& image);

}  // namespace wherefore
