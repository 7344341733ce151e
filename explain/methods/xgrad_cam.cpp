#include "explain/methods/xgrad_cam.h"

#include <ATen/ATen.h>

#include "explain/methods/grad_cam.h"

namespace wherefore {

at::Tensor XGradCam(const at::Tensor& activation, const at::Tensor& gradient) {
  const auto sum = activation.sum({2, 3});
  const auto weighted = (gradient * activation).sum({2, 3});
  return WeightedChannels(activation, at::where(sum != 0, weighted / sum, at::zeros_like(weighted)));
}

}  // namespace wherefore
