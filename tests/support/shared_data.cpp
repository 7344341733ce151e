#include "tests/support/shared_data.h"

#include <cstdlib>
#include <filesystem>

namespace wherefore {

std::string SharedPath(const std::string& relative) {
  const char* chosen = std::getenv("WHEREFORE_SHARED");
  const std::string root = chosen != nullptr ? chosen : WHEREFORE_SOURCE_DIR "/../shared";
  return (std::filesystem::path(root) / relative).lexically_normal().string();
}

bool HasShared(const std::string& relative) { return std::filesystem::exists(SharedPath(relative)); }

std::string GoldenPath(const std::string& relative) { return WHEREFORE_SOURCE_DIR "/tests/golden/" + relative; }

}  // namespace wherefore
