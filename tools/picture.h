#pragma once

#include <string>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// A PNG file of uint8 (H, W, 3) RGB or (H, W, 4) RGBA.
std::string EncodePng(const at::Tensor& picture);

/// A JPEG file of uint8 (H, W, 3) RGB. `quality`: 1 to 100.
std::string EncodeJpeg(const at::Tensor& picture, int quality = 88);

/// uint8 (H, W, 3) or (H, W, 4) of a picture that this program wrote.
at::Tensor DecodePicture(const std::string& bytes);

/// Shrunk with an area filter until its longer side is at most `longest` pixels; a smaller one as it is.
at::Tensor Shrunk(const at::Tensor& picture, int64_t longest);

}  // namespace wherefore
