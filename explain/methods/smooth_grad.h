#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// SmoothGrad (Smilkov et al. 2017, "SmoothGrad: removing noise by adding noise", equation 2): the mean gradient of
/// options.samples images with Gaussian noise of options.noise times the image's range of values. At the pixels
/// (T, 3, H, W), signed. A forward pass a sample, and a backward pass a sample and target.
at::Tensor SmoothGrad(const Subject& subject, const MethodOptions& options);

}  // namespace wherefore
