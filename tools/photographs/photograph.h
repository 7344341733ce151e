#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/families.h"
#include "tools/photographs/seen_region.h"

namespace wherefore {

/// A photograph as a person sees it.
struct Photograph {
  std::string path;
  at::Tensor pixels;                  ///< uint8 (H, W, 3), RGB, upright, on the host
  std::vector<std::string> warnings;  ///< what the decoder says of a damaged file that it could read all the same
};

/// What is refused before anything is decoded: a small file can declare any size.
struct PhotographLimits {
  int64_t pixels = 200'000'000;
  int64_t bytes = int64_t{1} << 30;  ///< of the file
};

/// Reads a JPEG, PNG, WebP, TIFF or BMP file, known by its content rather than its name, and turned as its EXIF
/// orientation says. 16-bit values are scaled to 8 bits; grey becomes RGB; where there is an alpha channel, the
/// photograph is laid over white (a BMP whose alpha is zero everywhere has none: many programs leave it unset). CMYK is
/// converted by OpenCV's simple formula; colour profiles are not applied.
///
/// Throws Error(kBadFile): missing, unreadable, empty, no image, truncated, damaged, of a format or of values (floating
/// point) that are not read; Error(kUsage): beyond the limits. Prints nothing.
Photograph LoadPhotograph(const std::string& path, const PhotographLimits& limits = {});

/// The same from a file's bytes; `path` is for the error texts.
Photograph DecodePhotograph(const std::string& bytes, const std::string& path, const PhotographLimits& limits = {});

/// The network's input, float32 (1, 3, height, width) on the host: resized as 8-bit RGB by OpenCV ("area" is
/// INTER_AREA, "bilinear" INTER_LINEAR, which does not smooth before it shrinks), then (x / 255 - mean) / std.
/// "center_crop" is torchvision's: the shorter side to `shorter_side`, then the middle.
/// Throws Error(kUsage) for a photograph so narrow that its longer side would become too large by that.
at::Tensor Preprocess(const Photograph& photograph, const ImageOptions& options);

}  // namespace wherefore
