#include "models/files/safetensors_header.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "explain/error.h"
#include "models/files/json.h"
#include "models/files/stored_tensor.h"

namespace wherefore {
namespace {

using c10::ScalarType;

// The format: 8 bytes, the header's length (little endian); the header, a JSON object; the tensors' bytes.
constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;  // the limit of the format's own reader
constexpr std::size_t kMostDimensions = 64;            // what ATen's operators can take

struct NamedType {
  const char* name;
  ScalarType type;
};

constexpr std::array<NamedType, 10> kTypes = {{{"F64", ScalarType::Double},
                                               {"F32", ScalarType::Float},
                                               {"F16", ScalarType::Half},
                                               {"BF16", ScalarType::BFloat16},
                                               {"I64", ScalarType::Long},
                                               {"I32", ScalarType::Int},
                                               {"I16", ScalarType::Short},
                                               {"I8", ScalarType::Char},
                                               {"U8", ScalarType::Byte},
                                               {"BOOL", ScalarType::Bool}}};

/// Reads the header's entries; `what` begins its errors.
class EntryReader {
 public:
  EntryReader(const std::string& file, const std::string& name)
      : name_(name), what_(file + ": tensor " + Quoted(name)) {}

  SafetensorsEntry Read(const JsonValue& value) const {
    CheckKeys(value);
    SafetensorsEntry entry;
    entry.name = name_;
    entry.type = Type(*value.Find("dtype"));
    entry.shape = Shape(*value.Find("shape"));
    std::tie(entry.begin, entry.end) = Offsets(*value.Find("data_offsets"));
    CheckSize(entry, value.Find("dtype")->string);
    return entry;
  }

 private:
  [[noreturn]] void Throw(const std::string& problem) const { ThrowBadFile(what_ + problem); }

  void CheckKeys(const JsonValue& value) const {
    if (value.kind != JsonValue::Kind::kObject) Throw(" is " + Describe(value) + ", but must be an object");
    for (const char* key : {"dtype", "shape", "data_offsets"}) {
      if (value.Find(key) == nullptr) Throw(std::string(" has no '") + key + "'");
    }
    for (const auto& key : value.keys) {
      if (key != "dtype" && key != "shape" && key != "data_offsets") {
        Throw(" has the unknown key " + Quoted(key) + "; known are dtype, shape and data_offsets");
      }
    }
  }

  ScalarType Type(const JsonValue& value) const {
    const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&value](const NamedType& type) {
      return value.kind == JsonValue::Kind::kString && value.string == type.name;
    });
    if (found != kTypes.end()) return found->type;
    std::string known;
    for (const auto& type : kTypes) known += std::string(known.empty() ? "" : ", ") + type.name;
    Throw(" has the unknown dtype " + Describe(value) + "; known are " + known);
  }

  std::vector<std::int64_t> Shape(const JsonValue& value) const {
    if (value.kind != JsonValue::Kind::kArray || value.items.size() > kMostDimensions) {
      Throw(" has as shape " + Describe(value) + ", but it must be an array of at most " +
            std::to_string(kMostDimensions) + " integers");
    }
    std::vector<std::int64_t> shape;
    for (const auto& item : value.items) {
      if (item.kind != JsonValue::Kind::kInteger || item.integer < 0) {
        Throw(" has the size " + Describe(item) + " in its shape, but sizes must be integers from 0");
      }
      shape.push_back(item.integer);
    }
    return shape;
  }

  std::pair<std::uint64_t, std::uint64_t> Offsets(const JsonValue& value) const {
    const auto is_offset = [](const JsonValue& item) {
      return item.kind == JsonValue::Kind::kInteger && item.integer >= 0;
    };
    if (value.kind != JsonValue::Kind::kArray || value.items.size() != 2 || !is_offset(value.items[0]) ||
        !is_offset(value.items[1])) {
      Throw(" has malformed data_offsets; they must be two integers from 0");
    }
    const auto begin = static_cast<std::uint64_t>(value.items[0].integer);
    const auto end = static_cast<std::uint64_t>(value.items[1].integer);
    if (begin > end) {
      Throw(" has reversed data_offsets: it begins at " + std::to_string(begin) + " and ends at " +
            std::to_string(end));
    }
    return {begin, end};
  }

