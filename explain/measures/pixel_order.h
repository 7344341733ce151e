#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// In which order a measure changes an image's pixels.
enum class PixelOrder {
  kMostFirst,   ///< from where the map is highest
  kLeastFirst,  ///< from where it is lowest
};

/// Each pixel's place in the order, from 0: (H, W), int64, on the map's device. Pixels that are equal in the map (H, W)
/// follow each other in reading order in either order, so that a map that is the same everywhere has one order.
at::Tensor PixelRanks(const at::Tensor& map, PixelOrder order);

}  // namespace wherefore
