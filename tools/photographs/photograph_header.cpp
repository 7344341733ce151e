#include "tools/photographs/photograph_header.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace wherefore {
namespace {

/// Reads numbers of a file; those that lie beyond its end are 0.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }
  bool Has(std::size_t offset, std::uint64_t count) const {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  }
  bool IsAt(std::size_t offset, std::string_view text) const {
    return Has(offset, text.size()) && bytes_.substr(offset, text.size()) == text;
  }
  std::string_view Part(std::size_t offset, std::uint64_t count) const {
    return offset >= bytes_.size() ? std::string_view() : bytes_.substr(offset, count);
  }
  std::size_t Find(unsigned char byte, std::size_t offset) const {
    return std::min(bytes_.find(static_cast<char>(byte), offset), bytes_.size());
  }
  unsigned Byte(std::size_t offset) const { return Has(offset, 1) ? static_cast<unsigned char>(bytes_[offset]) : 0; }

  std::uint64_t Big(std::size_t offset, int count) const {
    std::uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | Byte(offset + static_cast<std::size_t>(i));
    return value;
  }
  std::uint64_t Little(std::size_t offset, int count) const {
    std::uint64_t value = 0;
    for (int i = count; i-- > 0;) value = value << 8 | Byte(offset + static_cast<std::size_t>(i));
    return value;
  }

 private:
  std::string_view bytes_;
};

/// The first directory of a TIFF file, which is also how EXIF is written.
class TiffDirectory {
 public:
  explicit TiffDirectory(std::string_view bytes) : bytes_(bytes), big_endian_(bytes_.IsAt(0, "MM")) {
    is_big_tiff_ = Number(2, 2) == 43;
    offset_ = is_big_tiff_ ? Number(8, 8) : Number(4, 4);
    if (!bytes_.Has(0, 8) || offset_ > bytes_.size()) return;
    count_ = Number(offset_, is_big_tiff_ ? 8 : 2);
    const std::uint64_t room = (bytes_.size() - offset_) / EntrySize();
    count_ = std::min(count_, room);
  }

  /// A field's single whole number.
  std::optional<std::uint64_t> Value(unsigned tag) const {
    for (std::uint64_t i = 0; i < count_; ++i) {
      const std::size_t entry = offset_ + (is_big_tiff_ ? 8 : 2) + i * EntrySize();
      if (Number(entry, 2) != tag) continue;
      const int size = SizeOf(Number(entry + 2, 2));
      if (size == 0) return std::nullopt;
      return Number(entry + (is_big_tiff_ ? 12 : 8), size);
    }
    return std::nullopt;
  }

 private:
  /// Of the types that sizes and orientations have: 3 is 16 bits wide, 4 is 32, and 16, of BigTIFF, 64.
  int SizeOf(std::uint64_t type) const {
    if (type == 3) return 2;
    if (type == 4) return 4;
    return type == 16 && is_big_tiff_ ? 8 : 0;
  }
  std::size_t EntrySize() const { return is_big_tiff_ ? 20 : 12; }
  std::uint64_t Number(std::size_t offset, int count) const {
    return big_endian_ ? bytes_.Big(offset, count) : bytes_.Little(offset, count);
  }

  Bytes bytes_;
  bool big_endian_;
  bool is_big_tiff_ = false;
  std::size_t offset_ = 0;
  std::uint64_t count_ = 0;
};

constexpr std::string_view kExifPrefix("Exif\0\0", 6);

