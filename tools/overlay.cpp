#include "tools/overlay.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"
#include "tools/photograph.h"

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

/// Least important places are clear, and no place hides the photograph quite.
constexpr double kMostOpaque = 0.8;

constexpr int kTextHeight = 26;
constexpr int kGap = 6;

std::string Ascii(const std::string& text) {
  std::string shown;
  for (const unsigned char c : text) {
    if (c < 0x80) shown += static_cast<char>(c);
    if (c >= 0xC0) shown += '?';  // once a letter; the bytes that follow are left out
  }
  return shown;
}

void Write(cv::Mat& sheet, const std::string& text, int left, int top, int width) {
  double size = 0.55;
  int baseline = 0;
  const auto fits = [&] { return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, size, 1, &baseline).width <= width; };
  while (size > 0.25 && !fits()) size -= 0.05;
  cv::putText(sheet, text, cv::Point(left, top + 18), cv::FONT_HERSHEY_SIMPLEX, size, cv::Scalar::all(20), 1,
              cv::LINE_AA);
}

}  // namespace

ColorMap ColorMapNamed(const std::string& name) {
  for (const auto& known : kColorMaps) {
    if (name == known.name) return known.color_map;
  }
  std::string all;
  for (const auto& known : ColorMapNames()) all += (all.empty() ? "" : ", ") + known;
  ThrowUsage("there is no colour map '" + name + "'" + DidYouMean(name, ColorMapNames()) + " Colour maps: " + all);
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
  const auto table = at::from_blob(rgb.data, {256, 3}, at::kByte).clone();
  return table.index_select(0, (values.clamp(0, 1) * 255).round().to(at::kLong));
}

at::Tensor HeatLayer(const at::Tensor& map, ColorMap color_map) {
  const auto values = map.to(at::kCPU, at::kFloat);
  const auto colors = Colors(values.flatten(), color_map).reshape({map.size(0), map.size(1), 3});
  const auto opacity = (values.clamp(0, 1).sqrt() * (255 * kMostOpaque)).round().to(at::kByte).unsqueeze(2);
  return at::cat({colors, opacity}, 2);
}

at::Tensor Overlay(const at::Tensor& photograph, const at::Tensor& layer, double strength) {
  const auto opacity = layer.slice(2, 3, 4).to(at::kFloat) / 255 * strength;
  const auto mixed = photograph.to(at::kFloat) * (1 - opacity) + layer.slice(2, 0, 3).to(at::kFloat) * opacity;
  return mixed.round().to(at::kByte);
}

at::Tensor PixelPicture(const at::Tensor& pixels) {
  const auto values = pixels.to(at::kCPU, at::kFloat);
  const auto sorted = std::get<0>(values.abs().flatten().sort());
  const auto rank = std::min<int64_t>(sorted.size(0) - 1, sorted.size(0) * 995 / 1000);
  const double scale = std::max(1e-30, sorted[rank].item<double>());
  return ((values / scale).clamp(-1, 1) * 127 + 128).round().to(at::kByte).permute({1, 2, 0}).contiguous();
}

at::Tensor OnPhotograph(const at::Tensor& seen, int64_t height, int64_t width, const ImageOptions& options) {
  const Region region = SeenRegion(height, width, options);
  const bool is_map = seen.dim() == 2;
  const auto planes = (is_map ? seen.unsqueeze(0) : seen.permute({2, 0, 1})).to(at::kFloat).unsqueeze(0);
  auto large = at::upsample_bilinear2d(planes, {region.height, region.width}, /*align_corners=*/false)[0];
  auto placed = at::zeros({large.size(0), height, width});
  placed.slice(1, region.top, region.top + region.height)
      .slice(2, region.left, region.left + region.width)
      .copy_(large);
  if (is_map) return placed[0];
  return placed.permute({1, 2, 0}).round().clamp(0, 255).to(seen.scalar_type()).contiguous();
}

at::Tensor ContactSheet(const std::vector<Tile>& tiles, int64_t columns) {
  if (tiles.empty()) ThrowUsage("a contact sheet needs at least one picture");
  const int height = static_cast<int>(tiles[0].picture.size(0));
  const int width = static_cast<int>(tiles[0].picture.size(1));
  const int across = static_cast<int>(std::min<int64_t>(columns, static_cast<int64_t>(tiles.size())));
  const int down = (static_cast<int>(tiles.size()) + across - 1) / across;
  cv::Mat sheet(down * (height + kTextHeight + kGap) + kGap, across * (width + kGap) + kGap, CV_8UC3,
                cv::Scalar::all(255));
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const int left = kGap + static_cast<int>(i) % across * (width + kGap);
    const int top = kGap + static_cast<int>(i) / across * (height + kTextHeight + kGap);
    const auto picture = tiles[i].picture.contiguous();
    cv::Mat(height, width, CV_8UC3, picture.data_ptr()).copyTo(sheet(cv::Rect(left, top, width, height)));
    Write(sheet, Ascii(tiles[i].text), left, top + height, width);
  }
  return at::from_blob(sheet.data, {sheet.rows, sheet.cols, 3}, at::kByte).clone();
}

}  // namespace wherefore
