#include "tools/report/overlay.h"

#include <algorithm>
#include <cmath>
#include <cstring>
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
constexpr float kMostOpaque = 0.7F;

/// The line around what matters most goes where maps have this value.
constexpr float kOutlined = 0.5F;

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

/// Rounds 0 to 2^22 to the nearest whole number, halves to the even one, as at::round() does, within registers.
float Rounded(float value) {
  constexpr float kWhole = 8388608;  // from 2^23 on a float has no digits behind the point
  return value + kWhole - kWhole;
}

std::uint8_t Byte(float value) { return static_cast<std::uint8_t>(static_cast<int>(Rounded(value))); }

/// A map's values (height, width), contiguous.
struct Field {
  const float* values;
  int64_t height;
  int64_t width;

  bool IsInside(int64_t y, int64_t x) const { return values[y * width + x] >= kOutlined; }

  /// Beyond an edge the values go on as in a mirror that lies on the outermost ones.
  float Mirrored(int64_t y, int64_t x) const {
    return values[IndexInMirror(y, height) * width + IndexInMirror(x, width)];
  }

  static int64_t IndexInMirror(int64_t at, int64_t size) {
    if (size == 1) return 0;
    return at < 0 ? -at : at >= size ? 2 * size - 2 - at : at;
  }
};

/// Which places (height, width) have the outline within `reach` pixels: values on both sides of it in the square
/// around them.
std::vector<char> NearOutline(const Field& field, int64_t reach) {
  std::vector<char> near(static_cast<std::size_t>(field.height * field.width));
  const auto mark = [&](int64_t top, int64_t bottom, int64_t left, int64_t right) {
    left = std::max<int64_t>(left, 0);
    right = std::min(right, field.width - 1);
    for (int64_t y = std::max<int64_t>(top, 0); y <= std::min(bottom, field.height - 1); ++y) {
      std::memset(near.data() + y * field.width + left, 1, static_cast<std::size_t>(right - left + 1));
    }
  };
  // A square has both sides where it holds two neighbours on different ones.
  for (int64_t y = 0; y < field.height; ++y) {
    for (int64_t x = 0; x < field.width; ++x) {
      const bool inside = field.IsInside(y, x);
      if (x + 1 < field.width && field.IsInside(y, x + 1) != inside) {
        mark(y - reach, y + reach, x + 1 - reach, x + reach);
      }
      if (y + 1 < field.height && field.IsInside(y + 1, x) != inside) {
        mark(y + 1 - reach, y + reach, x - reach, x + reach);
      }
    }
  }
  return near;
}

/// About how many pixels a place is away from the outline: the difference in value over the slope (Sobel's).
float DistanceToOutline(const Field& field, int64_t y, int64_t x) {
  constexpr float kFlat = 1e-3F;  // a plateau is no line
  const auto at = [&](int64_t down, int64_t right) { return field.Mirrored(y + down, x + right); };
  const float across = (at(-1, 1) - at(-1, -1) + 2 * (at(0, 1) - at(0, -1)) + at(1, 1) - at(1, -1)) / 8;
  const float down = (at(1, -1) - at(-1, -1) + 2 * (at(1, 0) - at(-1, 0)) + at(1, 1) - at(-1, 1)) / 8;
  return std::abs(at(0, 0) - kOutlined) / std::max(std::sqrt(across * across + down * down), kFlat);
}

/// Draws a line of 2 * half_width pixels with soft edges into one place's colour and opacity, 0 to 1.
void DrawLine(float* color, float* opacity, float distance, float half_width, float grey) {
  const float share = std::clamp(half_width + 0.5F - distance, 0.0F, 1.0F);
  for (int c = 0; c < 3; ++c) color[c] = color[c] * (1 - share) + grey * share;
  *opacity = std::max(*opacity, share * 0.9F);
}

