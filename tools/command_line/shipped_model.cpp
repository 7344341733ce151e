#include "tools/command_line/shipped_model.h"

#include <filesystem>

#include "models/files/files.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

/// bin/ of an installation lies beside share/.
fs::path InstalledModels() {
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path().parent_path() / "share" / "wherefore" / "models";
}

}  // namespace

std::string ShippedModel(Task task) {
  if (task == Task::kClassification) return "";
  for (const fs::path& models : {InstalledModels(), fs::path(WHEREFORE_SOURCE_DIR) / "models"}) {
    const fs::path directory = models / (std::string("scene-") + NameOf(task));
    if (IsFile((directory / kConfigFile).string())) return directory.string();
  }
  return "";
}

}  // namespace wherefore
