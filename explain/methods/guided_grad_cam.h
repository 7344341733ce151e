#pragma once

#include <ATen/core/Tensor.h>

#include "explain/maps.h"

namespace wherefore {

/// Guided Grad-CAM (Selvaraju et al. 2020, section 3.2), as the authors' code makes it: the guided gradient at the
/// image (T, C, H, W) times the Grad-CAM map (T, h, w) after ReLU, enlarged (by them with aligned corners) but not
/// normalised: (T, C, H, W).
at::Tensor GuidedGradCam(const at::Tensor& guided_gradient, const at::Tensor& grad_cam,
                         Upsampling upsampling = Upsampling::kHalfPixel);

}  // namespace wherefore
