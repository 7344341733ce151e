#include "explain/methods/layer_cam.h"

#include <ATen/ATen.h>

namespace wherefore {

at::Tensor LayerCam(const at::Tensor& activation, const at::Tensor& gradient) {
  return (activation * gradient.clamp_min(0)).sum(1);
}

}  // namespace wherefore
