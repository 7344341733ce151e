#include "tools/report/staged_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <set>
#include <system_error>

#include "explain/error.h"
#include "models/files/files.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

/// A new file of these bytes; 0, or the system's error. The user's umask decides who may read it.
int WriteNewFile(const fs::path& path, const std::string& bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file < 0) return errno;
  const int error = WriteAllBytes(file, bytes);
#ifdef __linux__
  // Begins to store them, and does not wait: the sync of the directory finds most of it done.
  if (error == 0) ::sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
  const int closing = ::close(file) == 0 ? 0 : errno;  // a full disk may show no earlier than here
  return error != 0 ? error : closing;
}

}  // namespace

StagedFiles::~StagedFiles() {
  if (!is_done_) Restore();
  std::error_code ignored;
  for (const auto& file : files_) {
    fs::remove(file.temporary, ignored);
    if (is_done_ && file.had_earlier) fs::remove(file.earlier, ignored);
  }
  for (auto made = made_.rbegin(); !is_done_ && made != made_.rend(); ++made) fs::remove(*made, ignored);
}

void StagedFiles::Restore() {
  std::error_code error;
  for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
    if (file->is_moved && !file->had_earlier) fs::remove(file->place, error);
    if (!file->had_earlier) continue;
    fs::rename(file->earlier, file->place, error);
    if (!error) fs::remove(file->earlier, error);  // which is still there where it is a link to the same file
  }
}

void StagedFiles::Add(const std::string& name, const std::string& bytes) {
  File file;
  file.place = fs::path(directory_) / name;
  static std::atomic<unsigned> counter{0};
  const std::string number = std::to_string(::getpid()) + "-" + std::to_string(counter++);
  const auto beside = [&](const char* end) {
    return file.place.parent_path() / ("." + file.place.filename().string() + "." + number + end);
  };
  file.temporary = beside(".new");
  file.earlier = beside(".old");
  Make(file.place.parent_path());
  files_.push_back(file);
  const int error = WriteNewFile(file.temporary, bytes);
  if (error != 0) {
    ThrowBadFile("cannot write '" + file.place.string() + "': " + std::generic_category().message(error));
  }
}

void StagedFiles::MoveIntoPlace() {
  for (const auto& file : files_) {
    std::error_code error;
    if (fs::is_directory(file.place, error)) {
      ThrowBadFile("cannot write '" + file.place.string() + "': a directory of that name is there");
    }
  }
  std::set<fs::path> directories;
  for (auto& file : files_) {
    Move(&file);
    directories.insert(file.place.parent_path());
  }
  for (const auto& directory : directories) SyncDirectory(directory.string());
  is_done_ = true;
}

void StagedFiles::Move(File* file) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(file->place, error))) {
    // A link where there are such, so that the name is never missing.
    fs::create_hard_link(file->place, file->earlier, error);
    if (error) fs::rename(file->place, file->earlier, error);
    if (error) ThrowBadFile("cannot replace '" + file->place.string() + "': " + error.message());
    file->had_earlier = true;
  }
  fs::rename(file->temporary, file->place, error);
  if (error) ThrowBadFile("cannot write '" + file->place.string() + "': " + error.message());
  file->is_moved = true;
}

void StagedFiles::Make(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> missing;
  for (auto path = directory; !path.empty() && !fs::exists(path, error); path = path.parent_path()) {
    missing.push_back(path);
  }
  made_.insert(made_.end(), missing.rbegin(), missing.rend());
  MakeDirectory(directory.string());
}

}  // namespace wherefore
