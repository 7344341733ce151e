#pragma once

#include <ATen/core/Tensor.h>

#include "models/images/image_options.h"

namespace wherefore {

// What a network sees of a picture, at the size of its input: resized, and cut out, as Preprocess() does.

/// A mask (h, w), not zero on the object, as uint8 (H, W), 0 and 1: a pixel is the object's where that covers half of
/// it or more. An object too small for that keeps the pixels that it covers most; one that is cut off has none. Throws
/// Error(kUsage) for a mask of other dimensions.
at::Tensor SeenMask(const at::Tensor& mask, const ImageOptions& options);

/// The picture, uint8 (H, W, 3), RGB, that a network's input (1, 3, H, W) was made of.
at::Tensor SeenPicture(const at::Tensor& image, const ImageOptions& options);

}  // namespace wherefore
