#pragma once

#include <string>

#include <ATen/core/Tensor.h>

namespace wherefore {

// Pictures that we make: contiguous uint8 (H, W, 3) RGB or (H, W, 4) RGBA on the host. Functions throw Error(kUsage)
// for tensors that are none.

/// The bytes of a PNG file.
std::string EncodePng(const at::Tensor& picture);

/// The same of a grey picture, uint8 (H, W): a mask's numbers, say.
std::string EncodeGreyPng(const at::Tensor& picture);

/// The bytes of a JPEG file; (H, W, 3) only. `quality`: 1 to 100, else Error(kUsage).
std::string EncodeJpeg(const at::Tensor& picture, int quality = 88);

/// What EncodePng() and EncodeJpeg() wrote. Throws Error(kBadFile) for bytes that are no 8-bit colour picture.
at::Tensor DecodePicture(const std::string& bytes);

/// Writes a PNG file, whole or not at all. Throws Error(kBadFile) with the system's reason.
void WritePicture(const std::string& path, const at::Tensor& picture);

/// Shrunk with an area filter until its longer side is at most `longest` pixels; a smaller one as it is.
at::Tensor Shrunk(const at::Tensor& picture, int64_t longest);

}  // namespace wherefore
