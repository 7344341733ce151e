#include "tests/support/image_files.h"

#include <cstdlib>

namespace wherefore {
namespace {

/// CRC-32 as PNG's specification gives it, annex D.
std::uint32_t Crc(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? 0xEDB88320U ^ crc >> 1 : crc >> 1;
  }
  return ~crc;
}

std::uint32_t Adler(const std::string& bytes) {
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (const unsigned char byte : bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high << 16 | low;
}

/// A zlib stream of one stored block.
std::string Stored(const std::string& bytes) {
  const std::string length = LittleEndian(bytes.size(), 2);
  const std::string inverse = LittleEndian(~bytes.size() & 0xFFFF, 2);
  return std::string("\x78\x01\x01", 3) + length + inverse + bytes + BigEndian(Adler(bytes), 4);
}

std::string Segment(unsigned marker, const std::string& data) {
  return "\xFF" + std::string(1, static_cast<char>(marker)) + BigEndian(data.size() + 2, 2) + data;
}

/// A directory's field with one number.
std::string Field(unsigned tag, unsigned type, std::uint32_t value) {
  return LittleEndian(tag, 2) + LittleEndian(type, 2) + LittleEndian(1, 4) + LittleEndian(value, 4);
}

/// Bits, the most significant first, as a scan has them: padded with ones, a zero byte after each 0xFF.
std::string ScanData(std::string bits) {
  while (bits.size() % 8 != 0) bits += '1';
  std::string bytes;
  for (std::size_t i = 0; i < bits.size(); i += 8) {
    bytes += static_cast<char>(std::stoi(bits.substr(i, 8), nullptr, 2));
    if (bytes.back() == '\xFF') bytes += '\0';
  }
  return bytes;
}

std::string Bits(int value, int count) {
  std::string bits;
  for (int i = count; i-- > 0;) bits += (value >> i & 1) != 0 ? '1' : '0';
  return bits;
}

/// A block's constant coefficient: the code of its number of bits (itself, in 4 bits), then the bits; then the end of
/// the block (code 0), unless no other coefficients are to follow.
std::string Block(int coefficient, bool progressive) {
  int size = 0;
  while (std::abs(coefficient) >> size != 0) ++size;
  const int bits = coefficient < 0 ? coefficient + (1 << size) - 1 : coefficient;
  return Bits(size, 4) + Bits(bits, size) + (progressive ? "" : "0");
}

}  // namespace

std::string BigEndian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes; i-- > 0;) text += static_cast<char>(value >> 8 * i & 0xFF);
  return text;
}

std::string LittleEndian(std::uint64_t value, int bytes) {
  const std::string text = BigEndian(value, bytes);
  return {text.rbegin(), text.rend()};
}

std::string ExifData(unsigned orientation, bool big_endian) {
  if (!big_endian) {
    return std::string("II*\0", 4) + LittleEndian(8, 4) + LittleEndian(1, 2) + Field(0x0112, 3, orientation) +
           LittleEndian(0, 4);
  }
  return std::string("MM\0*", 4) + BigEndian(8, 4) + BigEndian(1, 2) + BigEndian(0x0112, 2) + BigEndian(3, 2) +
         BigEndian(1, 4) + BigEndian(orientation, 2) + BigEndian(0, 6);
}

std::string WithExif(const std::string& jpeg, unsigned orientation, bool big_endian, const std::string& thumbnail) {
  const std::string data = std::string("Exif\0\0", 6) + ExifData(orientation, big_endian) + thumbnail;
  return jpeg.substr(0, 2) + Segment(0xE1, data) + jpeg.substr(2);
}

std::string PngChunk(const std::string& type, const std::string& data) {
  return BigEndian(data.size(), 4) + type + data + BigEndian(Crc(type + data), 4);
}

std::string PngFile(std::uint32_t width, std::uint32_t height, unsigned bits, unsigned color_type,
                    const std::string& rows, const std::string& extra) {
  std::string filtered;
  const std::size_t row = rows.size() / height;
  for (std::size_t y = 0; y < height; ++y) filtered += '\0' + rows.substr(y * row, row);
  const std::string header = BigEndian(width, 4) + BigEndian(height, 4) + static_cast<char>(bits) +
                             static_cast<char>(color_type) + std::string(3, '\0');
  return "\x89PNG\r\n\x1a\n" + PngChunk("IHDR", header) + extra + PngChunk("IDAT", Stored(filtered)) +
         PngChunk("IEND", "");
}

