#include "tools/evaluation/scene_models.h"

#include "explain/error.h"
#include "tools/command_line/shipped_model.h"

namespace wherefore {

std::vector<std::string> SceneModels(const std::vector<std::string>& named) {
  auto models = named;
  for (const auto task : {Task::kCaption, Task::kVqa}) {
    if (named.empty() && !ShippedModel(task).empty()) models.push_back(ShippedModel(task));
  }
  if (models.empty()) ThrowUsage("no model was given; name a model directory with --model");
  return models;
}

}  // namespace wherefore
