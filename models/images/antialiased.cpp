#include <algorithm>
#include <cmath>
#include <vector>

#include "models/images/resamplers.h"

namespace wherefore {
namespace {

/// The old pixels, one after the other, that make up a new one.
struct Window {
  int64_t first = 0;
  int64_t count = 0;
};

/// The windows of every new pixel along one side, and their weights in fixed point.
struct Weights {
  std::vector<Window> windows;
  std::vector<int32_t> values;  ///< `most` a window
  int64_t most = 0;
  int bits = 0;  ///< behind the point

  const int32_t* Of(std::size_t pixel) const { return values.data() + static_cast<int64_t>(pixel) * most; }
};

/// Pillow's: 8 bits for pixels, 2 for what overlapping weights add, the rest of 32.
constexpr int kBitsOfPillow = 32 - 8 - 2;

/// As many as leave the largest weight in 16 bits: torchvision's.
int BitsFor(double largest) {
  int bits = 0;
  while (bits < kBitsOfPillow && static_cast<int>(0.5 + largest * (1 << (bits + 1))) < (1 << 15)) ++bits;
  return bits;
}

/// Weights that add up to one.
std::vector<double> WeightsIn(const Window& window, double center, double scale, const AntialiasedFilter& filter) {
  const double inverse = 1 / scale;
  std::vector<double> weights;
  double sum = 0;
  for (int64_t i = 0; i < window.count; ++i) {
    weights.push_back(filter.value((static_cast<double>(window.first + i) - center + 0.5) * inverse));
    sum += weights.back();
  }
  if (sum == 0) return weights;
  for (auto& weight : weights) weight /= sum;
  return weights;
}

Weights WeightsAlong(int64_t whole, int64_t resized, const AntialiasedFilter& filter) {
  const double step = static_cast<double>(whole) / static_cast<double>(resized);
  const double scale = std::max(step, 1.0);
  const double support = filter.support * scale;
  Weights weights;
  weights.most = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  std::vector<double> exact(static_cast<std::size_t>(resized * weights.most));
  double largest = 0;
  for (int64_t to = 0; to < resized; ++to) {
    const double center = (static_cast<double>(to) + 0.5) * step;
    Window window;
    window.first = std::max<int64_t>(static_cast<int64_t>(center - support + 0.5), 0);
    window.count = std::min(static_cast<int64_t>(center + support + 0.5), whole) - window.first;
    const auto values = WeightsIn(window, center, scale, filter);
    std::copy(values.begin(), values.end(), exact.begin() + to * weights.most);
    largest = std::max(largest, *std::max_element(values.begin(), values.end()));
    weights.windows.push_back(window);
  }
  weights.bits = filter.is_torchvisions ? BitsFor(largest) : kBitsOfPillow;
  for (const double value : exact) {
    weights.values.push_back(static_cast<int32_t>(value * (1 << weights.bits) + (value < 0 ? -0.5 : 0.5)));
  }
  return weights;
}

uint8_t Level(int32_t sum, int bits) { return static_cast<uint8_t>(std::clamp(sum >> bits, 0, 255)); }

void FilterRow(const uint8_t* row, const Weights& columns, uint8_t* filtered) {
  const int32_t half = 1 << (columns.bits - 1);
  for (std::size_t to = 0; to < columns.windows.size(); ++to) {
    const uint8_t* pixel = row + columns.windows[to].first * 3;
    const int32_t* weight = columns.Of(to);
    int32_t red = half;
    int32_t green = half;
    int32_t blue = half;
    for (int64_t i = 0; i < columns.windows[to].count; ++i, pixel += 3) {
      red += pixel[0] * weight[i];
      green += pixel[1] * weight[i];
      blue += pixel[2] * weight[i];
    }
    *filtered++ = Level(red, columns.bits);
    *filtered++ = Level(green, columns.bits);
    *filtered++ = Level(blue, columns.bits);
  }
}

/// Rows of the old picture, of the new width. As many are kept as one new row needs.
class FilteredRows {
 public:
  FilteredRows(const uint8_t* from, PictureSize whole, int64_t resized, int64_t kept, const AntialiasedFilter& filter)
      : from_(from), whole_(whole), kept_(std::min(kept, whole.height)), is_resized_(resized != whole.width) {
    if (!is_resized_) return;
    columns_ = WeightsAlong(whole.width, resized, filter);
    row_ = resized * 3;
    rows_.resize(static_cast<std::size_t>(kept_ * row_));
  }

