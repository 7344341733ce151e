#include "models/files/zip_archive.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "explain/error.h"
#include "models/files/json.h"

namespace wherefore {
namespace {

// Records of the format, PKWARE's APPNOTE.TXT: each begins with a signature; numbers are little endian.
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kDirectorySignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kZip64EndSignature = 0x06064b50;
constexpr std::uint32_t kZip64LocatorSignature = 0x07064b50;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kDirectoryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kZip64EndBytes = 56;
constexpr std::size_t kZip64LocatorBytes = 20;
constexpr std::size_t kLongestComment = 0xffff;
constexpr std::uint64_t kIn64 = 0xffffffff;  // a 32-bit field whose value stands in a zip64 field
constexpr std::uint64_t kIn64Short = 0xffff;
constexpr unsigned kZip64Field = 1;
constexpr unsigned kEncrypted = 1U << 0;
constexpr unsigned kSizesFollow = 1U << 3;  // the local header has none, a data descriptor after the bytes has them

std::uint64_t Number(const std::uint8_t* record, std::size_t place, std::size_t count) {
  return LittleEndian(record + place, count);
}

bool HasSignature(const std::uint8_t* record, std::uint32_t signature) { return Number(record, 0, 4) == signature; }

std::string MethodName(unsigned method) {
  constexpr std::pair<unsigned, const char*> known[] = {{8, "deflate"}, {9, "deflate64"}, {12, "bzip2"},
                                                        {14, "LZMA"},   {93, "zstd"},     {95, "xz"}};
  for (const auto& [number, name] : known) {
    if (number == method) return name;
  }
  return "method " + std::to_string(method);
}

}  // namespace

/// Where the list of entries lies.
struct ZipArchive::Directory {
  std::uint64_t count = 0;
  std::uint64_t size = 0;
  std::uint64_t begin = 0;
  std::size_t end = 0;  ///< of the place where it must end, the archive's closing records
};

ZipArchive::ZipArchive(const ByteView& bytes, const std::string& name) : bytes_(bytes), name_(name) {
  const Directory directory = FindDirectory();
  auto place = static_cast<std::size_t>(directory.begin);
  for (std::uint64_t i = 0; i < directory.count; ++i) place = ReadEntry(place, directory);
  if (place != directory.begin + directory.size) Throw("its directory is longer than its entries");
  CheckOverlaps();
}

ByteView ZipArchive::Read(const std::string& entry) const {
  const auto found = entries_.find(entry);
  if (found == entries_.end()) Throw("it has no entry " + Quoted(entry) + DidYouMean(entry, names_));
  if (found->second.encrypted) Throw("entry " + Quoted(entry) + " is encrypted");
  if (found->second.method != 0) {
    Throw("entry " + Quoted(entry) + " is compressed (" + MethodName(found->second.method) +
          "), but PyTorch stores entries as they are: was the archive packed again?");
  }
  return bytes_.Part(found->second.begin, found->second.size);
}

std::string ZipArchive::Folder() const {
  if (names_.empty()) return "";
  const std::string folder = names_[0].substr(0, names_[0].find('/') + 1);
  const bool all = std::all_of(names_.begin(), names_.end(), [&folder](const std::string& name) {
    return name.compare(0, folder.size(), folder) == 0;
  });
  return all ? folder : "";
}

void ZipArchive::Throw(const std::string& problem) const { ThrowBadFile(name_ + ": zip archive: " + problem); }

/// Where the record that closes the archive begins: before a comment, in the last 64 kB.
std::size_t ZipArchive::FindEnd() const {
  const std::size_t reach = std::min(bytes_.size, kEndBytes + kLongestComment);
  for (std::size_t back = kEndBytes; back <= reach; ++back) {
    const std::uint8_t* record = bytes_.data + (bytes_.size - back);
    if (HasSignature(record, kEndSignature) && Number(record, 20, 2) == back - kEndBytes) return bytes_.size - back;
  }
  Throw("the record that closes it is missing: the file is cut short, or no zip archive");
}

ZipArchive::Directory ZipArchive::FindDirectory() const {
  const std::size_t end = FindEnd();
  const std::uint8_t* record = bytes_.data + end;
  Directory directory;
  directory.count = Number(record, 10, 2);
  directory.size = Number(record, 12, 4);
  directory.begin = Number(record, 16, 4);
  directory.end = end;
  if (directory.count == kIn64Short || directory.size == kIn64 || directory.begin == kIn64) {
    ReadZip64End(end, directory);
  }
  if (directory.begin > directory.end || directory.size > directory.end - directory.begin) {
    Throw("its directory lies beyond its end");
  }
  if (directory.count > directory.size / kDirectoryBytes) Throw("its directory is shorter than its entries");
  return directory;
}

void ZipArchive::ReadZip64End(std::size_t end, Directory& directory) const {
  if (end < kZip64LocatorBytes || !HasSignature(bytes_.data + end - kZip64LocatorBytes, kZip64LocatorSignature)) return;
  const std::uint64_t place = Number(bytes_.data + end - kZip64LocatorBytes, 8, 8);
  const std::size_t locator = end - kZip64LocatorBytes;
  if (locator < kZip64EndBytes || place > locator - kZip64EndBytes ||
      !HasSignature(bytes_.data + place, kZip64EndSignature)) {
    Throw("its zip64 record is not where its end says");
  }
  const std::uint8_t* record = bytes_.data + place;
  directory.count = Number(record, 32, 8);
  directory.size = Number(record, 40, 8);
  directory.begin = Number(record, 48, 8);
  directory.end = static_cast<std::size_t>(place);
}

/// Reads the directory's entry at `place` and says where the next one begins.
std::size_t ZipArchive::ReadEntry(std::size_t place, const Directory& directory) {
  const std::size_t left = static_cast<std::size_t>(directory.begin + directory.size) - place;
  const std::uint8_t* record = bytes_.data + place;
  if (left < kDirectoryBytes || !HasSignature(record, kDirectorySignature)) Throw("its directory is damaged");
  const std::size_t name_size = Number(record, 28, 2);
  const std::size_t extra_size = Number(record, 30, 2);
  const std::size_t size = kDirectoryBytes + name_size + extra_size + Number(record, 32, 2);
  if (left < size) Throw("its directory is damaged");
  const std::string name(bytes_.text() + place + kDirectoryBytes, name_size);
  Entry entry;
  entry.encrypted = (Number(record, 8, 2) & kEncrypted) != 0;
  entry.method = static_cast<unsigned>(Number(record, 10, 2));
  entry.stored = Number(record, 20, 4);
  entry.size = Number(record, 24, 4);
  entry.header = Number(record, 42, 4);
  ReadZip64Sizes(record + kDirectoryBytes + name_size, extra_size, entry, name);
  LocateBytes(entry, name, static_cast<std::size_t>(directory.begin));
  if (!entries_.emplace(name, entry).second) Throw("entry " + Quoted(name) + " appears twice");
  names_.push_back(name);
  return place + size;
}

/// Takes the fields that did not fit into 32 bits from the entry's extra fields.
void ZipArchive::ReadZip64Sizes(const std::uint8_t* fields, std::size_t size, Entry& entry,
                                const std::string& name) const {
  while (size >= 4) {
    const std::uint8_t* next = fields + 4;
    std::size_t field_size = Number(fields, 2, 2);
    if (field_size > size - 4) Throw("entry " + Quoted(name) + " has damaged extra fields");
    const bool is_zip64 = Number(fields, 0, 2) == kZip64Field;
    size -= 4 + field_size;
    fields = next + field_size;
    if (!is_zip64) continue;
    for (std::size_t* value : {&entry.size, &entry.stored, &entry.header}) {
      if (*value != kIn64) continue;
      if (field_size < 8) Throw("entry " + Quoted(name) + " has damaged zip64 sizes");
      *value = Number(next, 0, 8);
      next += 8;
      field_size -= 8;
    }
  }
}

/// Checks the entry's local header against the directory; its bytes must end before `end`.
void ZipArchive::LocateBytes(Entry& entry, const std::string& name, std::size_t end) const {
  const std::uint8_t* record = bytes_.data + entry.header;
  if (entry.header > end || end - entry.header < kLocalBytes || !HasSignature(record, kLocalSignature)) {
    Throw("entry " + Quoted(name) + " is not where its directory says");
  }
  const std::size_t name_size = Number(record, 26, 2);
  const std::size_t header_size = kLocalBytes + name_size + Number(record, 28, 2);
  const std::size_t left = end - entry.header;
  if (left < header_size || entry.stored > left - header_size) {
    Throw("entry " + Quoted(name) + " of " + std::to_string(entry.stored) + " bytes runs past the archive's end");
  }
  if (name_size != name.size() || std::memcmp(record + kLocalBytes, name.data(), name_size) != 0 ||
      Number(record, 8, 2) != entry.method) {
    Throw("entry " + Quoted(name) + " has another name or method at its place than in the directory");
  }
  const std::uint64_t stored = Number(record, 18, 4);
  const bool follows = (Number(record, 6, 2) & kSizesFollow) != 0 || stored == kIn64;
  if (!follows && stored != entry.stored) Throw("entry " + Quoted(name) + " has two different sizes");
  if (entry.method == 0 && entry.size != entry.stored) {
    Throw("entry " + Quoted(name) + " is not compressed, but has two different sizes");
  }
  entry.begin = entry.header + header_size;
}

void ZipArchive::CheckOverlaps() const {
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  for (const auto& item : entries_) spans.emplace_back(item.second.header, item.second.begin + item.second.stored);
  std::sort(spans.begin(), spans.end());
  for (std::size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].first < spans[i - 1].second) Throw("two of its entries lie over one another");
  }
}

}  // namespace wherefore
