#include "neurons/sparse_upsampling.h"

#include <algorithm>
#include <cmath>

namespace wherefore {

std::vector<SparseUpsampling::Place> SparseUpsampling::Places(int64_t cells, int64_t pixels) {
  std::vector<Place> places;
  for (int64_t i = 0; i < pixels; ++i) {
    const double middle = (static_cast<double>(i) + 0.5) * static_cast<double>(cells) / static_cast<double>(pixels);
    const double at = std::max(middle - 0.5, 0.0);
    const auto first = std::min(static_cast<int64_t>(std::floor(at)), cells - 1);
    places.push_back({first, std::min(first + 1, cells - 1), static_cast<float>(at - static_cast<double>(first))});
  }
  return places;
}

SparseUpsampling::SparseUpsampling(int64_t h, int64_t w, int64_t height, int64_t width)
    : h_(h), w_(w), rows_(Places(h, height)), columns_(Places(w, width)) {
  for (int64_t cell = 0; cell < w; ++cell) {
    const auto begin =
        std::find_if(columns_.begin(), columns_.end(), [&](const auto& at) { return at.second >= cell; });
    const auto end = std::find_if(columns_.begin(), columns_.end(), [&](const auto& at) { return at.first > cell; });
    begin_of_.push_back(begin - columns_.begin());
    end_of_.push_back(end - columns_.begin());
  }
}

bool SparseUpsampling::AnyAbove(const float* map, int64_t count, float threshold) {
  // Without a way out of the loop, which compilers make many comparisons at once of.
  int above = 0;
  for (int64_t i = 0; i < count; ++i) above |= static_cast<int>(map[i] > threshold);
  return above != 0;
}

void SparseUpsampling::FindStretches(const float* upper, const float* lower, float threshold,
                                     std::vector<std::pair<int64_t, int64_t>>* stretches) const {
  stretches->clear();
  if (!AnyAbove(upper, w_, threshold) && !AnyAbove(lower, w_, threshold)) return;
  for (int64_t x = 0; x < w_; ++x) {
    if (!(upper[x] > threshold) && !(lower[x] > threshold)) continue;
    const int64_t begin = begin_of_[static_cast<std::size_t>(x)];
    const int64_t end = end_of_[static_cast<std::size_t>(x)];
    if (begin >= end) continue;  // where a map is made smaller no pixel may lie near a cell
    if (!stretches->empty() && begin <= stretches->back().second) {
      stretches->back().second = end;
    } else {
      stretches->emplace_back(begin, end);
    }
  }
}

}  // namespace wherefore
