#include "models/files/weight_problems.h"

#include <ATen/Functions.h>

#include <algorithm>

#include "models/files/stored_tensor.h"

namespace wherefore {

std::string NamesThatAre(const std::vector<std::string>& names, const std::string& what) {
  constexpr std::size_t most = 5;
  std::string text = std::to_string(names.size()) + (names.size() == 1 ? " tensor " : " tensors ") + what + ": ";
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > most ? text + ", ..." : text;
}

std::string ShapeProblem(const std::string& name, c10::IntArrayRef found, c10::IntArrayRef wanted) {
  return "'" + name + "' is " + ShapeText(found) + ", but the network's is " + ShapeText(wanted);
}

std::string TypeProblem(const std::string& name, at::ScalarType type) {
  return "'" + name + "' is " + c10::toString(type);
}

std::string CountNotFinite(const std::string& name, const at::Tensor& tensor) {
  const auto nan = at::isnan(tensor).sum().item<int64_t>();
  const auto infinite = at::isinf(tensor).sum().item<int64_t>();
  return "'" + name + "' (" + std::to_string(nan) + " NaN, " + std::to_string(infinite) + " infinite of " +
         std::to_string(tensor.numel()) + ")";
}

std::string NotFinite(at::ScalarType type) {
  const std::string problem = "with values that are not finite";
  return type == at::kHalf ? problem + " as float16 (--dtype bfloat16 has the range of float32)" : problem;
}

bool IsWeightType(at::ScalarType type) { return type == at::kFloat || type == at::kHalf || type == at::kBFloat16; }

}  // namespace wherefore
