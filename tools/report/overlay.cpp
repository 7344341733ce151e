#include "tools/report/overlay.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <ATen/ATen.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"
#include "models/images/placement.h"
#include "tools/photographs/opencv_tensor.h"

namespace wherefore {
namespace {

struct NamedColorMap {
  const char* name;
  ColorMap color_map;
  cv::ColormapTypes opencv;
};

constexpr NamedColorMap kColorMaps[] = {{"viridis", ColorMap::kViridis, cv::COLORMAP_VIRIDIS},
                                        {"inferno", ColorMap::kInferno, cv::COLORMAP_INFERNO},
                                        {"magma", ColorMap::kMagma, cv::COLORMAP_MAGMA},
                                        {"cividis", ColorMap::kCividis, cv::COLORMAP_CIVIDIS}};

/// Least important places are clear, and no place hides the photograph.
constexpr double kMostOpaque = 0.7;

/// The line around what matters most goes where maps have this value.
constexpr double kOutlined = 0.5;

/// Of pictures of signed values.
constexpr int kZeroGrey = 128;

void CheckShape(const char* what, const at::Tensor& tensor, bool holds, const char* wanted) {
  if (holds) return;
  std::ostringstream message;
  message << what << " must be " << wanted << "; this one is " << tensor.dtype() << " " << tensor.sizes();
  ThrowUsage(message.str());
}

bool IsPicture(const at::Tensor& tensor, int64_t channels) {
  return tensor.dim() == 3 && tensor.size(2) == channels && tensor.scalar_type() == at::kByte;
}

/// Float values on the host, without NaN.
at::Tensor CheckedValues(const char* what, const at::Tensor& tensor) {
  auto values = tensor.to(at::kCPU, at::kFloat);
  if (values.isnan().any().item<bool>()) ThrowUsage(std::string(what) + " holds NaN, which cannot be drawn");
  return values;
}

/// Whether the map passes the outline's value within `reach` pixels of a place.
at::Tensor PassesOutline(const cv::Mat& values, int reach) {
  const cv::Mat window = cv::Mat::ones(2 * reach + 1, 2 * reach + 1, CV_8U);
  cv::Mat highest;
  cv::Mat lowest;
  cv::dilate(values, highest, window);
  cv::erode(values, lowest, window);
  return (TensorOf(highest) >= kOutlined).logical_and(TensorOf(lowest) < kOutlined);
}

/// About how many pixels each place is away from the outline, (H, W, 1): the difference in value over the slope; much
/// where the outline is further than `reach`, though the slope may be a cliff, as at the edge of what the network saw.
at::Tensor DistanceToOutline(const at::Tensor& values, int reach) {
  const auto mat = MatOver(values, "a map");
  cv::Mat across;
  cv::Mat down;
  cv::Sobel(mat, across, CV_32F, 1, 0, 3, 1.0 / 8);
  cv::Sobel(mat, down, CV_32F, 0, 1, 3, 1.0 / 8);
  constexpr double kFlat = 1e-3;  // a plateau is no line
  const auto slope = (TensorOf(across).square() + TensorOf(down).square()).sqrt().clamp_min(kFlat);
  const auto distance = (values - kOutlined).abs() / slope;
  return at::where(PassesOutline(mat, reach), distance, at::full_like(distance, 1e6)).unsqueeze(2);
}

/// Draws a line of 2 * half_width pixels with soft edges into colours (H, W, 3) and opacity (H, W, 1).
void DrawLine(at::Tensor& colors, at::Tensor& opacity, const at::Tensor& distance, double half_width, double grey) {
  const auto share = (half_width + 0.5 - distance).clamp(0, 1);
  colors = colors * (1 - share) + grey * share;
  opacity = at::maximum(opacity, share * 0.9);
}

}  // namespace

ColorMap ColorMapNamed(const std::string& name) {
  for (const auto& known : kColorMaps) {
    if (name == known.name) return known.color_map;
  }
  ThrowUsage("there is no colour map '" + name + "'" + DidYouMean(name, ColorMapNames(), ".") +
             " Colour maps: " + Listed(ColorMapNames()));
}

std::vector<std::string> ColorMapNames() {
  std::vector<std::string> names;
  for (const auto& known : kColorMaps) names.emplace_back(known.name);
  return names;
}

at::Tensor Colors(const at::Tensor& values, ColorMap color_map) {
  cv::Mat steps(256, 1, CV_8U);
  for (int i = 0; i < 256; ++i) steps.at<unsigned char>(i) = static_cast<unsigned char>(i);
  cv::Mat bgr;
  for (const auto& known : kColorMaps) {
    if (known.color_map == color_map) cv::applyColorMap(steps, bgr, known.opencv);
  }
  cv::Mat rgb;
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return TensorOf(rgb).squeeze(1).index_select(0, (values.clamp(0, 1) * 255).round().to(at::kLong));
}

at::Tensor HeatLayer(const at::Tensor& map, ColorMap color_map) {
  CheckShape("a heat layer's map", map, map.dim() == 2, "(H, W)");
  const auto values = CheckedValues("a heat layer's map", map).clamp(0, 1).contiguous();
  auto colors = Colors(values.flatten(), color_map).reshape({map.size(0), map.size(1), 3}).to(at::kFloat);
  auto opacity = (values * kMostOpaque).unsqueeze(2);
  const double half_width = std::max(1.0, static_cast<double>(std::max(map.size(0), map.size(1))) / 700);
  const double half_border = half_width + 1.5;
  const auto distance = DistanceToOutline(values, static_cast<int>(std::ceil(half_border + 0.5)));
  DrawLine(colors, opacity, distance, half_border, 0);
  DrawLine(colors, opacity, distance, half_width, 255);
  return at::cat({colors, opacity * 255}, 2).round().to(at::kByte);
}

at::Tensor Overlay(const at::Tensor& photograph, const at::Tensor& layer, double strength) {
  CheckShape("a photograph", photograph, IsPicture(photograph, 3), "uint8 (H, W, 3)");
  CheckShape("a layer", layer, IsPicture(layer, 4) && layer.sizes().slice(0, 2) == photograph.sizes().slice(0, 2),
             "uint8 (H, W, 4), as high and wide as the photograph");
  const auto opacity = layer.slice(2, 3, 4).to(at::kFloat) / 255 * std::clamp(strength, 0.0, 1.0);
  const auto mixed = photograph.to(at::kFloat) * (1 - opacity) + layer.slice(2, 0, 3).to(at::kFloat) * opacity;
  return mixed.round().to(at::kByte);
}

at::Tensor PixelPicture(const at::Tensor& pixels) {
  CheckShape("pixel values", pixels, pixels.dim() == 3 && pixels.size(0) == 3 && pixels.numel() > 0, "(3, H, W)");
  const auto values = CheckedValues("pixel values", pixels);
  const auto sorted = std::get<0>(values.abs().flatten().sort());
  const auto rank = std::min<int64_t>(sorted.size(0) - 1, sorted.size(0) * 995 / 1000);
  const auto at_rank = sorted[rank].item<double>();
  const double scale = at_rank > 0 ? at_rank : sorted[-1].item<double>();
  const auto scaled = scale > 0 ? (values / scale).clamp(-1, 1) : values;
  return (scaled * 127 + kZeroGrey).round().to(at::kByte).permute({1, 2, 0}).contiguous();
}

at::Tensor OnPhotograph(const at::Tensor& seen, int64_t height, int64_t width, const ImageOptions& options) {
  const bool is_map = seen.dim() == 2;
  CheckShape("what is put on a photograph", seen, is_map || IsPicture(seen, 3), "a map (h, w) or uint8 (h, w, 3)");
  const auto planes = (is_map ? seen.unsqueeze(0) : seen.permute({2, 0, 1})).to(at::kCPU, at::kFloat);
  const auto placed = MapsOnPhotograph(planes, PlacementOf(height, width, options), is_map ? 0 : kZeroGrey);
  return is_map ? placed[0] : placed.permute({1, 2, 0}).round().to(at::kByte).contiguous();
}

}  // namespace wherefore
