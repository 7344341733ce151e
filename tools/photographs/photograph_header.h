#pragma once

#include <cstdint>
#include <string_view>

namespace wherefore {

enum class PhotographFormat { kUnknown, kJpeg, kPng, kWebp, kTiff, kBmp, kGif, kHeif };

/// "JPEG", "PNG", ...; HEIF stands for HEIC and AVIF too.
const char* NameOf(PhotographFormat format);

/// What an image file says of itself, before anything is decoded.
struct PhotographHeader {
  PhotographFormat format = PhotographFormat::kUnknown;  ///< by its content; a file's name may lie
  int64_t width = 0;                                     ///< as stored, before any rotation; 0 where it is not said
  int64_t height = 0;
  int orientation = 1;   ///< EXIF, 1 to 8; 1 where it is not said, and for TIFF, which decoders turn themselves
  bool is_whole = true;  ///< false where the file ends before its format says that it does
};

/// Reads the header of a file's bytes. Never throws, whatever the bytes are, in time linear in their number.
///
/// A JPEG is whole where its end-of-image marker follows the scans; more bytes may follow, as cameras write them. A
/// thumbnail in its EXIF segment does not count.
PhotographHeader ReadPhotographHeader(std::string_view bytes);

}  // namespace wherefore
