#pragma once

#include <cstdint>

namespace wherefore {

// The filters behind Resize() and CoveredArea(), on pixels in memory: rows one after the other, channels side by side.

struct PictureSize {
  int64_t height = 0;
  int64_t width = 0;
};

inline bool operator==(const PictureSize& a, const PictureSize& b) {
  return a.height == b.height && a.width == b.width;
}

/// The whole number nearest to `value`, the even one of two; for values between -4 and 4 million.
inline float RoundHalfToEven(float value) {
  constexpr float kNoRoomForFractions = 12582912.0F;  // 1.5 * 2^23
  return value + kNoRoomForFractions - kNoRoomForFractions;
}

/// OpenCV's INTER_AREA: where neither side grows, the mean of the area that a new pixel covers; else
/// ResizeBilinearlyByArea(). uint8 with 3 channels, float32 with 1.
void ResizeByArea(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized);
void ResizeByArea(const float* from, PictureSize whole, float* to, PictureSize resized);

/// OpenCV's INTER_LINEAR, 3 channels.
void ResizeBilinearly(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized);

/// OpenCV's INTER_AREA where a side grows: bilinear, but old pixels become blocks of one colour, and only new pixels
/// that lie across the seam of two blocks mix them.
void ResizeBilinearlyByArea(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized);
void ResizeBilinearlyByArea(const float* from, PictureSize whole, float* to, PictureSize resized);

/// A filter that is as much wider as the picture gets smaller.
struct AntialiasedFilter {
  double (*value)(double distance);  ///< at a distance in pixels of the smaller picture
  double support = 0;                ///< distance beyond which it is zero
  bool is_torchvisions = false;      ///< weights of 16 bits, rows always first; else Pillow's ways
};

/// Rows, then columns (or the other way round where Pillow does so), each rounded to 8 bits; 3 channels. Pillow's
/// weights have 32 bits; it takes the columns first where the height shrinks by more than twice as many pixels as the
/// width.
void ResizeAntialiased(const uint8_t* from, PictureSize whole, uint8_t* to, PictureSize resized,
                       const AntialiasedFilter& filter);

double BoxFilter(double distance);
double TriangleFilter(double distance);
double CubicFilter(double distance);    ///< Keys 1981, equation 15: a = -1/2
double LanczosFilter(double distance);  ///< three lobes

}  // namespace wherefore
