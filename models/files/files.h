#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherefore {

/// The path of a file in a directory.
std::string PathIn(const std::string& directory, const std::string& file);

/// Whether there is a regular file of that path, or a link to one. Throws nothing.
bool IsFile(const std::string& path);

/// The name of a file in a directory that ends so (".gguf"); "" where there is none, or no such directory.
std::string FileEndingWith(const std::string& directory, const std::string& ending);

/// "44 65 61 72": the first eight bytes of a file, or as many as it has, for error texts.
std::string FirstBytes(std::string_view bytes);

/// The whole file as bytes. Throws Error(kBadFile): missing, a directory, unreadable.
std::string ReadFile(const std::string& path);

/// Writes the file whole or not at all: a temporary file beside it, synced, then renamed.
/// Throws Error(kBadFile) with the system's reason; nothing is left behind then.
void WriteFileWhole(const std::string& path, const std::string& bytes);

/// Writes all bytes to an open file, and goes on where a signal interrupted it; 0, or the system's error.
int WriteAllBytes(int descriptor, const std::string& bytes);

/// Makes renames in a directory last through a power cut; where the system refuses, the files are whole all the same.
void SyncDirectory(const std::string& directory);

/// Makes the directory, and those above it, where they are missing. Throws Error(kBadFile) with the system's reason.
void MakeDirectory(const std::string& path);

/// A file's bytes, mapped into memory while this object lives; the file itself is only read. A file that others cut
/// short meanwhile ends the process where its missing bytes are read, as with every mapping.
class MappedFile {
 public:
  /// Throws Error(kBadFile): missing, not a regular file, unreadable.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  /// Null for an empty file.
  const std::uint8_t* data() const { return data_; }

  /// What is written there stays in this process's own copy of the page.
  std::uint8_t* writable_data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wherefore
