#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// XGrad-CAM (Fu et al. 2020, "Axiom-based Grad-CAM: Towards Accurate Visualization and Explanation of CNNs", equation
/// 8) before its final ReLU: a channel's weight is its gradient's mean, weighted by its activation. Signed maps
/// (T, h, w); a channel that is silent has no weight. `activation` is (1, K, h, w) or (T, K, h, w), `gradient`
/// (T, K, h, w).
at::Tensor XGradCam(const at::Tensor& activation, const at::Tensor& gradient);

}  // namespace wherefore