/// Draws the line around what exceeds kOutlined into a layer (height, width, 4).
void DrawOutline(const Field& field, const std::uint8_t* colors, std::uint8_t* layer) {
  const float half_width = std::max(1.0F, static_cast<float>(std::max(field.height, field.width)) / 700);
  const float half_border = half_width + 1.5F;
  const auto near = NearOutline(field, static_cast<int64_t>(std::ceil(half_border + 0.5F)));
  for (int64_t i = 0; i < field.height * field.width; ++i) {
    if (near[static_cast<std::size_t>(i)] == 0) continue;
    const auto* known = colors + 3 * static_cast<std::size_t>(Byte(field.values[i] * 255));
    float color[] = {static_cast<float>(known[0]), static_cast<float>(known[1]), static_cast<float>(known[2])};
    float opacity = field.values[i] * kMostOpaque;
    const float distance = DistanceToOutline(field, i / field.width, i % field.width);
    DrawLine(color, &opacity, distance, half_border, 0);
    DrawLine(color, &opacity, distance, half_width, 255);
    for (int c = 0; c < 3; ++c) layer[4 * i + c] = Byte(color[c]);
    layer[4 * i + 3] = Byte(opacity * 255);
  }
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

at::Tensor ColorTable(ColorMap color_map) {
  cv::Mat steps(256, 1, CV_8U);
  for (int i = 0; i < 256; ++i) steps.at<unsigned char>(i) = static_cast<unsigned char>(i);
  cv::Mat bgr;
  for (const auto& known : kColorMaps) {
    if (known.color_map == color_map) cv::applyColorMap(steps, bgr, known.opencv);
  }
  cv::Mat rgb;
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return TensorOf(rgb).squeeze(1);
}

at::Tensor Colors(const at::Tensor& values, ColorMap color_map) {
  return ColorTable(color_map).index_select(0, (values.clamp(0, 1) * 255).round().to(at::kLong));
}

at::Tensor HeatLayer(const at::Tensor& map, ColorMap color_map) {
  CheckShape("a heat layer's map", map, map.dim() == 2, "(H, W)");
  const auto values = CheckedValues("a heat layer's map", map).clamp(0, 1).contiguous();
  const auto table = ColorTable(color_map);
  auto layer = at::empty({map.size(0), map.size(1), 4}, at::kByte);
  const Field field = {values.data_ptr<float>(), map.size(0), map.size(1)};
  const auto* colors = table.data_ptr<std::uint8_t>();
  auto* drawn = layer.data_ptr<std::uint8_t>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    const float value = field.values[i];
    const auto* color = colors + 3 * static_cast<std::size_t>(Byte(value * 255));
    for (int c = 0; c < 3; ++c) drawn[4 * i + c] = color[c];
    drawn[4 * i + 3] = Byte(value * kMostOpaque * 255);
  }
  DrawOutline(field, colors, drawn);
  return layer;
}

at::Tensor Overlay(const at::Tensor& photograph, const at::Tensor& layer) {
  CheckShape("a photograph", photograph, IsPicture(photograph, 3), "uint8 (H, W, 3)");
  CheckShape("a layer", layer, IsPicture(layer, 4) && layer.sizes().slice(0, 2) == photograph.sizes().slice(0, 2),
             "uint8 (H, W, 4), as high and wide as the photograph");
  const auto below = photograph.contiguous();
  const auto above = layer.contiguous();
  auto mixed = at::empty_like(below);
  const auto* from = below.data_ptr<std::uint8_t>();
  const auto* over = above.data_ptr<std::uint8_t>();
  auto* to = mixed.data_ptr<std::uint8_t>();
  for (const auto* end = from + below.numel(); from != end; from += 3, over += 4, to += 3) {
    const unsigned opacity = over[3];
    for (int c = 0; c < 3; ++c) {
      // Rounded to the nearest: no sum lies half way between two multiples of 255.
      to[c] = static_cast<std::uint8_t>((from[c] * (255 - opacity) + over[c] * opacity + 127) / 255);
    }
  }
  return mixed;
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
