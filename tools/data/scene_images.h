#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tools/data/labeled_images.h"
#include "tools/scenes/scene_files.h"

namespace wherefore {

// Scenes as a segmented data set. Concepts are the values of an object's attributes ("red" of category "color"), where
// it lies ("left", "right", "top", "bottom": its centre is in that third of the picture; "middle": in neither; category
// "position"), and "background".

/// `count` scenes that neither training nor evaluate-explanations sees. Throws Error(kUsage) where count is below 1.
std::unique_ptr<LabeledImages> DrawnScenes(int64_t count, SceneLabels labels);

/// The scenes that make-scenes wrote into a directory; with kAskedFor those that have such a question. Throws
/// Error(kBadFile) where scenes.json is damaged.
std::unique_ptr<LabeledImages> OpenSceneDirectory(const std::string& directory, SceneLabels labels);

}  // namespace wherefore
