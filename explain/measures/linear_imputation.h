#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Fills removed pixels from those that are left (Rong et al. 2022, "A Consistent and Efficient Evaluation Strategy for
/// Attribution Methods"): each becomes the weighted mean of its 8 neighbours, removed ones too, those that
/// share a side with it counting 1/6 and those at a corner 1/12; at the border, of the neighbours that there are.
/// image (1, 3, H, W), removed (N, H, W), bool: (N, 3, H, W), double, on the image's device. Solved on the host, to a
/// residual of 1e-8 of what it is at first. Where all pixels are removed nothing says what they were: zeros, the mean
/// colour of a normalised image.
/// Throws Error(kUsage) for other shapes, or where the image holds NaN or infinity.
at::Tensor ImputeLinearly(const at::Tensor& image, const at::Tensor& removed);

}  // namespace wherefore
