#pragma once

#include <string>

#include "models/hugging_face/hub_config.h"
#include "models/images/image_options.h"

namespace wherefore {

/// How a Hugging Face directory says that photographs are prepared: processor_config.json (key 'image_processor', of
/// transformers 5) or preprocessor_config.json, whatever the version that wrote it; what it leaves out has the default
/// of its class. `otherwise`: the class where neither file names one ("ViTImageProcessor"). Resizing is torchvision's,
/// which transformers does by default. Throws Error(kBadFile), naming the file and the key, where there is no such
/// file, for a class that is not known, and for what cannot be done.
ImageOptions ReadHubImageOptions(const std::string& directory, const std::string& otherwise);

/// What ReadHubImageOptions() makes of an image processor's own object. Throws Error(kBadFile), naming the file and the
/// key, for a class that is not known, and for what cannot be done.
ImageOptions HubImageOptionsIn(const HubConfig& config, const std::string& otherwise);

}  // namespace wherefore
