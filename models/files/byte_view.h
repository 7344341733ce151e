#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace wherefore {

/// Bytes in memory, with what keeps them there. Writing into the bytes of a mapped file changes this process's copy of
/// the page, never the file.
struct ByteView {
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  std::shared_ptr<const void> owner;  ///< null: the caller keeps them

  /// `count` bytes from `begin`; the caller has checked that they lie within.
  ByteView Part(std::size_t begin, std::size_t count) const { return {data + begin, count, owner}; }

  /// The bytes as characters.
  const char* text() const { return reinterpret_cast<const char*>(data); }
};

/// A file's bytes, mapped: they take no memory of their own until they are written to, and stay as long as the view or
/// a part of it does. Throws Error(kBadFile): missing, not a regular file, unreadable.
ByteView MapFile(const std::string& path);

/// The bytes of a string, kept as long as the view or a part of it is.
ByteView HoldBytes(std::string bytes);

/// The unsigned integer of `count` bytes (at most 8) from `data`, least significant first.
std::uint64_t LittleEndian(const std::uint8_t* data, std::size_t count);

}  // namespace wherefore
