#pragma once

#include <string>

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

namespace wherefore {

nlohmann::json ReadJson(const std::string& path);

/// Nested arrays of equal length as a float64 tensor.
at::Tensor Numbers(const nlohmann::json& rows);

}  // namespace wherefore
