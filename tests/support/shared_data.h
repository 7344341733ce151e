#pragma once

#include <string>

namespace wherefore {

/// Where models, photographs and reference numbers lie that are not part of the repository: the environment variable
/// WHEREFORE_SHARED, else ../shared beside the source tree. Returns the path of `relative` within it.
std::string SharedPath(const std::string& relative);

/// Whether it is there. Tests that need it skip, and say so, where it is not.
bool HasShared(const std::string& relative);

/// A file of the repository's own tests/golden.
std::string GoldenPath(const std::string& relative);

}  // namespace wherefore

/// At the beginning of a test.
#define WHEREFORE_NEEDS_SHARED(relative)                                                                     \
  if (!wherefore::HasShared(relative)) {                                                                     \
    GTEST_SKIP() << wherefore::SharedPath(relative) << " is not there; set WHEREFORE_SHARED to where it is"; \
  }                                                                                                          \
  static_assert(true, "a semicolon follows")
