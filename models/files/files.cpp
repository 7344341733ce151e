#include "models/files/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "explain/error.h"
#include "models/files/affix.h"

namespace wherefore {
namespace {

std::string Reason(int error) { return std::generic_category().message(error); }

[[noreturn]] void ThrowCannot(const std::string& verb, const std::string& path, const std::string& reason) {
  ThrowBadFile("cannot " + verb + " '" + path + "': " + reason);
}

/// An open file, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }

  /// 0, or the system's error: a full disk may show no earlier than here.
  int Close() {
    const int result = number_ < 0 ? 0 : ::close(number_);
    number_ = -1;
    return result == 0 ? 0 : errno;
  }

 private:
  int number_;
};

/// Opens for reading and hands out what fstat says; directories are refused.
int OpenForReading(const std::string& path, struct stat& status) {
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) ThrowCannot("read", path, Reason(errno));
  if (::fstat(number, &status) != 0 || S_ISDIR(status.st_mode)) {
    const int error = S_ISDIR(status.st_mode) ? EISDIR : errno;
    ::close(number);
    ThrowCannot("read", path, Reason(error));
  }
  return number;
}

/// A temporary file, removed at the end of its scope unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& directory) {
    static std::atomic<unsigned> counter{0};
    // Made by open() rather than mkstemp(), so that the user's umask decides who may read it.
    do {
      path_ = (directory / (".part-" + std::to_string(::getpid()) + "-" + std::to_string(counter++))).string();
      number_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (number_ < 0 && errno == EEXIST);
    error_ = number_ < 0 ? errno : 0;
  }
  ~TemporaryFile() {
    if (number_ >= 0 && !renamed_) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  /// Each step returns 0 or the system's error.
  int error() const { return error_; }
  int Write(const std::string& bytes);
  int RenameTo(const std::string& path) {
    renamed_ = ::rename(path_.c_str(), path.c_str()) == 0;
    return renamed_ ? 0 : errno;
  }

 private:
  std::string path_;
  int number_ = -1;
  int error_ = 0;
  bool renamed_ = false;
};

int TemporaryFile::Write(const std::string& bytes) {
  Descriptor file(number_);
  const int error = WriteAllBytes(file.number(), bytes);
  if (error != 0) return error;
  // Some file systems cannot sync, which is no reason to fail.
  if (::fsync(file.number()) != 0 && errno != EINVAL && errno != ENOTSUP) return errno;
  return file.Close();
}

}  // namespace

std::string PathIn(const std::string& directory, const std::string& file) {
  return (std::filesystem::path(directory) / file).string();
}

bool IsFile(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

std::string FileEndingWith(const std::string& directory, const std::string& ending) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const auto name = entry.path().filename().string();
    if (EndsWith(name, ending)) return name;
  }
  return "";
}

std::string FirstBytes(std::string_view bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes.substr(0, 8)) {
    const auto value = static_cast<unsigned char>(byte);
    text += (text.empty() ? "" : " ");
    text += {kDigits[value >> 4], kDigits[value & 15]};
  }
  return text;
}

std::string ReadFile(const std::string& path) {
  struct stat status {};
  const Descriptor file(OpenForReading(path, status));
  std::string bytes;
  bytes.reserve(status.st_size > 0 ? static_cast<std::size_t>(status.st_size) + 1 : 0);
  char buffer[1 << 16];
  while (true) {
    const ssize_t count = ::read(file.number(), buffer, sizeof(buffer));
    if (count == 0) return bytes;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ThrowCannot("read", path, Reason(errno));
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
}

void WriteFileWhole(const std::string& path, const std::string& bytes) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    // A rename would replace a device by a plain file.
    ThrowCannot("write", path, S_ISDIR(status.st_mode) ? Reason(EISDIR) : "it is not a regular file");
  }
  auto directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) directory = ".";
  TemporaryFile file(directory);
  int error = file.error();
  if (error == 0) error = file.Write(bytes);
  if (error == 0) error = file.RenameTo(path);
  if (error != 0) ThrowCannot("write", path, Reason(error));
  SyncDirectory(directory.string());
}

int WriteAllBytes(int descriptor, const std::string& bytes) {
  for (std::size_t written = 0; written < bytes.size();) {
    const ssize_t count = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    written += static_cast<std::size_t>(count);
  }
  return 0;
}

void SyncDirectory(const std::string& directory) {
  const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.number() >= 0) ::fsync(file.number());
}

void MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && !std::filesystem::is_directory(path, error) && !error) error.assign(ENOTDIR, std::generic_category());
  if (error) ThrowCannot("make directory", path, error.message());
}

MappedFile::MappedFile(const std::string& path) {
  struct stat status {};
  const Descriptor file(OpenForReading(path, status));
  if (!S_ISREG(status.st_mode)) ThrowCannot("read", path, "it is not a regular file");
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;
  // Private pages are copied when first written to; without the reservation a file may be larger than the memory.
  constexpr int flags = MAP_PRIVATE | MAP_NORESERVE;
  void* bytes = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, flags, file.number(), 0);
  if (bytes == MAP_FAILED) ThrowCannot("read", path, Reason(errno));
  data_ = static_cast<std::uint8_t*>(bytes);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace wherefore
