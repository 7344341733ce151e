#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// HiResCAM (Draelos and Carin 2020, "Use HiResCAM instead of Grad-CAM for faithful explanations"): the sum over
/// channels of gradient times activation, element by element, without the mean over space. `activation` is
/// (1, K, h, w) or (T, K, h, w), `gradient` (T, K, h, w); the result (T, h, w) is signed.
at::Tensor HiResCam(const at::Tensor& activation, const at::Tensor& gradient);

}  // namespace wherefore