  /// To be called for windows in order, before At() is for their rows.
  void Ready(const Window& window) {
    if (!is_resized_) return;
    for (next_ = std::max(next_, window.first); next_ < window.first + window.count; ++next_) {
      FilterRow(from_ + next_ * whole_.width * 3, columns_, rows_.data() + next_ % kept_ * row_);
    }
  }

  const uint8_t* At(int64_t y) const {
    return is_resized_ ? rows_.data() + y % kept_ * row_ : from_ + y * whole_.width * 3;
  }

 private:
  const uint8_t* from_;
  PictureSize whole_;
  int64_t kept_;
  bool is_resized_;
  Weights columns_;
  int64_t row_ = 0;
  std::vector<uint8_t> rows_;
  int64_t next_ = 0;
};

/// Weights of a side that keeps its size: the pixels themselves.
Weights PixelsThemselves(int64_t count) {
  Weights weights;
  weights.most = 1;
  weights.bits = 1;
  for (int64_t i = 0; i < count; ++i) {
    weights.windows.push_back({i, 1});
    weights.values.push_back(2);
  }
  return weights;
}

Weights WeightsOrPixels(int64_t whole, int64_t resized, const AntialiasedFilter& filter) {
  return whole == resized ? PixelsThemselves(whole) : WeightsAlong(whole, resized, filter);
}

/// The sum of weighted rows, as many values each as `sums` has.
template <class RowAt>
void AddRows(const Window& window, const int32_t* weights, const RowAt& row_at, std::vector<int32_t>* sums) {
  for (int64_t i = 0; i < window.count; ++i) {
    const uint8_t* row = row_at(window.first + i);
    const int32_t weight = weights[i];
    for (std::size_t x = 0; x < sums->size(); ++x) (*sums)[x] += row[x] * weight;
  }
}

void ColumnsLast(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized,
                 const AntialiasedFilter& filter) {
  const auto weights = WeightsOrPixels(whole.height, resized.height, filter);
  FilteredRows rows(from, whole, resized.width, weights.most, filter);
  std::vector<int32_t> sums(static_cast<std::size_t>(resized.width * 3));
  for (std::size_t y = 0; y < weights.windows.size(); ++y) {
    rows.Ready(weights.windows[y]);
    std::fill(sums.begin(), sums.end(), 1 << (weights.bits - 1));
    AddRows(
        weights.windows[y], weights.Of(y), [&](int64_t row) { return rows.At(row); }, &sums);
    for (const auto sum : sums) *to++ = Level(sum, weights.bits);
  }
}

void ColumnsFirst(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized,
                  const AntialiasedFilter& filter) {
  const auto rows = WeightsAlong(whole.height, resized.height, filter);
  const auto columns = WeightsOrPixels(whole.width, resized.width, filter);
  const int64_t values = whole.width * 3;
  std::vector<int32_t> sums(static_cast<std::size_t>(values));
  std::vector<uint8_t> row(sums.size());
  for (std::size_t y = 0; y < rows.windows.size(); ++y, to += resized.width * 3) {
    std::fill(sums.begin(), sums.end(), 1 << (rows.bits - 1));
    AddRows(
        rows.windows[y], rows.Of(y), [&](int64_t number) { return from + number * values; }, &sums);
    for (std::size_t x = 0; x < sums.size(); ++x) row[x] = Level(sums[x], rows.bits);
    FilterRow(row.data(), columns, to);
  }
}

/// Pillow's rule since version 13.
bool ShrinksMostlyInHeight(PictureSize whole, PictureSize resized) {
  const int64_t fewer = whole.height - resized.height;
  return fewer > 0 && fewer > 2 * (whole.width - resized.width);
}

}  // namespace

void ResizeAntialiased(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized,
                       const AntialiasedFilter& filter) {
  const bool columns_first = !filter.is_torchvisions && ShrinksMostlyInHeight(whole, resized);
  (columns_first ? ColumnsFirst : ColumnsLast)(from, whole, to, resized, filter);
}

double BoxFilter(double distance) { return distance > -0.5 && distance <= 0.5 ? 1 : 0; }

double TriangleFilter(double distance) { return std::max(1 - std::abs(distance), 0.0); }

double CubicFilter(double distance) {
  constexpr double a = -0.5;
  const double x = std::abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

double LanczosFilter(double distance) {
  const auto sinc = [](double x) { return x == 0 ? 1 : std::sin(x * M_PI) / (x * M_PI); };
  return distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
}

}  // namespace wherefore
