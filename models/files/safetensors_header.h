#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <c10/core/ScalarType.h>

namespace wherefore {

/// The key of a safetensors header that is no tensor.
inline constexpr const char* kSafetensorsMetadata = "__metadata__";

/// One tensor of a safetensors file, checked: its bytes are those that its shape and type take.
struct SafetensorsEntry {
  std::string name;
  c10::ScalarType type = c10::ScalarType::Float;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< bytes, from the beginning of the data
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  ///< in the order of their data, which they cover without gap or overlap
  std::size_t data_begin = 0;             ///< bytes, from the beginning of the file
};

/// Reads and checks the header of a whole file. Throws Error(kBadFile) that begins with `file`.
SafetensorsHeader ReadSafetensorsHeader(const std::uint8_t* bytes, std::size_t size, const std::string& file);

/// The format's name of a dtype ("F16"), null where it has none.
const char* SafetensorsTypeName(c10::ScalarType type);

}  // namespace wherefore
