#include "tools/data/coco_region.h"

#include <algorithm>
#include <cmath>

namespace wherefore {
namespace {

constexpr double kScale = 5;

/// Walks along the outline of a polygon on the fine grid and notes where it steps over the middle of a column.
class Outline {
 public:
  Outline(std::int64_t height, std::int64_t width) : height_(height), width_(width) {}

  /// A side, its ends included. One of no length adds nothing.
  void AddSide(std::int64_t x0, std::int64_t y0, std::int64_t x1, std::int64_t y1) {
    const auto dx = std::abs(x1 - x0);
    const auto dy = std::abs(y1 - y0);
    const bool is_flat = dx >= dy;
    // Always from the lower end, so that the shared side of two regions is the same in both.
    const bool is_back = is_flat ? x0 > x1 : y0 > y1;
    if (is_back) {
      std::swap(x0, x1);
      std::swap(y0, y1);
    }
    const auto steps = is_flat ? dx : dy;
    if (steps == 0) return;
    const double slope = static_cast<double>(is_flat ? y1 - y0 : x1 - x0) / static_cast<double>(steps);
    const auto beside = [&](std::int64_t from, std::int64_t step) {
      return static_cast<std::int64_t>(static_cast<double>(from) + slope * static_cast<double>(step) + 0.5);
    };
    for (std::int64_t i = 0; i <= steps; ++i) {
      const auto step = is_back ? steps - i : i;
      if (is_flat) {
        Visit(x0 + step, beside(y0, step));
      } else {
        Visit(beside(x0, step), y0 + step);
      }
    }
  }

  /// In ascending order; each begins or ends the region.
  std::vector<std::int64_t> Crossings() {
    std::sort(crossings_.begin(), crossings_.end());
    return crossings_;
  }

 private:
  void Visit(std::int64_t x, std::int64_t y) {
    if (has_last_ && x != last_x_) Cross(std::min(x, last_x_), std::min(y, last_y_));
    has_last_ = true;
    last_x_ = x;
    last_y_ = y;
  }

  /// Between the fine columns x and x + 1.
  void Cross(std::int64_t x, std::int64_t y) {
    const double column = (static_cast<double>(x) + 0.5) / kScale - 0.5;
    if (std::floor(column) != column || column < 0 || column > static_cast<double>(width_ - 1)) return;
    const double row = (static_cast<double>(y) + 0.5) / kScale - 0.5;
    const double below = std::ceil(std::clamp(row, 0.0, static_cast<double>(height_)));
    crossings_.push_back(static_cast<std::int64_t>(column) * height_ + static_cast<std::int64_t>(below));
  }

  std::int64_t height_;
  std::int64_t width_;
  bool has_last_ = false;
  std::int64_t last_x_ = 0;
  std::int64_t last_y_ = 0;
  std::vector<std::int64_t> crossings_;
};

}  // namespace

std::int32_t InFifths(double coordinate) { return static_cast<std::int32_t>(kScale * coordinate + 0.5); }

void FillPolygon(const std::int32_t* corners, std::size_t numbers, std::int64_t height, std::int64_t width,
                 bool* mask) {
  Outline outline(height, width);
  for (std::size_t i = 0; i + 1 < numbers; i += 2) {
    const auto next = i + 2 < numbers ? i + 2 : 0;
    outline.AddSide(corners[i], corners[i + 1], corners[next], corners[next + 1]);
  }
  auto crossings = outline.Crossings();
  if (crossings.size() % 2 == 1) crossings.push_back(height * width);
  for (std::size_t i = 0; i < crossings.size(); i += 2) std::fill(mask + crossings[i], mask + crossings[i + 1], true);
}

void FillRuns(const std::int32_t* counts, std::size_t numbers, bool* mask) {
  for (std::size_t i = 0; i < numbers; ++i) {
    if (i % 2 == 1) std::fill(mask, mask + counts[i], true);
    mask += counts[i];
  }
}

// Five bits a character, the lowest first, on top of '0'; the sixth says that more follow, and the highest bit of the
// last is the sign. From the fourth count on, it is the difference from the one two before.
bool DecodeRuns(const std::string& text, std::vector<std::int64_t>* counts) {
  counts->clear();
  for (std::size_t at = 0; at < text.size();) {
    std::int64_t count = 0;
    bool more = true;
    for (int shift = 0; more; shift += 5) {
      if (at == text.size() || shift > 40) return false;
      const int bits = static_cast<unsigned char>(text[at++]) - '0';
      if (bits < 0 || bits > 63) return false;
      count += static_cast<std::int64_t>(bits & 31) << shift;
      more = (bits & 32) != 0;
      if (!more && (bits & 16) != 0) count -= std::int64_t{32} << shift;
    }
    if (counts->size() > 2) count += (*counts)[counts->size() - 2];
    counts->push_back(count);
  }
  return true;
}

}  // namespace wherefore