std::string FlatJpeg(const std::vector<int>& components, bool progressive) {
  // Every quantisation step is 8, so that the constant coefficient is 8 (value - 128) / 8.
  std::string frame = std::string(1, 8) + BigEndian(8, 2) + BigEndian(8, 2) + static_cast<char>(components.size());
  std::string scan(1, static_cast<char>(components.size()));
  std::string bits;
  for (std::size_t i = 0; i < components.size(); ++i) {
    const auto id = static_cast<char>(i + 1);
    frame += std::string{id, 0x11, 0};
    scan += std::string{id, 0};
    bits += Block(components[i] - 128, progressive);
  }
  scan += std::string{0, static_cast<char>(progressive ? 0 : 63), 0};
  const std::string adobe = std::string("Adobe\0\x64\0\0\0\0\0", 12);  // the last byte: no colour transform
  std::string dc(1, '\0');                                             // class 0, table 0: twelve codes of 4 bits
  dc += std::string("\0\0\0\x0c\0\0\0\0\0\0\0\0\0\0\0\0", 16) + std::string("\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b", 12);
  const std::string ac = std::string("\x10\1", 2) + std::string(15, '\0') + '\0';  // one code of 1 bit: end of block
  return "\xFF\xD8" + (components.size() > 1 ? Segment(0xEE, adobe) : "") + Segment(0xDB, '\0' + std::string(64, 8)) +
         Segment(progressive ? 0xC2 : 0xC0, frame) + Segment(0xC4, dc) + Segment(0xC4, ac) + Segment(0xDA, scan) +
         ScanData(bits) + "\xFF\xD9";
}

std::string BmpFile(std::int32_t width, std::int32_t height, unsigned bits, const std::string& rows) {
  const std::string info = LittleEndian(40, 4) + LittleEndian(static_cast<std::uint32_t>(width), 4) +
                           LittleEndian(static_cast<std::uint32_t>(height), 4) + LittleEndian(1, 2) +
                           LittleEndian(bits, 2) + std::string(24, '\0');
  return "BM" + LittleEndian(54 + rows.size(), 4) + LittleEndian(0, 4) + LittleEndian(54, 4) + info + rows;
}

std::string TiffFile(std::uint32_t width, std::uint32_t height, unsigned bits, const std::string& rows,
                     unsigned orientation, unsigned format) {
  constexpr std::uint32_t kBits = 8;  // where the three samples' bits and formats are, then the pixels, then the fields
  constexpr std::uint32_t kPixels = kBits + 12;
  const std::string samples = LittleEndian(bits, 2) + LittleEndian(bits, 2) + LittleEndian(bits, 2) +
                              LittleEndian(format, 2) + LittleEndian(format, 2) + LittleEndian(format, 2);
  const auto triple = [](unsigned tag, std::uint32_t offset) {
    return LittleEndian(tag, 2) + LittleEndian(3, 2) + LittleEndian(3, 4) + LittleEndian(offset, 4);
  };
  const std::string fields = Field(256, 4, width) + Field(257, 4, height) + triple(258, kBits) + Field(259, 3, 1) +
                             Field(262, 3, 2) + Field(273, 4, kPixels) + Field(274, 3, orientation) + Field(277, 3, 3) +
                             Field(278, 4, height) + Field(279, 4, static_cast<std::uint32_t>(rows.size())) +
                             triple(339, kBits + 6);
  return std::string("II*\0", 4) + LittleEndian(kPixels + rows.size(), 4) + samples + rows + LittleEndian(11, 2) +
         fields + LittleEndian(0, 4);
}

std::string RiffChunk(const std::string& type, const std::string& data) {
  return type + LittleEndian(data.size(), 4) + data + (data.size() % 2 == 1 ? std::string(1, '\0') : "");
}

std::string WebpFile(const std::string& chunks) {
  return "RIFF" + LittleEndian(chunks.size() + 4, 4) + "WEBP" + chunks;
}

std::string OnePixelWebpChunk() {
  return RiffChunk("VP8L", std::string("\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07", 13));
}

}  // namespace wherefore
