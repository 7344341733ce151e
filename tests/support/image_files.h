#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

// Image files made byte by byte, so that what they hold is known without trusting an encoder.

/// EXIF data that holds an orientation, and nothing else: a TIFF directory, without the prefix "Exif\0\0".
std::string ExifData(unsigned orientation, bool big_endian = false);

/// The JPEG with an EXIF segment put in front: this orientation, and a thumbnail's bytes where there are any.
std::string WithExif(const std::string& jpeg, unsigned orientation, bool big_endian = false,
                     const std::string& thumbnail = "");

/// A chunk of PNG with its length and checksum.
std::string PngChunk(const std::string& type, const std::string& data);

/// A PNG file without compression. `rows` are the bytes of all rows, top first, as PNG stores them; `extra` are chunks
/// between the header and the pixels (a palette).
std::string PngFile(std::uint32_t width, std::uint32_t height, unsigned bits, unsigned color_type,
                    const std::string& rows, const std::string& extra = "");

/// A JPEG of 8 x 8 pixels, all of the same value: one number a component, each 0 to 255. With 4 components Adobe's
/// marker says that they are CMYK (stored inverted, as Adobe does), with 3 that they are RGB.
std::string FlatJpeg(const std::vector<int>& components, bool progressive = false);

/// A BMP of `bits` (24 or 32) a pixel; `rows` as it stores them, bottom first, padded to 4 bytes, blue first.
std::string BmpFile(std::int32_t width, std::int32_t height, unsigned bits, const std::string& rows);

/// A TIFF without compression, of 3 samples a pixel, each of `bits`; `format` is 1 for whole numbers, 3 for floating
/// point.
std::string TiffFile(std::uint32_t width, std::uint32_t height, unsigned bits, const std::string& rows,
                     unsigned orientation = 1, unsigned format = 1);

/// A RIFF chunk, and a WebP file of chunks.
std::string RiffChunk(const std::string& type, const std::string& data);
std::string WebpFile(const std::string& chunks);

/// Lossless WebP data of one pixel: the chunk "VP8L".
std::string OnePixelWebpChunk();

std::string BigEndian(std::uint64_t value, int bytes);
std::string LittleEndian(std::uint64_t value, int bytes);

}  // namespace wherefore
