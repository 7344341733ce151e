#include "models/files/byte_view.h"

#include <utility>

#include "models/files/files.h"

namespace wherefore {

ByteView MapFile(const std::string& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  return {file->writable_data(), file->size(), file};
}

ByteView HoldBytes(std::string bytes) {
  const auto held = std::make_shared<std::string>(std::move(bytes));
  return {reinterpret_cast<std::uint8_t*>(held->data()), held->size(), held};
}

std::uint64_t LittleEndian(const std::uint8_t* data, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t{data[i]} << (8 * i);
  return value;
}

}  // namespace wherefore
