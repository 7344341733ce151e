#pragma once

#include <ATen/core/Tensor.h>

namespace cv {
class Mat;
}

namespace wherefore {

/// A view of a contiguous uint8 (H, W, C) or float32 (H, W) or (H, W, C) tensor on the host, valid while it lives.
/// Throws Error(kUsage), naming `what`, for any other tensor, one without pixels, or one with more than 4 channels.
cv::Mat MatOver(const at::Tensor& tensor, const char* what);

/// A copy as uint8 or float32: (H, W) for one channel, else (H, W, C).
at::Tensor TensorOf(const cv::Mat& mat);

}  // namespace wherefore
