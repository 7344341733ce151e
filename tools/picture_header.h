#pragma once

#include <cstdint>
#include <string>

namespace wherefore {

/// What the first bytes of a picture file say.
struct PictureHeader {
  std::string format;  ///< "PNG", "JPEG", "BMP", or "" where it is another one
  int64_t width = 0;   ///< pixels; 0 where unknown
  int64_t height = 0;
  bool complete = true;  ///< false: the file ends before the picture does
};

/// Reads no more than the structure: chunks of PNG, segments and scans of JPEG, the header of BMP. Never fails: what it
/// cannot read stays unknown.
PictureHeader ReadPictureHeader(const std::string& bytes);

}  // namespace wherefore
