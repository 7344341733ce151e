#include "tools/data/data_set.h"

#include <filesystem>

#include <c10/util/hash.h>

#include "models/files/files.h"
#include "tools/scenes/scene_files.h"

namespace wherefore {

std::string DigestOf(const std::vector<std::string>& paths) {
  std::string digest;
  for (const auto& path : paths) digest = c10::sha1(digest + c10::sha1(ReadFile(path)).str()).str();
  return digest;
}

bool AreScenes(const std::string& directory) {
  std::error_code error;
  return directory.empty() || std::filesystem::exists(std::filesystem::path(directory) / kScenesFile, error);
}

}  // namespace wherefore
