#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/maps.h"
#include "models/families.h"
#include "tasks/explanation.h"
#include "tools/photographs/photograph.h"
#include "tools/report/overlay.h"

namespace wherefore {

/// How maps are drawn: the reader's choice, with the paper's defaults.
struct RenderOptions {
  MapOptions map;
  ColorMap color_map = ColorMap::kViridis;
  int64_t longest_side = 900;  ///< of pictures in reports, pixels
};

/// One explanation of one photograph, ready to be drawn.
struct ExplainedPhotograph {
  Photograph photograph;
  ImageOptions image;  ///< how the model was shown the photograph
  Explanation explanation;
};

/// `options` for maps of a method: without ReLU for one whose negative values are shown.
MapOptions MapOptionsFor(const std::string& method, const RenderOptions& options);

/// The photograph at the size of reports: uint8 (H, W, 3).
at::Tensor ReportPhotograph(const ExplainedPhotograph& explained, const RenderOptions& options);

/// One layer uint8 (H, W, 4) a target, to lay over ReportPhotograph(): heat for maps of a layer, the picture of the
/// pixels for methods that reach those. An empty map's layer is transparent.
std::vector<at::Tensor> ReportLayers(const ExplainedPhotograph& explained, const RenderOptions& options);

/// An explanation's overlays, drawn and encoded once for all files that show them.
struct Drawing {
  at::Tensor photograph;              ///< ReportPhotograph()
  std::vector<std::string> overlays;  ///< PNG files: the photograph under each target's layer
  std::vector<at::Tensor> tiles;      ///< the overlays, uint8 (h, w, 3), at most kTileSide pixels high and wide
};

constexpr int64_t kTileSide = 300;

Drawing Draw(const ExplainedPhotograph& explained, const RenderOptions& options);

}  // namespace wherefore
