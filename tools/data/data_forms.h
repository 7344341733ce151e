#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/data/data_set.h"
#include "tools/data/labeled_images.h"

namespace wherefore {

/// A form of directories that hold a data set.
struct DataForm {
  std::string told_by;  ///< what is there, for error texts: "scenes.json (of make-scenes)"

  /// Whether a directory is of this form, told by a file in it.
  std::function<bool(const std::string& directory)> is_there;

  /// Opens it to be dissected; empty: it has no masks of named things.
  std::function<std::unique_ptr<LabeledImages>(const std::string& directory, SceneLabels scenes)> labeled_images;

  /// Opens it to evaluate explanations of a model; empty: it says too little of what is where.
  std::function<std::unique_ptr<EvaluationSet>(const std::string& directory, const ModelInfo& model,
                                               const EvaluationSetOptions& options)>
      evaluation_set;
};

/// Every form that is read: the one place where a data set is made known. A directory is of the first that is there.
const std::vector<DataForm>& DataForms();

/// Opens a directory to dissect a model with. `scenes`: which labels those of make-scenes have. Throws Error(kBadFile)
/// for a directory of no form that can be dissected, or one that is damaged.
std::unique_ptr<LabeledImages> OpenLabeledImages(const std::string& directory, SceneLabels scenes = SceneLabels::kAll);

/// Opens a directory to evaluate explanations with, for a model of that task and input size. Throws Error(kBadFile) for
/// a directory of no form that can be evaluated with, or one that is damaged; Error(kUsage) for options out of range or
/// a model of a task that has nothing to say of it.
std::unique_ptr<EvaluationSet> OpenEvaluationSet(const std::string& directory, const ModelInfo& model,
                                                 const EvaluationSetOptions& options = {});

}  // namespace wherefore
