#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

/// What a decoder made of a file's bytes.
struct DecodedSamples {
  int height = 0;
  int width = 0;
  int channels = 0;                   ///< 1 grey, 3 BGR, 4 BGRA: OpenCV's order
  int bits = 8;                       ///< a sample's, 8 or 16, the latter in the machine's byte order
  std::vector<std::uint8_t> samples;  ///< row after row; empty where the file cannot be decoded
  std::string remark;                 ///< the first thing that was wrong with the pixels' data; "" where nothing was
};

/// A JPEG by libjpeg, not turned as its EXIF orientation says; CMYK becomes BGR by the simple formula. Prints nothing,
/// and may run in several threads at once.
DecodedSamples DecodeJpeg(const std::string& bytes);

/// A PNG by libpng: with an alpha channel where it has one or a palette with transparent colours; grey of fewer than 8
/// bits becomes 8. Remarks on what does not touch the pixels (colour profiles, mostly) are left out. Prints nothing,
/// and may run in several threads at once.
DecodedSamples DecodePng(const std::string& bytes);

}  // namespace wherefore
