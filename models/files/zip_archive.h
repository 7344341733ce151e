#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "models/files/byte_view.h"

namespace wherefore {

/// The entries of a zip archive in memory, as PyTorch writes them: stored, not compressed, so that an entry is a part
/// of the archive's own bytes. Reads the zip64 form, data descriptors, and archives whose entries lie in a folder or in
/// none. Checksums are not compared: that would read every byte of a file which is otherwise mapped.
class ZipArchive {
 public:
  /// Checks the directory and each entry's place. Throws Error(kBadFile) that begins with `name`: no zip archive or one
  /// cut short, entries outside of the archive, over one another or of the same name, sizes that contradict each other.
  ZipArchive(const ByteView& bytes, const std::string& name);

  /// In the directory's order.
  const std::vector<std::string>& names() const { return names_; }

  bool Has(const std::string& entry) const { return entries_.count(entry) > 0; }

  /// The entry's bytes. Throws Error(kBadFile): none of that name, compressed, encrypted.
  ByteView Read(const std::string& entry) const;

  /// The folder that all entries lie in, "archive/", or "": PyTorch names it after the file that was first written.
  std::string Folder() const;

 private:
  struct Entry {
    std::size_t header = 0;  ///< where its local header begins
    std::size_t begin = 0;   ///< where its bytes begin
    std::size_t stored = 0;  ///< bytes in the archive
    std::size_t size = 0;    ///< bytes when unpacked
    unsigned method = 0;     ///< of compression; 0 for none
    bool encrypted = false;
  };
  struct Directory;

  [[noreturn]] void Throw(const std::string& problem) const;
  std::size_t FindEnd() const;
  Directory FindDirectory() const;
  void ReadZip64End(std::size_t end, Directory& directory) const;
  std::size_t ReadEntry(std::size_t place, const Directory& directory);
  void ReadZip64Sizes(const std::uint8_t* fields, std::size_t size, Entry& entry, const std::string& name) const;
  void LocateBytes(Entry& entry, const std::string& name, std::size_t end) const;
  void CheckOverlaps() const;

  ByteView bytes_;
  std::string name_;
  std::vector<std::string> names_;
  std::map<std::string, Entry> entries_;
};

}  // namespace wherefore
