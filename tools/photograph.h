#pragma once

#include <string>

#include <ATen/core/Tensor.h>

#include "models/model_directory.h"

namespace wherefore {

/// A decoded photograph.
struct Photograph {
  std::string path;
  at::Tensor pixels;  ///< uint8 (H, W, 3), RGB, upright
};

struct PhotographLimits {
  /// Most pixels that a file may declare; more is refused before memory is taken for it.
  int64_t pixels = 200'000'000;
};

/// Reads a photograph as people really have them: JPEG, PNG, BMP, WebP, TIFF and what else OpenCV reads; turned as its
/// EXIF orientation says; grey made RGB, 16 bit scaled to 8, transparent parts laid on white.
/// Throws Error(kBadFile): missing, no image, truncated, too many pixels.
Photograph LoadPhotograph(const std::string& path, const PhotographLimits& limits = {});

/// The same for a file held in memory; `name` stands for the path in error texts.
at::Tensor DecodePhotograph(const std::string& bytes, const std::string& name, const PhotographLimits& limits = {});

/// A network's input (1, 3, height, width), float32 on the host.
at::Tensor Preprocess(const Photograph& photograph, const ImageOptions& options);

/// Where on the photograph the network looked: all of it, or the middle for "center_crop". Pixels.
struct Region {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
};
Region SeenRegion(int64_t photograph_height, int64_t photograph_width, const ImageOptions& options);

}  // namespace wherefore
