#include "explain/methods/guided_grad_cam.h"

#include <ATen/ATen.h>

namespace wherefore {

at::Tensor GuidedGradCam(const at::Tensor& guided_gradient, const at::Tensor& grad_cam, Upsampling upsampling) {
  const auto large = Upsample(grad_cam.clamp_min(0), guided_gradient.size(2), guided_gradient.size(3), upsampling);
  return guided_gradient * large.unsqueeze(1);
}

}  // namespace wherefore
