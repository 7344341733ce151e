#pragma once

#include <string>
#include <vector>

namespace wherefore {

/// An empty directory, removed with all that it holds at the end of its scope.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }

  /// Names of all that it holds, hidden files too, sorted.
  std::vector<std::string> Names() const;

 private:
  std::string path_;
};

}  // namespace wherefore
