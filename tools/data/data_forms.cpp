#include "tools/data/data_forms.h"

#include <filesystem>

#include "explain/error.h"
#include "models/files/files.h"
#include "tools/data/coco.h"
#include "tools/data/coco_set.h"
#include "tools/data/index_masks.h"
#include "tools/data/scene_images.h"
#include "tools/data/scene_set.h"

namespace wherefore {
namespace {

std::function<bool(const std::string&)> Holds(const char* file) {
  return [file](const std::string& directory) {
    std::error_code ignored;
    return std::filesystem::exists(PathIn(directory, file), ignored);
  };
}

/// The form of a directory, of those that `can` do what is wanted. `what` it must be: "segmented data set".
const DataForm& FormOf(const std::string& directory, const std::string& what,
                       const std::function<bool(const DataForm&)>& can) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    ThrowBadFile("'" + directory + "' is no directory: give that of a " + what);
  }
  std::string looked_for;
  for (const auto& form : DataForms()) {
    if (!can(form)) continue;
    if (form.is_there(directory)) return form;
    looked_for += (looked_for.empty() ? "neither " : ", nor ") + form.told_by;
  }
  ThrowBadFile("'" + directory + "' holds no " + what + ": there is " + looked_for);
}

}  // namespace

const std::vector<DataForm>& DataForms() {
  static const std::vector<DataForm> forms = {
      {std::string(kScenesFile) + " (of make-scenes)", Holds(kScenesFile), OpenSceneDirectory, OpenSceneSet},
      {std::string(kIndexMasksFile) + " (index masks)", Holds(kIndexMasksFile),
       [](const std::string& directory, SceneLabels) { return OpenIndexMasks(directory); }, nullptr},
      {"annotations*.json or instances*.json (COCO)", HasCocoAnnotations,
       [](const std::string& directory, SceneLabels) { return OpenCoco(directory); }, OpenCocoSet},
  };
  return forms;
}

std::unique_ptr<LabeledImages> OpenLabeledImages(const std::string& directory, SceneLabels scenes) {
  const auto can = [](const DataForm& form) { return form.labeled_images != nullptr; };
  return FormOf(directory, "segmented data set", can).labeled_images(directory, scenes);
}

std::unique_ptr<EvaluationSet> OpenEvaluationSet(const std::string& directory, const ModelInfo& model,
                                                 const EvaluationSetOptions& options) {
  if (options.pictures < 0) ThrowUsage("pictures must be 0 or more, not " + std::to_string(options.pictures));
  const auto can = [](const DataForm& form) { return form.evaluation_set != nullptr; };
  return FormOf(directory, "data set to evaluate with", can).evaluation_set(directory, model, options);
}

}  // namespace wherefore
