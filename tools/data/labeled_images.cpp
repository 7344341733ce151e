#include "tools/data/labeled_images.h"

#include <filesystem>

#include "explain/error.h"
#include "tools/data/coco.h"
#include "tools/data/index_masks.h"
#include "tools/data/scene_images.h"

namespace wherefore {

std::unique_ptr<LabeledImages> OpenLabeledImages(const std::string& directory, SceneLabels scenes) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    ThrowBadFile("'" + directory + "' is no directory: give that of a segmented data set");
  }
  const auto holds = [&](const char* name) { return fs::exists(fs::path(directory) / name, error); };
  if (holds(kScenesFile)) return OpenSceneDirectory(directory, scenes);
  if (holds(kIndexMasksFile)) return OpenIndexMasks(directory);
  if (HasCocoAnnotations(directory)) return OpenCoco(directory);
  ThrowBadFile("'" + directory + "' holds no segmented data set: there is neither scenes.json (of make-scenes), nor " +
               kIndexMasksFile + " (index masks), nor annotations*.json or instances*.json (COCO)");
}

}  // namespace wherefore
