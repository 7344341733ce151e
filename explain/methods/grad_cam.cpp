#include "explain/methods/grad_cam.h"

#include <ATen/ATen.h>

namespace wherefore {

at::Tensor ChannelImportance(const at::Tensor& gradient) { return gradient.mean({2, 3}); }

at::Tensor WeightedChannels(const at::Tensor& activation, const at::Tensor& weights) {
  const int64_t targets = weights.size(0);
  const int64_t channels = weights.size(1);
  const auto flat = activation.reshape({activation.size(0), channels, -1});
  // One matrix product; no tensor of targets x channels x h x w is made where targets share an activation.
  const auto maps = flat.size(0) == 1 ? at::mm(weights, flat[0]) : at::bmm(weights.unsqueeze(1), flat).squeeze(1);
  return maps.reshape({targets, activation.size(2), activation.size(3)});
}

at::Tensor GradCam(const at::Tensor& activation, const at::Tensor& gradient) {
  return WeightedChannels(activation, ChannelImportance(gradient));
}

at::Tensor CounterfactualGradCam(const at::Tensor& activation, const at::Tensor& gradient) {
  return WeightedChannels(activation, -ChannelImportance(gradient));
}

at::Tensor MaxPooledGradCam(const at::Tensor& activation, const at::Tensor& gradient) {
  return WeightedChannels(activation, gradient.amax({2, 3}));
}

}  // namespace wherefore
