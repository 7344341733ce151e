#include "explain/methods/hires_cam.h"

#include <ATen/ATen.h>

namespace wherefore {

at::Tensor HiResCam(const at::Tensor& activation, const at::Tensor& gradient) { return (activation * gradient).sum(1); }

}  // namespace wherefore
