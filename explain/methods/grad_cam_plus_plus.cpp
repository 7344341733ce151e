#include "explain/methods/grad_cam_plus_plus.h"

#include <ATen/ATen.h>

#include "explain/methods/grad_cam.h"

namespace wherefore {

at::Tensor GradCamPlusPlus(const at::Tensor& activation, const at::Tensor& gradient) {
  const auto sum = activation.sum({2, 3}, /*keepdim=*/true);
  // g^2 / (2 g^2 + sum g^3), both divided by g^2: a gradient that is zero gives no weight in any case.
  const auto denominator = 2 + sum * gradient;
  const auto share = at::where(denominator != 0, 1 / denominator, at::zeros_like(denominator));
  return WeightedChannels(activation, (share * gradient.clamp_min(0)).sum({2, 3}));
}

}  // namespace wherefore
