#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace wherefore {

/// Bilinear enlargement of maps (h, w) to (H, W), pixels' middles on each other (PyTorch's align_corners=false), made
/// only near cells above a threshold: a mean of cells that are not above it is not above it either. Where few cells
/// are, as above a high quantile, this costs a small share of the whole.
class SparseUpsampling {
 public:
  /// What a thread needs room for, kept from map to map.
  struct Scratch {
    std::vector<std::pair<int64_t, int64_t>> stretches;
    std::vector<float> cells;
    std::vector<float> values;
  };

  SparseUpsampling(int64_t h, int64_t w, int64_t height, int64_t width);

  /// Calls visit(y, x_begin, x_end, values) for stretches of rows that do not overlap, from top to bottom, and hold all
  /// places where the enlarged map is greater than the threshold; values[x - x_begin] is the map at (y, x).
  template <class Visit>
  void Above(const float* map, float threshold, Scratch* scratch, Visit&& visit) const;

  /// Calls visit(word, bits) for the 64 pixels of every word of a mask in which the enlarged map is greater than the
  /// threshold anywhere: bits are where, the lowest on the left; each row of a mask begins with a new word.
  template <class Visit>
  void BitsAbove(const float* map, float threshold, Scratch* scratch, Visit&& visit) const;

 private:
  static constexpr int64_t kWordBits = 64;

  /// Which two cells a pixel lies between, along one axis, and how near it is to the second.
  struct Place {
    int64_t first = 0;
    int64_t second = 0;
    float share = 0;
  };
  static std::vector<Place> Places(int64_t cells, int64_t pixels);
  static bool AnyAbove(const float* map, int64_t count, float threshold);

  /// Where between two rows of cells, one below the other, a pixel can be above the threshold: ranges of x.
  void FindStretches(const float* upper, const float* lower, float threshold,
                     std::vector<std::pair<int64_t, int64_t>>* stretches) const;

  int64_t h_;
  int64_t w_;
  std::vector<Place> rows_;
  std::vector<Place> columns_;
  std::vector<int64_t> begin_of_;  ///< the first x that a column of cells reaches
  std::vector<int64_t> end_of_;    ///< the x behind the last that it reaches
};

template <class Visit>
void SparseUpsampling::Above(const float* map, float threshold, Scratch* scratch, Visit&& visit) const {
  if (!AnyAbove(map, h_ * w_, threshold)) return;
  scratch->cells.resize(static_cast<std::size_t>(w_));
  scratch->values.resize(columns_.size());
  float* const cells = scratch->cells.data();
  float* const values = scratch->values.data();
  int64_t stretches_of = -1;  // the upper of the rows of cells that they were found for
  for (std::size_t y = 0; y < rows_.size(); ++y) {
    const auto [above, below, share] = rows_[y];
    const float* const upper = map + above * w_;
    const float* const lower = map + below * w_;
    if (above != stretches_of) FindStretches(upper, lower, threshold, &scratch->stretches);
    stretches_of = above;
    for (const auto& [begin, end] : scratch->stretches) {
      // In this form a plateau stays exactly as high as it is.
      const int64_t last_cell = columns_[static_cast<std::size_t>(end - 1)].second;
      for (int64_t x = columns_[static_cast<std::size_t>(begin)].first; x <= last_cell; ++x) {
        cells[x] = upper[x] + share * (lower[x] - upper[x]);
      }
      const Place* place = columns_.data() + begin;
      for (int64_t i = 0; i < end - begin; ++i, ++place) {
        values[i] = cells[place->first] + place->share * (cells[place->second] - cells[place->first]);
      }
      visit(static_cast<int64_t>(y), begin, end, static_cast<const float*>(values));
    }
  }
}

template <class Visit>
void SparseUpsampling::BitsAbove(const float* map, float threshold, Scratch* scratch, Visit&& visit) const {
  const int64_t words = (static_cast<int64_t>(columns_.size()) + kWordBits - 1) / kWordBits;  // of a row
  Above(map, threshold, scratch, [&](int64_t y, int64_t begin, int64_t end, const float* values) {
    for (int64_t x = begin; x < end;) {
      const int64_t word = x / kWordBits;
      const int64_t word_end = std::min(end, (word + 1) * kWordBits);
      uint64_t bits = 0;
      for (auto bit = static_cast<unsigned>(x % kWordBits); x < word_end; ++x, ++bit) {
        bits |= static_cast<uint64_t>(*values++ > threshold) << bit;
      }
      if (bits != 0) visit(y * words + word, bits);
    }
  });
}

}  // namespace wherefore
