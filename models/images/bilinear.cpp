#include <algorithm>
#include <cfloat>
#include <cmath>
#include <type_traits>
#include <vector>

#include "models/images/resamplers.h"

namespace wherefore {
namespace {

/// The two old pixels between which a new one lies.
struct Between {
  int64_t first = 0;
  int64_t second = 0;
  float weight = 0;  ///< of the second; the first has the rest
};

/// Where new pixels lie along one side: pixel centres at half coordinates.
Between AtCentre(int64_t to, double scale) {
  const auto position = static_cast<float>((static_cast<double>(to) + 0.5) * scale - 0.5);
  const float first = std::floor(position);
  return {static_cast<int64_t>(first), 0, position - first};
}

/// Where they lie so that an old pixel fills its whole share of the new ones, and only those between two are mixed.
Between AtArea(int64_t to, double scale, double inverse) {
  const auto first = static_cast<int64_t>(std::floor(static_cast<double>(to) * scale));
  const auto weight = static_cast<float>(static_cast<double>(to + 1) - static_cast<double>(first + 1) * inverse);
  return {first, 0, weight <= 0 ? 0.0F : weight - std::floor(weight)};
}

enum class Positions { kCentre, kArea };

std::vector<Between> PositionsAlong(int64_t whole, int64_t resized, Positions positions) {
  const double inverse = static_cast<double>(resized) / static_cast<double>(whole);
  const double scale = 1 / inverse;
  std::vector<Between> all;
  for (int64_t to = 0; to < resized; ++to) {
    auto between = positions == Positions::kArea ? AtArea(to, scale, inverse) : AtCentre(to, scale);
    between.second = std::clamp<int64_t>(between.first + 1, 0, whole - 1);
    between.first = std::clamp<int64_t>(between.first, 0, whole - 1);
    all.push_back(between);
  }
  return all;
}

/// Fixed point, 11 bits: OpenCV's for uint8. Of a mixed row, the lowest 4 of them are dropped.
struct Fixed {
  using Value = uint8_t;
  using Weight = int16_t;
  using Kept = int16_t;
  static Weight WeightOf(float weight) { return static_cast<Weight>(RoundHalfToEven(weight * 2048)); }
  static Kept MixedInRow(int first, int second, int weight_first, int weight_second) {
    return static_cast<Kept>((first * weight_first + second * weight_second) >> 4);
  }
  static Value MixedRows(Kept first, Kept second, Weight weight_first, Weight weight_second) {
    const int mixed = ((weight_first * first) >> 16) + ((weight_second * second) >> 16);
    return static_cast<Value>((mixed + 2) >> 2);
  }
};

struct Floating {
  using Value = float;
  using Weight = float;
  using Kept = float;
  static Weight WeightOf(float weight) { return weight; }
  static Kept MixedInRow(float first, float second, float weight_first, float weight_second) {
    return first * weight_first + second * weight_second;
  }
  static Value MixedRows(float first, float second, float weight_first, float weight_second) {
    return MixedInRow(first, second, weight_first, weight_second);
  }
};

/// Mixes rows of a picture, and keeps the two mixed last: neighbouring new rows share them.
template <class Arithmetic, int channels>
class RowMixer {
 public:
  using Value = typename Arithmetic::Value;
  using Weight = typename Arithmetic::Weight;
  using Row = std::vector<typename Arithmetic::Kept>;

  RowMixer(const Value* from, PictureSize whole, int64_t resized, Positions positions)
      : from_(from), width_(whole.width) {
    for (const auto& between : PositionsAlong(whole.width, resized, positions)) {
      // On the border both are the same pixel.
      const float weight = between.first == between.second ? 0 : between.weight;
      columns_.push_back({between.first * channels, between.second * channels, Arithmetic::WeightOf(1.0F - weight),
                          Arithmetic::WeightOf(weight)});
    }
    for (auto& row : rows_) row.resize(columns_.size() * channels);
  }

  /// Valid until two other rows were asked for.
  const Row& At(int64_t y) {
    for (int i = 0; i < 2; ++i) {
      if (numbers_[i] == y) return Used(i);
    }
    const int place = 1 - used_last_;
    Mix(y, rows_[place].data());
    numbers_[place] = y;
    return Used(place);
  }

 private:
  struct Column {
    int64_t first;
    int64_t second;
    Weight weight_first;
    Weight weight_second;
  };

  const Row& Used(int place) {
    used_last_ = place;
    return rows_[place];
  }

  void Mix(int64_t y, typename Arithmetic::Kept* mixed) const {
    const Value* row = from_ + y * width_ * channels;
    for (const auto& column : columns_) {
      for (int c = 0; c < channels; ++c) {
        *mixed++ = Arithmetic::MixedInRow(row[column.first + c], row[column.second + c], column.weight_first,
                                          column.weight_second);
      }
    }
  }

  const Value* from_;
  int64_t width_;
  std::vector<Column> columns_;
  Row rows_[2];
  int64_t numbers_[2] = {-1, -1};
  int used_last_ = 0;
};

template <class Arithmetic, int channels>
void Interpolate(const typename Arithmetic::Value* from, PictureSize whole, typename Arithmetic::Value* to,
                 PictureSize resized, Positions positions) {
  RowMixer<Arithmetic, channels> rows(from, whole, resized.width, positions);
  for (const auto& between : PositionsAlong(whole.height, resized.height, positions)) {
    const auto* first = rows.At(between.first).data();
    const auto* second = rows.At(between.second).data();
    const auto weight_first = Arithmetic::WeightOf(1.0F - between.weight);
    const auto weight_second = Arithmetic::WeightOf(between.weight);
    for (int64_t i = 0; i < resized.width * channels; ++i) {
      to[i] = Arithmetic::MixedRows(first[i], second[i], weight_first, weight_second);
    }
    to += resized.width * channels;
  }
}

bool IsHalved(int64_t whole, int64_t resized) { return whole == 2 * resized; }

}  // namespace

void ResizeBilinearly(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized) {
  // Where both sides are halved, OpenCV takes means, which round otherwise.
  const bool is_halved = IsHalved(whole.height, resized.height) && IsHalved(whole.width, resized.width);
  if (whole == resized || is_halved) return ResizeByArea(from, whole, to, resized);
  Interpolate<Fixed, 3>(from, whole, to, resized, Positions::kCentre);
}

void ResizeBilinearlyByArea(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized) {
  Interpolate<Fixed, 3>(from, whole, to, resized, Positions::kArea);
}

void ResizeBilinearlyByArea(const float* from, PictureSize whole, float* to, PictureSize resized) {
  Interpolate<Floating, 1>(from, whole, to, resized, Positions::kArea);
}

}  // namespace wherefore
