#include "tools/report/page_map.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "tools/photographs/opencv_tensor.h"
#include "tools/report/page.h"

namespace wherefore {
namespace {

/// A map (H, W) averaged down to at most so many cells.
at::Tensor AveragedDown(const at::Tensor& map, int64_t most_cells) {
  const double share = std::sqrt(static_cast<double>(most_cells) / static_cast<double>(map.numel()));
  const auto scaled = [&](int64_t size) {
    return static_cast<int>(std::clamp<int64_t>(static_cast<int64_t>(static_cast<double>(size) * share), 1, size));
  };
  cv::Mat small;
  cv::resize(MatOver(map.contiguous(), "a map"), small, cv::Size(scaled(map.size(1)), scaled(map.size(0))), 0, 0,
             cv::INTER_AREA);
  return TensorOf(small);
}

}  // namespace

PageMap PackMap(const at::Tensor& map, Upsampling upsampling) {
  constexpr double kMostSteps = 65535;
  const auto values = map.to(at::kCPU, at::kFloat).contiguous();
  PageMap packed;
  packed.rows = values.size(0);
  packed.columns = values.size(1);
  packed.low = values.min().item<double>();
  packed.high = values.max().item<double>();
  packed.align_corners = upsampling == Upsampling::kAlignCorners;
  const double range = std::max(packed.high - packed.low, 1e-30);
  std::string bytes;
  for (int64_t i = 0; i < values.numel(); ++i) {
    const double share = (static_cast<double>(values.data_ptr<float>()[i]) - packed.low) / range;
    const auto step = static_cast<unsigned>(std::lround(share * kMostSteps));
    bytes += static_cast<char>(step & 0xFF);
    bytes += static_cast<char>(step >> 8);
  }
  packed.steps = Base64(bytes);
  return packed;
}

std::vector<PageMap> PackMaps(const at::Tensor& maps, const ImageOptions& image, const MapOptions& options,
                              int64_t most_cells) {
  const bool is_small = maps.size(1) * maps.size(2) <= most_cells;
  const auto prepared = is_small ? PrepareSmall(maps, image.height, image.width, options)
                                 : Prepare(maps, image.height, image.width, options);
  std::vector<PageMap> packed;
  for (int64_t t = 0; t < prepared.size(0); ++t) {
    packed.push_back(is_small ? PackMap(prepared[t], options.upsampling)
                              : PackMap(AveragedDown(prepared[t], most_cells), Upsampling::kHalfPixel));
  }
  return packed;
}

}  // namespace wherefore
