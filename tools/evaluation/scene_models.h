#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wherefore {

/// The first of the held-out scenes that explanations are measured on: far from those that training measures itself on.
inline constexpr int64_t kFirstEvaluationScene = 1'000'000;

/// The model directories that were named, or both that come with the program where none was. Throws Error(kUsage) where
/// there is none.
std::vector<std::string> SceneModels(const std::vector<std::string>& named);

}  // namespace wherefore
