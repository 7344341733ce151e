#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// LayerCAM (Jiang et al. 2021, "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", equations 4
/// to 6): the sum over channels of activation times gradient where that is positive. Maps (T, h, w), before the final
/// ReLU. `activation` is (1, K, h, w) or (T, K, h, w), `gradient` (T, K, h, w).
at::Tensor LayerCam(const at::Tensor& activation, const at::Tensor& gradient);

}  // namespace wherefore
