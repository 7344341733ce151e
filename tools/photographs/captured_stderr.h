#pragma once

#include <mutex>
#include <string>

namespace wherefore {

/// Catches what is written to standard error while it lives: libjpeg, libpng and OpenCV report damaged files there and
/// nowhere else. Standard error belongs to the whole process, so that keep this short: what other threads write is
/// caught too. One at a time; others wait.
class CapturedStderr {
 public:
  CapturedStderr();
  ~CapturedStderr();
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;

  /// What was written so far, at most the first 4096 bytes; "" where nothing could be caught.
  std::string Text() const;

 private:
  std::lock_guard<std::mutex> lock_;
  int original_ = -1;
  int caught_ = -1;
};

}  // namespace wherefore
