#include "tools/picture_header.h"

namespace wherefore {
namespace {

/// Bytes that may be asked for beyond their end: those are zero.
class Bytes {
 public:
  explicit Bytes(const std::string& bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }
  std::uint32_t At(std::size_t i) const { return i < bytes_.size() ? static_cast<unsigned char>(bytes_[i]) : 0; }
  std::uint32_t Big16(std::size_t i) const { return At(i) << 8 | At(i + 1); }
  std::uint32_t Big32(std::size_t i) const { return Big16(i) << 16 | Big16(i + 2); }
  std::uint32_t Little32(std::size_t i) const {
    return At(i) | At(i + 1) << 8 | At(i + 2) << 16 | At(i + 3) << 24;
  }

 private:
  const std::string& bytes_;
};

bool StartsWith(const std::string& bytes, const std::string& start) { return bytes.compare(0, start.size(), start) == 0; }

PictureHeader ReadPng(const Bytes& bytes, const std::string& text) {
  PictureHeader header{"PNG", bytes.Big32(16), bytes.Big32(20), false};
  for (std::size_t chunk = 8; chunk + 12 <= bytes.size();) {
    if (text.compare(chunk + 4, 4, "IEND") == 0) {
      header.complete = true;
      break;
    }
    chunk += 12 + static_cast<std::size_t>(bytes.Big32(chunk));
  }
  return header;
}

bool IsFrame(std::uint32_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// After a scan's header: to the next marker that is no stuffed byte and no restart.
std::size_t EndOfScan(const Bytes& bytes, std::size_t i) {
  for (; i + 1 < bytes.size(); ++i) {
    const auto next = bytes.At(i + 1);
    if (bytes.At(i) == 0xFF && next != 0 && next != 0xFF && !(next >= 0xD0 && next <= 0xD7)) return i;
  }
  return bytes.size();
}

// Segment by segment: a thumbnail within EXIF data has an end of its own, and bytes after the end are common.
PictureHeader ReadJpeg(const Bytes& bytes) {
  PictureHeader header{"JPEG", 0, 0, false};
  std::size_t i = 2;
  while (i + 1 < bytes.size()) {
    if (bytes.At(i) != 0xFF) {
      ++i;  // decoders skip what is no marker
      continue;
    }
    const auto marker = bytes.At(i + 1);
    if (marker == 0xD9) {
      header.complete = true;
      break;
    }
    if (marker == 0xFF || marker == 0 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
      i += marker == 0xFF ? 1 : 2;
      continue;
    }
    if (IsFrame(marker) && header.width == 0) {
      header.height = bytes.Big16(i + 5);
      header.width = bytes.Big16(i + 7);
    }
    i += 2 + bytes.Big16(i + 2);
    if (marker == 0xDA) i = EndOfScan(bytes, i);
  }
  return header;
}

PictureHeader ReadBmp(const Bytes& bytes) {
  const auto height = static_cast<std::int32_t>(bytes.Little32(22));
  // A negative height means rows from top to bottom.
  const int64_t rows = height < 0 ? -static_cast<int64_t>(height) : height;
  return {"BMP", static_cast<std::int32_t>(bytes.Little32(18)), rows, bytes.Little32(2) <= bytes.size()};
}

}  // namespace

PictureHeader ReadPictureHeader(const std::string& text) {
  const Bytes bytes(text);
  if (StartsWith(text, "\x89PNG\r\n\x1a\n")) return ReadPng(bytes, text);
  if (StartsWith(text, "\xFF\xD8\xFF")) return ReadJpeg(bytes);
  if (StartsWith(text, "BM") && bytes.size() >= 26 && bytes.Little32(14) >= 40) return ReadBmp(bytes);
  return {};
}

}  // namespace wherefore