  void CheckSize(const SafetensorsEntry& entry, const std::string& dtype) const {
    auto bytes = static_cast<std::int64_t>(c10::elementSize(entry.type));
    // Strides are products of sizes too, so those must fit where another size is zero.
    std::int64_t product = bytes;
    for (const std::int64_t size : entry.shape) {
      const bool fits = !__builtin_mul_overflow(product, std::max<std::int64_t>(size, 1), &product);
      if (!fits) Throw(" has the shape " + ShapeText(entry.shape) + ", too large for any memory");
      bytes *= size;
    }
    if (entry.end - entry.begin != static_cast<std::uint64_t>(bytes)) {
      Throw(" of dtype " + dtype + " and shape " + ShapeText(entry.shape) + " takes " + std::to_string(bytes) +
            " bytes, but its data_offsets span " + std::to_string(entry.end - entry.begin));
    }
  }

  std::string name_;
  std::string what_;
};

void CheckMetadata(const JsonValue& metadata, const std::string& file) {
  const std::string wanted = ", but must be an object of strings";
  if (metadata.kind != JsonValue::Kind::kObject) {
    ThrowBadFile(file + ": " + kSafetensorsMetadata + " is " + Describe(metadata) + wanted);
  }
  for (std::size_t i = 0; i < metadata.items.size(); ++i) {
    if (metadata.items[i].kind != JsonValue::Kind::kString) {
      ThrowBadFile(file + ": " + kSafetensorsMetadata + " has " + Describe(metadata.items[i]) + " under " +
                   Quoted(metadata.keys[i]) + wanted);
    }
  }
}

/// Sorts the entries by place, and refuses overlaps, gaps, and an end that is not the file's.
void CheckCoverage(std::vector<SafetensorsEntry>& entries, std::uint64_t size, const std::string& file) {
  std::sort(entries.begin(), entries.end(), [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
    return std::make_pair(a.begin, a.end) < std::make_pair(b.begin, b.end);
  });
  std::uint64_t place = 0;
  for (const auto& entry : entries) {
    const std::string what = file + ": tensor " + Quoted(entry.name);
    const std::string span = "its bytes " + std::to_string(entry.begin) + " to " + std::to_string(entry.end);
    if (entry.end > size) {
      ThrowBadFile(what + " runs past the end: " + span + " of only " + std::to_string(size));
    }
    if (entry.begin < place) {
      ThrowBadFile(what + " overlaps the one before it: " + span + ", but that ends at " + std::to_string(place));
    }
    if (entry.begin > place) {
      ThrowBadFile(what + " leaves a gap before it: " + span + ", but the data before end at " + std::to_string(place));
    }
    place = entry.end;
  }
  if (place != size) {
    ThrowBadFile(file + ": " + std::to_string(size - place) + " bytes after the last tensor belong to none");
  }
}

/// Length of the header: the first 8 bytes, checked against the file's size.
std::size_t HeaderLength(const std::uint8_t* bytes, std::size_t size, const std::string& file) {
  if (size < kLengthBytes) {
    ThrowBadFile(file + ": not a safetensors file: " + std::to_string(size) + " bytes, but it takes at least 8");
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::uint64_t{bytes[i]} << (8 * i);
  if (length > size - kLengthBytes) {
    ThrowBadFile(file + ": header length " + std::to_string(length) + " reaches beyond the end of the file (" +
                 std::to_string(size) + " bytes): not a safetensors file, or cut short");
  }
  if (length > kLongestHeader) {
    ThrowBadFile(file + ": header length " + std::to_string(length) + " is more than the format's limit of " +
                 std::to_string(kLongestHeader));
  }
  return static_cast<std::size_t>(length);
}

}  // namespace

const char* SafetensorsTypeName(ScalarType type) {
  for (const auto& known : kTypes) {
    if (known.type == type) return known.name;
  }
  return nullptr;
}

SafetensorsHeader ReadSafetensorsHeader(const std::uint8_t* bytes, std::size_t size, const std::string& file) {
  const std::size_t length = HeaderLength(bytes, size, file);
  const JsonValue header = ParseJson(reinterpret_cast<const char*>(bytes) + kLengthBytes, length, file + ": header");
  if (header.kind != JsonValue::Kind::kObject) {
    ThrowBadFile(file + ": header is " + Describe(header) + ", but must be an object");
  }
  SafetensorsHeader result;
  for (std::size_t i = 0; i < header.items.size(); ++i) {
    if (header.keys[i] == kSafetensorsMetadata) {
      CheckMetadata(header.items[i], file);
    } else {
      result.entries.push_back(EntryReader(file, header.keys[i]).Read(header.items[i]));
    }
  }
  result.data_begin = kLengthBytes + length;
  CheckCoverage(result.entries, size - result.data_begin, file);
  return result;
}

}  // namespace wherefore
