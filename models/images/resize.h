#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// How pixels are resized, by name:
/// - "area", "bilinear": OpenCV's INTER_AREA and INTER_LINEAR, bit for bit (on processors without fused multiplication
///   and addition in OpenCV's build, as on amd64). Bilinear does not smooth before it shrinks.
/// - "pillow_box", "pillow_bilinear", "pillow_bicubic", "pillow_lanczos": Pillow 13's Image.resize, bit for bit; up to
///   Pillow 12 it differs where the height shrinks by more than twice as many pixels as the width.
/// - "torchvision_bilinear", "torchvision_bicubic", "torchvision_lanczos": torchvision's resize of uint8 tensors with
///   antialiasing, at most 1 level of 255 away (on some processors torchvision takes other ways).
/// The last two families smooth as much as they shrink. torchvision has no box filter for tensors.
const std::vector<std::string>& FilterNames();

/// RGB pixels, uint8 (H, W, 3), at another size: uint8 (height, width, 3), on the host.
/// Throws Error(kUsage) for another tensor, one without pixels, an unknown filter (with the nearest names), sizes below
/// 1, a result of more than 100 million pixels, and a side of more than a million.
at::Tensor Resize(const at::Tensor& pixels, int64_t height, int64_t width, const std::string& filter);

/// How much of each pixel an object covers when its picture is resized by "area": a mask (H, W), not zero on the
/// object, gives float32 (height, width) from 0 to 1, on the host. Throws Error(kUsage) for a mask of other dimensions,
/// one without pixels, and sizes that Resize() refuses.
at::Tensor CoveredArea(const at::Tensor& mask, int64_t height, int64_t width);

/// Throws Error(kUsage), naming `what`, where pixels are not uint8 (H, W, 3), or none.
void CheckPixels(const at::Tensor& pixels, const std::string& what);

}  // namespace wherefore
