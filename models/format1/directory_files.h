#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/model_directory.h"
#include "models/text/text.h"

namespace wherefore {

/// What the configuration is called in every model directory.
inline constexpr const char* kConfigFile = "config.json";

std::string PathIn(const std::string& directory, const std::string& file);

/// "classification", "caption" or "vqa": what the model in the directory is for, by its config.json. Throws
/// Error(kBadFile) as loading the model does.
std::string TaskOf(const std::string& directory);

/// The tokenizer in the file at `path`, of the type that `text` says.
/// Throws Error(kBadFile) where it cannot be read, or its size is not the network's.
std::unique_ptr<Tokenizer> ReadTokenizer(const std::string& path, const TextOptions& text, int64_t vocabulary_size);

}  // namespace wherefore
