#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace wherefore {

/// Parses the index of weights that lie in several files (model.safetensors.index.json): the file of each tensor, which
/// lies beside the index. Throws Error(kBadFile) that begins with `name`: not JSON, no `weight_map`, a file's name that
/// is none (a path to elsewhere, an empty one).
std::map<std::string, std::string> ParseWeightsIndex(const char* text, std::size_t size, const std::string& name);

}  // namespace wherefore
