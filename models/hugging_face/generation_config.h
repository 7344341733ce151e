#pragma once

#include <string>
#include <vector>

#include "models/decoding/beam_search.h"
#include "models/families.h"
#include "models/hugging_face/hub_config.h"

namespace wherefore {

inline constexpr const char* kGenerationFile = "generation_config.json";

/// generation_config.json of a directory; null where there is none. Throws Error(kBadFile).
JsonValue ReadGenerationConfig(const ModelFiles& files);

/// The id or ids under a key of generation_config.json, or of the first of `others` that has it. Throws
/// Error(kBadFile), also for ids beyond a vocabulary of this size.
std::vector<int64_t> ReadHubIds(const ModelFiles& files, const std::vector<HubConfig>& others, const std::string& key,
                                int64_t vocabulary, int64_t otherwise);

/// How transformers' generate() writes by default with a directory: generation_config.json, or where there is none the
/// old keys of the text's configuration. Begin and ends are the family's to set. Bans, least lengths and forced ids
/// become TextRules; what is set and not done here (sampling, penalties of repetition ...) is added to `warnings`.
/// Throws Error(kBadFile).
DecodeOptions ReadHubGeneration(const ModelFiles& files, const HubConfig& text, std::vector<std::string>* warnings);

/// What ReadHubGeneration() makes of an object that has generation's keys. Throws Error(kBadFile).
DecodeOptions HubGenerationIn(const HubConfig& config, std::vector<std::string>* warnings);

}  // namespace wherefore
