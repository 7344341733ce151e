#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace wherefore {

/// Files that are put into a directory together: each is written to a temporary name, then all are moved into place.
/// Until MoveIntoPlace() has returned, the end of this object's life leaves all as it was before.
class StagedFiles {
 public:
  explicit StagedFiles(std::string directory) : directory_(std::move(directory)) {}
  ~StagedFiles();
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;

  /// Writes a file, named "a" or "below/a" within the directory; directories are made if need be. Throws
  /// Error(kBadFile) with the system's reason.
  void Add(const std::string& name, const std::string& bytes);

  /// One rename a file, one sync a directory; where files are replaced, the earlier ones are kept until all are moved.
  /// A power cut finds every file as it was before or whole where the file system writes a file's bytes before its
  /// name, as ext4 does. Throws Error(kBadFile).
  void MoveIntoPlace();

 private:
  struct File {
    std::filesystem::path place;
    std::filesystem::path temporary;
    std::filesystem::path earlier;  ///< where the file waits that was in the place
    bool had_earlier = false;
    bool is_moved = false;
  };

  void Make(const std::filesystem::path& directory);
  static void Move(File* file);
  void Restore();

  std::string directory_;
  std::vector<File> files_;
  std::vector<std::filesystem::path> made_;  ///< directories, the outer ones first
  bool is_done_ = false;
};

}  // namespace wherefore
