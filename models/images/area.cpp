#include <algorithm>
#include <cfloat>
#include <cmath>
#include <type_traits>
#include <vector>

#include "models/images/resamplers.h"

namespace wherefore {
namespace {

/// Which part of a new pixel an old one makes up.
struct Share {
  int64_t from = 0;
  float weight = 0;
};

/// The shares of every new pixel along one side.
struct Shares {
  std::vector<Share> all;
  std::vector<std::size_t> ends;  ///< of each new pixel's within `all`
};

/// What OpenCV takes for no part at all.
constexpr double kNoPart = 1e-3;

void AddSharesOf(int64_t to, int64_t whole, double scale, std::vector<Share>* shares) {
  const double begin = static_cast<double>(to) * scale;
  const double end = begin + scale;
  const double cell = std::min(scale, static_cast<double>(whole) - begin);
  const auto last = std::min(static_cast<int64_t>(std::floor(end)), whole - 1);
  const auto first = std::min(static_cast<int64_t>(std::ceil(begin)), last);
  const double before = static_cast<double>(first) - begin;
  const double behind = end - static_cast<double>(last);
  if (before > kNoPart) shares->push_back({first - 1, static_cast<float>(before / cell)});
  for (int64_t i = first; i < last; ++i) shares->push_back({i, static_cast<float>(1 / cell)});
  if (behind > kNoPart) shares->push_back({last, static_cast<float>(std::min({behind, 1.0, cell}) / cell)});
}

Shares SharesAlong(int64_t whole, int64_t resized, double scale) {
  Shares shares;
  for (int64_t to = 0; to < resized; ++to) {
    AddSharesOf(to, whole, scale, &shares.all);
    shares.ends.push_back(shares.all.size());
  }
  return shares;
}

/// One row of old pixels, `channels` values each, as new ones.
template <int channels, class T>
void AverageRow(const T* row, const Shares& shares, float* averaged) {
  const Share* share = shares.all.data();
  for (const auto end : shares.ends) {
    float sums[channels] = {};
    for (const Share* until = shares.all.data() + end; share != until; ++share) {
      const T* pixel = row + share->from * channels;
      for (int c = 0; c < channels; ++c) sums[c] += static_cast<float>(pixel[c]) * share->weight;
    }
    for (int c = 0; c < channels; ++c) *averaged++ = sums[c];
  }
}

void Store(const std::vector<float>& values, float* to) { std::copy(values.begin(), values.end(), to); }

void Store(const std::vector<float>& values, uint8_t* to) {
  for (const float value : values) *to++ = static_cast<uint8_t>(std::clamp(RoundHalfToEven(value), 0.0F, 255.0F));
}

template <int channels, class T>
void AverageByShares(const T* from, PictureSize whole, T* to, PictureSize resized, double scale_x, double scale_y) {
  const auto columns = SharesAlong(whole.width, resized.width, scale_x);
  const auto rows = SharesAlong(whole.height, resized.height, scale_y);
  std::vector<float> averaged(static_cast<std::size_t>(resized.width * channels));
  std::vector<float> sums(averaged.size());
  const Share* share = rows.all.data();
  for (const auto end : rows.ends) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    for (const Share* until = rows.all.data() + end; share != until; ++share) {
      AverageRow<channels>(from + share->from * whole.width * channels, columns, averaged.data());
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += share->weight * averaged[i];
    }
    Store(sums, to);
    to += sums.size();
  }
}

/// Sums of uint8 are whole numbers; those of float32 are exact for masks of zeros and ones.
template <class T>
using SumOf = std::conditional_t<std::is_same_v<T, uint8_t>, int64_t, float>;

/// The mean of each block's sum, exactly a half rounded to the even number.
template <class T>
void StoreMeans(const std::vector<SumOf<T>>& sums, int64_t area, T* to) {
  const float part = 1.0F / static_cast<float>(area);
  for (const auto sum : sums) {
    const float mean = static_cast<float>(sum) * part;
    *to++ = static_cast<T>(std::is_same_v<T, uint8_t> ? RoundHalfToEven(mean) : mean);
  }
}

template <int channels, class T>
void AddBlocks(const T* row, int64_t scale, std::vector<SumOf<T>>* sums) {
  for (auto sum = sums->begin(); sum != sums->end(); sum += channels) {
    SumOf<T> block[channels] = {};
    for (int64_t x = 0; x < scale; ++x) {
      for (int c = 0; c < channels; ++c) block[c] += *row++;
    }
    for (int c = 0; c < channels; ++c) sum[c] += block[c];
  }
}

template <int channels, class T>
void AverageBlocks(const T* from, PictureSize whole, T* to, PictureSize resized) {
  const int64_t scale_x = whole.width / resized.width;
  const int64_t scale_y = whole.height / resized.height;
  std::vector<SumOf<T>> sums(static_cast<std::size_t>(resized.width * channels));
  for (int64_t y = 0; y < resized.height; ++y, to += sums.size()) {
    std::fill(sums.begin(), sums.end(), SumOf<T>(0));
    for (int64_t row = 0; row < scale_y; ++row, from += whole.width * channels) {
      AddBlocks<channels>(from, scale_x, &sums);
    }
    StoreMeans<T>(sums, scale_x * scale_y, to);
  }
}

/// Blocks of 2 x 2: exactly a half is rounded up.
void HalveRows(const uint8_t* above, const uint8_t* below, int64_t width, uint8_t* to) {
  for (int64_t x = 0; x < width; ++x, above += 6, below += 6, to += 3) {
    for (int c = 0; c < 3; ++c) {
      to[c] = static_cast<uint8_t>((above[c] + above[c + 3] + below[c] + below[c + 3] + 2) >> 2);
    }
  }
}

bool IsHalved(PictureSize whole, PictureSize resized) {
  return whole.width == 2 * resized.width && whole.height == 2 * resized.height;
}

double Scale(int64_t whole, int64_t resized) { return 1 / (static_cast<double>(resized) / static_cast<double>(whole)); }

bool IsWhole(double scale) { return std::abs(scale - std::nearbyint(scale)) < DBL_EPSILON; }

template <int channels, class T>
void Resized(const T* from, PictureSize whole, T* to, PictureSize resized) {
  const double scale_x = Scale(whole.width, resized.width);
  const double scale_y = Scale(whole.height, resized.height);
  if (whole == resized) {
    std::copy(from, from + whole.height * whole.width * channels, to);
  } else if (scale_x < 1 || scale_y < 1) {
    ResizeBilinearlyByArea(from, whole, to, resized);
  } else if (IsWhole(scale_x) && IsWhole(scale_y)) {
    AverageBlocks<channels>(from, whole, to, resized);
  } else {
    AverageByShares<channels>(from, whole, to, resized, scale_x, scale_y);
  }
}

}  // namespace

void ResizeByArea(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized) {
  if (!IsHalved(whole, resized)) return Resized<3>(from, whole, to, resized);
  const int64_t row = whole.width * 3;
  for (int64_t y = 0; y < resized.height; ++y, from += 2 * row, to += resized.width * 3) {
    HalveRows(from, from + row, resized.width, to);
  }
}

void ResizeByArea(const float* from, PictureSize whole, float* to, PictureSize resized) {
  Resized<1>(from, whole, to, resized);
}

}  // namespace wherefore
