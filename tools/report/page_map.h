#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/maps.h"
#include "models/families.h"

namespace wherefore {

/// A map as a page holds it, for overlay.js to enlarge and to draw: 16-bit steps from its lowest value to its highest.
struct PageMap {
  int64_t rows = 0;
  int64_t columns = 0;
  double low = 0;
  double high = 0;
  std::string steps;           ///< base64 of whole numbers of two bytes, low byte first, row after row
  bool align_corners = false;  ///< how it is enlarged to the network's input: see Upsampling
};

/// A map (h, w) whose enlargement has values in [0, 1].
PageMap PackMap(const at::Tensor& map, Upsampling upsampling);

/// Maps (T, h, w), raw and signed, packed so that their enlargements are what Prepare() makes of them at the network's
/// input size. Where a map has more cells than `most_cells` it is first enlarged, then averaged down to so many.
std::vector<PageMap> PackMaps(const at::Tensor& maps, const ImageOptions& image, const MapOptions& options,
                              int64_t most_cells);

}  // namespace wherefore
