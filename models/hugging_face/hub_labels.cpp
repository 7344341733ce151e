#include "models/hugging_face/hub_labels.h"

namespace wherefore {

std::vector<std::string> HubLabels(const HubConfig& config, std::int64_t count) {
  const bool is_named = config.Has("id2label");
  const auto names = config.Section("id2label");
  std::vector<std::string> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto index = std::to_string(i);
    if (is_named && !names.Has(index))
      config.Refuse("id2label", "an object with a name for 0 to " + std::to_string(count - 1));
    labels.push_back(names.Text(index, "LABEL_" + index));
  }
  const auto* all = config.Find("id2label");
  if (all != nullptr && static_cast<std::int64_t>(all->items.size()) != count) {
    config.Refuse("id2label", "an object of " + std::to_string(count) + " names, as many as the head has outputs");
  }
  return labels;
}

}  // namespace wherefore
