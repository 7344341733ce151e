#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// How a map is enlarged.
enum class Upsampling {
  kHalfPixel,     ///< bilinear, pixel centres at half coordinates: OpenCV's and PyTorch's default
  kAlignCorners,  ///< bilinear, corner pixels on corner pixels: the authors' released code
};

/// Which maps share a scale when they are drawn.
enum class Normalization {
  kPerMap,  ///< each map from its own minimum to its own maximum, as in the paper
  kShared,  ///< one scale for all maps of an explanation, so that words can be compared
};

/// From raw signed maps to values in [0, 1].
struct MapOptions {
  bool relu = true;  ///< only what speaks for the target (Grad-CAM, equation 2)
  Upsampling upsampling = Upsampling::kHalfPixel;
  Normalization normalization = Normalization::kPerMap;
};

/// Bilinear enlargement of (T, h, w) to (T, height, width).
at::Tensor Upsample(const at::Tensor& maps, int64_t height, int64_t width, Upsampling upsampling);

/// ReLU, enlargement, then min-max normalisation, in the paper's order: (T, h, w) -> (T, height, width) in [0, 1].
/// A map that is constant after ReLU has nothing to show and becomes zero everywhere.
at::Tensor Prepare(const at::Tensor& maps, int64_t height, int64_t width, const MapOptions& options = {});

/// What Upsample() to height x width makes Prepare()'s values of, but for rounding: (T, h, w). For those who enlarge
/// maps themselves; a value may lie beyond [0, 1] where no enlarged one does.
at::Tensor PrepareSmall(const at::Tensor& maps, int64_t height, int64_t width, const MapOptions& options = {});

}  // namespace wherefore
