#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Grad-CAM (Selvaraju et al. 2020, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-Based
/// Localization", equations 1 and 2) before its final ReLU. `activation` is (1, K, h, w) or (T, K, h, w), `gradient`
/// (T, K, h, w).

/// The paper's neuron importance alpha (T, K): the gradient's mean over space (equation 1).
at::Tensor ChannelImportance(const at::Tensor& gradient);

/// The sum over channels of `weights` (T, K) times activation: (T, h, w). What all class activation maps end with.
at::Tensor WeightedChannels(const at::Tensor& activation, const at::Tensor& weights);

/// Signed maps (T, h, w): the sum over channels of alpha times activation.
at::Tensor GradCam(const at::Tensor& activation, const at::Tensor& gradient);

/// Signed maps (T, h, w) of what speaks against the target, section 3.3: alpha with its sign turned.
at::Tensor CounterfactualGradCam(const at::Tensor& activation, const at::Tensor& gradient);

/// The paper's ablation (appendix): the largest gradient of a channel in place of the mean.
at::Tensor MaxPooledGradCam(const at::Tensor& activation, const at::Tensor& gradient);

}  // namespace wherefore
