#include "tools/photographs/captured_stderr.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

namespace wherefore {
namespace {

std::mutex& OneAtATime() {
  static std::mutex mutex;
  return mutex;
}

/// A file without a name, or -1.
int OpenNamelessFile() {
  std::error_code error;
  auto path = (std::filesystem::temp_directory_path(error) / "wherefore-XXXXXX").string();
  const int file = error ? -1 : ::mkstemp(path.data());
  if (file >= 0) ::unlink(path.c_str());
  return file;
}

void Flush() {
  std::fflush(stderr);
  std::cerr.flush();
}

}  // namespace

CapturedStderr::CapturedStderr() : lock_(OneAtATime()) {
  Flush();
  caught_ = OpenNamelessFile();
  if (caught_ < 0) return;
  original_ = ::dup(STDERR_FILENO);
  if (original_ >= 0) ::dup2(caught_, STDERR_FILENO);
}

CapturedStderr::~CapturedStderr() {
  Flush();
  if (original_ >= 0) {
    ::dup2(original_, STDERR_FILENO);
    ::close(original_);
  }
  if (caught_ >= 0) ::close(caught_);
}

std::string CapturedStderr::Text() const {
  if (original_ < 0) return "";
  Flush();
  std::string text(4096, '\0');
  const ssize_t count = ::pread(caught_, text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

}  // namespace wherefore
