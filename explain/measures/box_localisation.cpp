#include "explain/measures/box_localisation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/measures/check_map.h"

namespace wherefore {
namespace {

/// Pixels that are on, each visited once.
class Segments {
 public:
  explicit Segments(const at::Tensor& on) : left_(on.to(at::kCPU).clone(at::MemoryFormat::Contiguous)) {}

  /// Takes the segment that a pixel belongs to: how many pixels it has, 0 where the pixel is off or taken, and its box.
  std::pair<int64_t, PixelBox> Take(int64_t y, int64_t x) {
    int64_t count = 0;
    int64_t right = x;
    int64_t bottom = y;
    PixelBox box{x, y, 0, 0};
    Visit(y, x);
    while (!open_.empty()) {
      const auto [row, column] = open_.back();
      open_.pop_back();
      ++count;
      box.left = std::min(box.left, column);
      box.top = std::min(box.top, row);
      right = std::max(right, column);
      bottom = std::max(bottom, row);
      for (int64_t near_y = row - 1; near_y <= row + 1; ++near_y) {
        for (int64_t near_x = column - 1; near_x <= column + 1; ++near_x) Visit(near_y, near_x);
      }
    }
    box.width = right + 1 - box.left;
    box.height = bottom + 1 - box.top;
    return {count, box};
  }

 private:
  void Visit(int64_t y, int64_t x) {
    if (y < 0 || x < 0 || y >= left_.size(0) || x >= left_.size(1)) return;
    bool& on = left_.data_ptr<bool>()[y * left_.size(1) + x];
    if (!std::exchange(on, false)) return;
    open_.emplace_back(y, x);
  }

  at::Tensor left_;
  std::vector<std::pair<int64_t, int64_t>> open_;
};

}  // namespace

PixelBox LargestSegmentBox(const at::Tensor& map, const BoxOptions& options) {
  CheckMap(map);
  if (!(options.cut >= 0 && options.cut < 1)) {
    ThrowUsage("a map is cut at a share from 0 to below 1 of its maximum, not at " + std::to_string(options.cut));
  }
  const auto values = map.to(at::kDouble);
  const double highest = values.max().item<double>();
  if (highest <= 0) return {};
  Segments segments(values > options.cut * highest);
  int64_t most = 0;
  PixelBox largest;
  for (int64_t y = 0; y < map.size(0); ++y) {
    for (int64_t x = 0; x < map.size(1); ++x) {
      const auto [count, box] = segments.Take(y, x);
      if (count <= most) continue;
      most = count;
      largest = box;
    }
  }
  return largest;
}

PixelBox BoxAround(const at::Tensor& mask) {
  if (mask.dim() != 2) ThrowUsage("a mask must be (H, W); this one is " + c10::str(mask.sizes()));
  const auto places = mask.nonzero().to(at::kCPU);
  if (places.size(0) == 0) ThrowUsage("the mask has no pixel: there is no box around it");
  const auto low = std::get<0>(places.min(0));
  const auto high = std::get<0>(places.max(0));
  PixelBox box{low[1].item<int64_t>(), low[0].item<int64_t>(), 0, 0};
  box.width = high[1].item<int64_t>() + 1 - box.left;
  box.height = high[0].item<int64_t>() + 1 - box.top;
  return box;
}

double IntersectionOverUnion(const PixelBox& first, const PixelBox& second) {
  const auto overlap = [](int64_t a, int64_t a_size, int64_t b, int64_t b_size) {
    return std::max<int64_t>(0, std::min(a + a_size, b + b_size) - std::max(a, b));
  };
  const int64_t shared = overlap(first.left, first.width, second.left, second.width) *
                         overlap(first.top, first.height, second.top, second.height);
  if (shared == 0) return 0;
  return static_cast<double>(shared) / static_cast<double>(first.Area() + second.Area() - shared);
}

bool LocalisesBox(const at::Tensor& map, const PixelBox& object, const BoxOptions& options) {
  return IntersectionOverUnion(LargestSegmentBox(map, options), object) >= options.iou;
}

}  // namespace wherefore
