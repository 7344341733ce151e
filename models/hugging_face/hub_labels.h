#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/hugging_face/hub_config.h"

namespace wherefore {

/// The names of `count` outputs as key 'id2label' has them; "LABEL_0", "LABEL_1" ... where it is missing, as
/// transformers names them. Throws Error(kBadFile) where it has another number of names, or leaves an index out.
std::vector<std::string> HubLabels(const HubConfig& config, std::int64_t count);

}  // namespace wherefore
