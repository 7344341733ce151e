#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

/// How a photograph becomes a network's input: RGB, resized, (x / 255 - mean) / std.
struct ImageOptions {
  int64_t width = 224;
  int64_t height = 224;
  std::string resize =
      "stretch";  ///< "stretch" (aspect not kept) or "center_crop" (shorter side to `shorter_side`, then the middle)
  int64_t shorter_side = 256;            ///< center_crop only: pixels
  std::string filter = "area";           ///< "area" or "bilinear"
  std::vector<double> mean = {0, 0, 0};  ///< a channel, of values in [0, 1]
  std::vector<double> std = {1, 1, 1};
};

}  // namespace wherefore
