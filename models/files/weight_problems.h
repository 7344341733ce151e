#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

// How errors about weights are put, each once.

namespace wherefore {

/// "3 tensors are missing: 'a', 'b', 'c'", at most five by name; `what` is "are missing".
std::string NamesThatAre(const std::vector<std::string>& names, const std::string& what);

/// "'a' is [2, 3], but the network's is [3, 2]", one of NamesThatAre(names, kMisshapen).
std::string ShapeProblem(const std::string& name, c10::IntArrayRef found, c10::IntArrayRef wanted);
inline constexpr const char* kMisshapen = "of another shape than config.json says";

/// "'a' is Long", one of NamesThatAre(names, kMistyped).
std::string TypeProblem(const std::string& name, at::ScalarType type);
inline constexpr const char* kMistyped = "of a dtype that weights cannot have (float32, float16, bfloat16)";

/// "'a' (1 NaN, 0 infinite of 8)", one of NamesThatAre(names, NotFinite(type)).
std::string CountNotFinite(const std::string& name, const at::Tensor& tensor);

/// Of weights kept as `type`: values beyond 65504 are infinite in float16.
std::string NotFinite(at::ScalarType type);

/// What follows a list of missing or unknown names.
inline constexpr const char* kOtherNetwork = ". Does config.json describe the network that these weights are of?";

bool IsWeightType(at::ScalarType type);

}  // namespace wherefore