/// EXIF's orientation; 1 where it is absent or out of range.
int Orientation(std::string_view exif) {
  if (exif.substr(0, kExifPrefix.size()) == kExifPrefix) exif.remove_prefix(kExifPrefix.size());
  constexpr unsigned kTag = 0x0112;
  const auto value = TiffDirectory(exif).Value(kTag).value_or(1);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

/// Declared sizes may be anything; what an int64 cannot hold is far beyond every limit.
int64_t Size(std::uint64_t value) {
  return static_cast<int64_t>(std::min<std::uint64_t>(value, std::uint64_t{1} << 62));
}

// Markers of JPEG (ITU T.81, table B.1).
constexpr unsigned kEndOfImage = 0xD9;
constexpr unsigned kApp1 = 0xE1;

bool IsStartOfFrame(unsigned marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// Markers without a segment: stuffed zeros, TEM, restarts, start of image.
bool StandsAlone(unsigned marker) { return marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

void ReadJpeg(const Bytes& file, PhotographHeader* header) {
  header->is_whole = false;
  bool has_exif = false;
  std::size_t at = 2;
  while (true) {
    // In a scan's data, and in bytes that belong to no segment, a marker is 0xFF and something that does not stand
    // alone.
    at = file.Find(0xFF, at);
    while (file.Byte(at) == 0xFF) ++at;
    if (!file.Has(at, 1)) return;
    const unsigned marker = file.Byte(at++);
    if (StandsAlone(marker)) continue;
    if (marker == kEndOfImage) break;
    const auto length = static_cast<std::size_t>(file.Big(at, 2));
    if (IsStartOfFrame(marker) && header->width == 0) {
      header->height = Size(file.Big(at + 3, 2));
      header->width = Size(file.Big(at + 5, 2));
    } else if (marker == kApp1 && !has_exif && file.IsAt(at + 2, kExifPrefix)) {
      has_exif = true;
      header->orientation = Orientation(file.Part(at + 2, length > 2 ? length - 2 : 0));
    }
    at += std::max<std::size_t>(length, 2);
  }
  header->is_whole = true;
}

constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);

void ReadPng(const Bytes& file, PhotographHeader* header) {
  header->is_whole = false;
  constexpr std::size_t kAroundData = 12;  // a chunk's length, type and checksum
  std::size_t at = kPngSignature.size();
  while (file.Has(at, kAroundData)) {
    const std::uint64_t length = file.Big(at, 4);
    if (!file.Has(at + kAroundData, length)) return;
    if (file.IsAt(at + 4, "IHDR")) {
      header->width = Size(file.Big(at + 8, 4));
      header->height = Size(file.Big(at + 12, 4));
    } else if (file.IsAt(at + 4, "eXIf")) {
      header->orientation = Orientation(file.Part(at + 8, length));
    } else if (file.IsAt(at + 4, "IEND")) {
      header->is_whole = true;
      return;
    }
    at += kAroundData + length;
  }
}

void ReadWebpChunk(const Bytes& file, std::size_t at, std::uint64_t length, PhotographHeader* header) {
  const std::size_t data = at + 8;
  if (file.IsAt(at, "VP8X")) {
    header->width = Size(file.Little(data + 4, 3) + 1);
    header->height = Size(file.Little(data + 7, 3) + 1);
  } else if (file.IsAt(at, "VP8 ") && header->width == 0) {
    header->width = Size(file.Little(data + 6, 2) & 0x3FFF);
    header->height = Size(file.Little(data + 8, 2) & 0x3FFF);
  } else if (file.IsAt(at, "VP8L") && header->width == 0) {
    const std::uint64_t sizes = file.Little(data + 1, 4);
    header->width = Size((sizes & 0x3FFF) + 1);
    header->height = Size((sizes >> 14 & 0x3FFF) + 1);
  } else if (file.IsAt(at, "EXIF")) {
    header->orientation = Orientation(file.Part(data, length));
  }
}

void ReadWebp(const Bytes& file, PhotographHeader* header) {
  header->is_whole = file.Has(8, file.Little(4, 4));
  std::size_t at = 12;
  while (file.Has(at, 8)) {
    const std::uint64_t length = file.Little(at + 4, 4);
    ReadWebpChunk(file, at, length, header);
    at += 8 + length + length % 2;
  }
}

void ReadTiff(std::string_view bytes, PhotographHeader* header) {
  const TiffDirectory directory(bytes);
  header->width = Size(directory.Value(256).value_or(0));
  header->height = Size(directory.Value(257).value_or(0));
}

void ReadBmp(const Bytes& file, PhotographHeader* header) {
  const bool is_old = file.Little(14, 4) == 12;  // OS/2's header, with 16-bit sizes
  const auto width = static_cast<std::int32_t>(file.Little(18, is_old ? 2 : 4));
  const auto height = static_cast<std::int32_t>(is_old ? file.Little(20, 2) : file.Little(22, 4));
  header->width = std::max(width, 0);
  header->height = std::abs(static_cast<int64_t>(height));  // negative where the top row is first
  const std::uint64_t bits = file.Little(is_old ? 24 : 28, 2);
  const std::uint64_t compression = is_old ? 0 : file.Little(30, 4);
  if (compression != 0 && compression != 3) return;
  const std::uint64_t row = (static_cast<std::uint64_t>(header->width) * bits + 31) / 32 * 4;
  const std::uint64_t pixels = file.Little(10, 4);
  const std::uint64_t room = file.size() - std::min<std::uint64_t>(pixels, file.size());
  header->is_whole = row == 0 || room / row >= static_cast<std::uint64_t>(header->height);
}

PhotographFormat FormatOf(const Bytes& file) {
  // DICOM has its name here, after anything at all. OpenCV would try that where it cannot make sense of a WebP, and its
  // DICOM reader ends the program where it is confused.
  if (file.IsAt(128, "DICM")) return PhotographFormat::kUnknown;
  if (file.IsAt(0, "\xFF\xD8\xFF")) return PhotographFormat::kJpeg;
  if (file.IsAt(0, kPngSignature)) return PhotographFormat::kPng;
  if (file.IsAt(0, "RIFF") && file.IsAt(8, "WEBP")) return PhotographFormat::kWebp;
  for (const auto* signature : {"II*\0", "MM\0*", "II+\0", "MM\0+"}) {
    if (file.IsAt(0, {signature, 4})) return PhotographFormat::kTiff;
  }
  if (file.IsAt(0, "BM") && file.Has(0, 26)) return PhotographFormat::kBmp;
  if (file.IsAt(0, "GIF87a") || file.IsAt(0, "GIF89a")) return PhotographFormat::kGif;
  for (const auto* brand : {"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif", "avis"}) {
    if (file.IsAt(4, "ftyp") && file.IsAt(8, brand)) return PhotographFormat::kHeif;
  }
  return PhotographFormat::kUnknown;
}

}  // namespace

const char* NameOf(PhotographFormat format) {
  switch (format) {
    case PhotographFormat::kUnknown:
      return "unknown";
    case PhotographFormat::kJpeg:
      return "JPEG";
    case PhotographFormat::kPng:
      return "PNG";
    case PhotographFormat::kWebp:
      return "WebP";
    case PhotographFormat::kTiff:
      return "TIFF";
    case PhotographFormat::kBmp:
      return "BMP";
    case PhotographFormat::kGif:
      return "GIF";
    case PhotographFormat::kHeif:
      return "HEIF";
  }
  return "unknown";
}

PhotographHeader ReadPhotographHeader(std::string_view bytes) {
  const Bytes file(bytes);
  PhotographHeader header;
  header.format = FormatOf(file);
  if (header.format == PhotographFormat::kJpeg) ReadJpeg(file, &header);
  if (header.format == PhotographFormat::kPng) ReadPng(file, &header);
  if (header.format == PhotographFormat::kWebp) ReadWebp(file, &header);
  if (header.format == PhotographFormat::kTiff) ReadTiff(bytes, &header);
  if (header.format == PhotographFormat::kBmp) ReadBmp(file, &header);
  return header;
}

}  // namespace wherefore
