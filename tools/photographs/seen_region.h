#pragma once

#include <cstdint>

#include "models/families.h"

namespace wherefore {

/// How a photograph is resized before its middle is cut out; "stretch" cuts nothing off.
struct ResizePlan {
  int64_t width = 0;  ///< of the whole photograph, resized
  int64_t height = 0;
  int64_t left = 0;  ///< of the network's input within it
  int64_t top = 0;
};

/// Of a photograph of height x width pixels. "center_crop" rounds as torchvision's Resize and CenterCrop do.
/// Throws Error(kUsage) where the options' shorter side is shorter than the network's input.
ResizePlan PlanResize(int64_t height, int64_t width, const ImageOptions& options);

/// A rectangle of a photograph, in pixels.
struct Region {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
};

/// What the network saw of a photograph that is shown at height x width pixels: all of it where it was stretched, the
/// middle where that was cut out.
Region SeenRegion(int64_t height, int64_t width, const ImageOptions& options);

}  // namespace wherefore
