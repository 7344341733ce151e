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

/// The target that a reader sees first: the whole caption says little, so the word that is likeliest to be a thing, the
/// best-supported one.
std::size_t FirstTarget(const Explanation& explanation);

/// The photograph at the size of reports: uint8 (H, W, 3).
at::Tensor ReportPhotograph(const ExplainedPhotograph& explained, const RenderOptions& options);

/// One layer uint8 (H, W, 4) a target, to lay over ReportPhotograph(): heat for maps of a layer, the picture of the
/// pixels for methods that reach those. An empty map's layer is transparent.
std::vector<at::Tensor> ReportLayers(const ExplainedPhotograph& explained, const RenderOptions& options);

/// Where a channel of the explained layer is active, as a layer uint8 (height, width, 4) to stretch over
/// ReportPhotograph(): as ReportLayers() draws heat. Full heat is the channel's highest activation, or its threshold
/// where it stays below that.
at::Tensor ChannelLayer(const ExplainedPhotograph& explained, const NamedChannel& channel, int64_t height,
                        int64_t width, const RenderOptions& options);

/// One HTML file that needs nothing else: the photograph with the map of the word or answer that is pointed at; where
/// several methods explain the same targets, once for each, side by side.
std::string ReportHtml(const std::vector<ExplainedPhotograph>& methods, const RenderOptions& options);

/// What the methods warn of, each thing once; "by grad-cam, rise: ..." where not all of them do.
std::vector<std::string> DistinctWarnings(const std::vector<ExplainedPhotograph>& methods);

/// A page with a picture and a link for each of several reports.
struct IndexEntry {
  std::string title;
  std::string photograph;  ///< its path
  std::string directory;   ///< relative path of the report's directory
};
std::string IndexHtml(const std::vector<IndexEntry>& entries);

}  // namespace wherefore
