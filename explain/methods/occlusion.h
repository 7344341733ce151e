#pragma once

#include <ATen/core/Tensor.h>

#include "explain/methods/method_options.h"
#include "explain/methods/subject.h"

namespace wherefore {

/// Occlusion (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2): by how much
/// the score falls where a square of the image is replaced by zeros, the colour that normalisation calls the mean.
/// Squares of options.occlusion_patch pixels, options.occlusion_stride apart, the last ones at the borders; a pixel
/// gets the mean over the squares that cover it. Signed maps (T, H, W). A forward pass a square.
/// Throws Error(kUsage) where the stride is larger than the patch.
at::Tensor Occlusion(const Subject& subject, const MethodOptions& options);

}  // namespace wherefore
