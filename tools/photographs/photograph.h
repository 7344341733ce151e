#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/images/image_options.h"

namespace wherefore {

/// A photograph as a person sees it.
struct Photograph {
  std::string path;
  at::Tensor pixels;                  ///< uint8 (H, W, 3), RGB, upright, on the host
  std::vector<std::string> warnings;  ///< what the decoder says of a damaged JPEG that it could read all the same
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
/// point) that are not read; Error(kUsage): beyond the limits. Prints nothing, but for a line by which OpenCV says on
/// standard error that a TIFF or BMP is damaged. May run in several threads at once.
Photograph LoadPhotograph(const std::string& path, const PhotographLimits& limits = {});

/// The same from a file's bytes; `path` is for the error texts.
Photograph DecodePhotograph(const std::string& bytes, const std::string& path, const PhotographLimits& limits = {});

/// The network's input of a photograph, float32 (1, 3, height, width) on the host: the values of ImageProcessor, whose
/// errors name the photograph's path.
at::Tensor Preprocess(const Photograph& photograph, const ImageOptions& options);

}  // namespace wherefore
