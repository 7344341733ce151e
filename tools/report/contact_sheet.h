#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

struct Tile {
  std::string text;
  at::Tensor picture;  ///< uint8 (H, W, 3), all of one size
};

/// Tiles with a line of text below each, row after row: one picture (H, W, 3) to see all words at once. A text that is
/// too long is written smaller, then cut short. Letters beyond ASCII, which OpenCV cannot draw, are shown as '?'.
/// Throws Error(kUsage) for no tiles, for less than one column, and for pictures of different sizes.
at::Tensor ContactSheet(const std::vector<Tile>& tiles, int64_t columns);

}  // namespace wherefore
