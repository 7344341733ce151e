#include "tools/report/drawing.h"

#include <ATen/ATen.h>

#include "explain/methods/methods.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

/// The picture of a target's pixels as a layer without transparency.
at::Tensor PixelLayer(const ExplainedPhotograph& explained, int64_t target, int64_t height, int64_t width) {
  const auto picture = PixelPicture(explained.explanation.pixels[target]);
  const auto placed = OnPhotograph(picture, height, width, explained.image);
  return at::cat({placed, at::full({height, width, 1}, 255, at::kByte)}, 2);
}

}  // namespace

MapOptions MapOptionsFor(const std::string& method, const RenderOptions& options) {
  auto map_options = options.map;
  map_options.relu = map_options.relu && !MethodNamed(method).shows_negative;
  return map_options;
}

at::Tensor ReportPhotograph(const ExplainedPhotograph& explained, const RenderOptions& options) {
  return Shrunk(explained.photograph.pixels, options.longest_side);
}

std::vector<at::Tensor> ReportLayers(const ExplainedPhotograph& explained, const RenderOptions& options) {
  const auto& explanation = explained.explanation;
  const auto photograph = ReportPhotograph(explained, options);
  const int64_t height = photograph.size(0);
  const int64_t width = photograph.size(1);
  // At the network's input size first, where the paper's upsampling is defined.
  const auto prepared = Prepare(explanation.maps, explained.image.height, explained.image.width,
                                MapOptionsFor(explanation.method, options));
  std::vector<at::Tensor> layers;
  for (int64_t t = 0; t < explanation.maps.size(0); ++t) {
    if (explanation.IsEmpty(static_cast<std::size_t>(t))) {
      layers.push_back(at::zeros({height, width, 4}, at::kByte));
    } else if (explanation.pixels.defined()) {
      layers.push_back(PixelLayer(explained, t, height, width));
    } else {
      layers.push_back(HeatLayer(OnPhotograph(prepared[t], height, width, explained.image), options.color_map));
    }
  }
  return layers;
}

Drawing Draw(const ExplainedPhotograph& explained, const RenderOptions& options) {
  Drawing drawing;
  drawing.photograph = ReportPhotograph(explained, options);
  for (const auto& layer : ReportLayers(explained, options)) {
    const auto overlay = Overlay(drawing.photograph, layer);
    drawing.overlays.push_back(EncodePng(overlay));
    drawing.tiles.push_back(Shrunk(overlay, kTileSide));
  }
  return drawing;
}

}  // namespace wherefore
