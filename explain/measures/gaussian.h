#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Images (N, C, H, W) under a Gaussian window of size x size pixels that sums to 1; `padding` zeros on each side:
/// (size - 1) / 2 keeps an image's size, 0 gives only places where the window fits.
/// Throws Error(kUsage) where the size is not odd, or the standard deviation not above zero.
at::Tensor GaussianBlur(const at::Tensor& images, int64_t size, double sigma, int64_t padding);

}  // namespace wherefore
