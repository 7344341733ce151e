#pragma once

#include <string>

#include "tests/support/temporary_directory.h"

namespace wherefore {

/// A copy of a model directory, to be damaged.
class CopiedModel {
 public:
  explicit CopiedModel(const std::string& from);

  const std::string& path() const { return directory_.path(); }
  std::string PathOf(const std::string& file) const { return directory_.PathOf(file); }

  /// Whether config.json has this text.
  bool Contains(const std::string& text) const;

  /// config.json with one text in place of the first of another; a failed test where that is not there.
  void Replace(const std::string& from, const std::string& to) const;

  /// The text of the Error(kBadFile) with which loading it ends.
  std::string Refusal() const;

 private:
  TemporaryDirectory directory_;
};

}  // namespace wherefore
