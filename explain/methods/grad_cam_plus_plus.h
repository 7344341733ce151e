#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Grad-CAM++ (Chattopadhay et al. 2018, "Grad-CAM++: Generalized Gradient-based Visual Explanations for Deep
/// Convolutional Networks", equations 10, 13 and 19, with the score within an exponential as there) before its final
/// ReLU: signed maps (T, h, w). `activation` is (1, K, h, w) or (T, K, h, w), `gradient` (T, K, h, w).
at::Tensor GradCamPlusPlus(const at::Tensor& activation, const at::Tensor& gradient);

}  // namespace wherefore
