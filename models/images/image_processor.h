#pragma once

#include <string>

#include <ATen/core/Tensor.h>

#include "models/images/image_options.h"
#include "models/images/placement.h"

namespace wherefore {

/// A photograph as a network is shown it.
struct PreparedImage {
  at::Tensor values;    ///< float32 (1, 3, H, W), RGB, on the host
  at::Tensor seen;      ///< bool (1, H, W), false on padding; undefined where there is none
  Placement placement;  ///< which part of the photograph lies where, for maps on their way back
};

/// Prepares photographs as image options say, without any library but LibTorch:
///
///   const ImageProcessor processor(model.info.image);
///   const at::Tensor pixels = ...;  // uint8 (H, W, 3), RGB, upright, decoded by whatever library you have
///   const PreparedImage prepared = processor.Prepare(pixels);
///   ... explain prepared.values; then, for maps (T, h, w) of the explained layer or of the image:
///   const at::Tensor on_photograph = MapsOnPhotograph(maps, prepared.placement);  // (T, H, W)
class ImageProcessor {
 public:
  /// Throws Error(kUsage) for options that CheckImageOptions() refuses.
  explicit ImageProcessor(ImageOptions options);

  /// `what` is the photograph's name for the error texts.
  /// Throws Error(kUsage) where pixels are not uint8 (H, W, 3), where there are none, and for a photograph so narrow
  /// that one of its sides would become too large, or nothing, by being resized.
  PreparedImage Prepare(const at::Tensor& pixels, const std::string& what = "the photograph") const;

  const ImageOptions& options() const { return options_; }

 private:
  ImageOptions options_;
  at::Tensor values_;  ///< float32 (3, 256): what becomes of each level of each channel
};

}  // namespace wherefore
