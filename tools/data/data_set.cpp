#include "tools/data/data_set.h"

#include <filesystem>

#include <c10/util/hash.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "tools/data/coco.h"
#include "tools/data/coco_set.h"
#include "tools/data/scene_set.h"
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

std::unique_ptr<EvaluationSet> OpenEvaluationSet(const std::string& directory, const ModelInfo& model,
                                                 const EvaluationSetOptions& options) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (options.pictures < 0) ThrowUsage("pictures must be 0 or more, not " + std::to_string(options.pictures));
  if (!fs::is_directory(directory, error)) {
    ThrowBadFile("'" + directory + "' is no directory: give that of a data set whose objects have masks");
  }
  if (AreScenes(directory)) return OpenSceneSet(directory, model, options);
  if (HasCocoAnnotations(directory)) return OpenCocoSet(directory, model, options);
  ThrowBadFile("'" + directory +
               "' holds no data set to evaluate with: there is neither scenes.json (of make-scenes) " +
               "nor annotations*.json or instances*.json (COCO)");
}

}  // namespace wherefore
