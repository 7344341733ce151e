#include "models/files/weights.h"

#include <ATen/Functions.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "explain/error.h"

namespace wherefore {
namespace {

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool IsStepCounter(const std::string& name) { return EndsWith(name, "num_batches_tracked"); }

bool IsForTrainingOnly(const std::string& name, const TrunkPlace& trunk) {
  const bool of_trunk = name.compare(0, trunk.prefix.size(), trunk.prefix) == 0;
  return of_trunk && IsTrainingOnlyKey(trunk.options.type, name.substr(trunk.prefix.size()));
}

/// The network's own tensors, which share their memory with it.
std::map<std::string, at::Tensor> WeightsOf(const torch::nn::Module& network) {
  std::map<std::string, at::Tensor> weights;
  for (const auto& item : network.named_parameters()) weights.emplace(item.key(), item.value());
  for (const auto& item : network.named_buffers()) {
    if (!IsStepCounter(item.key())) weights.emplace(item.key(), item.value());
  }
  return weights;
}

std::string ShapeText(const at::Tensor& tensor) {
  std::string text = "[";
  for (const int64_t size : tensor.sizes()) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

/// "3 tensors are missing: 'a', 'b', 'c'", at most five by name.
std::string NamesThatAre(const std::vector<std::string>& names, const std::string& what) {
  constexpr std::size_t most = 5;
  std::string text = std::to_string(names.size()) + (names.size() == 1 ? " tensor " : " tensors ") + what + ": ";
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > most ? text + ", ..." : text;
}

/// Whether no value is NaN or infinite: one pass, and no copy, as NaN goes through both extremes.
bool IsFinite(const at::Tensor& tensor) {
  if (tensor.numel() == 0) return true;
  const auto [least, most] = at::aminmax(tensor);
  return std::isfinite(least.item<double>()) && std::isfinite(most.item<double>());
}

std::string CountNotFinite(const std::string& name, const at::Tensor& tensor) {
  const auto nan = at::isnan(tensor).sum().item<int64_t>();
  const auto infinite = at::isinf(tensor).sum().item<int64_t>();
  return "'" + name + "' (" + std::to_string(nan) + " NaN, " + std::to_string(infinite) + " infinite of " +
         std::to_string(tensor.numel()) + ")";
}

bool IsWeightType(at::ScalarType type) { return type == at::kFloat || type == at::kHalf || type == at::kBFloat16; }

void CheckNames(const std::map<std::string, at::Tensor>& wanted, const std::map<std::string, at::Tensor>& found,
                const std::string& file) {
  std::vector<std::string> missing;
  std::vector<std::string> unknown;
  for (const auto& item : wanted) {
    if (found.count(item.first) == 0) missing.push_back("'" + item.first + "'");
  }
  for (const auto& item : found) {
    if (wanted.count(item.first) == 0) unknown.push_back("'" + item.first + "'");
  }
  if (missing.empty() && unknown.empty()) return;
  std::string problem = missing.empty() ? "" : NamesThatAre(missing, "missing");
  if (!unknown.empty()) problem += (problem.empty() ? "" : "; ") + NamesThatAre(unknown, "that the network lacks");
  ThrowBadFile(file + ": " + problem + ". Does config.json describe the network that these weights are of?");
}

void CheckShapesAndTypes(const std::map<std::string, at::Tensor>& wanted,
                         const std::map<std::string, at::Tensor>& found, const std::string& file) {
  std::vector<std::string> misshapen;
  std::vector<std::string> mistyped;
  for (const auto& [name, tensor] : found) {
    const auto& own = wanted.at(name);
    if (tensor.sizes() != own.sizes()) {
      misshapen.push_back("'" + name + "' is " + ShapeText(tensor) + ", but the network's is " + ShapeText(own));
    }
    if (!IsWeightType(tensor.scalar_type()))
      mistyped.push_back("'" + name + "' is " + c10::toString(tensor.scalar_type()));
  }
  if (!misshapen.empty()) ThrowBadFile(file + ": " + NamesThatAre(misshapen, "of another shape than config.json says"));
  if (!mistyped.empty()) {
    ThrowBadFile(file + ": " +
                 NamesThatAre(mistyped, "of a dtype that weights cannot have (float32, float16, bfloat16)"));
  }
}

}  // namespace

void LoadWeights(torch::nn::Module& network, std::map<std::string, at::Tensor> tensors, const TrunkPlace& trunk,
                 const std::string& file) {
  const torch::NoGradGuard no_grad;
  for (auto item = tensors.begin(); item != tensors.end();) {
    item = IsForTrainingOnly(item->first, trunk) ? tensors.erase(item) : std::next(item);
  }
  auto wanted = WeightsOf(network);
  CheckNames(wanted, tensors, file);
  CheckShapesAndTypes(wanted, tensors, file);
  std::vector<std::string> not_finite;
  for (auto& [name, own] : wanted) {
    own.copy_(tensors.at(name));
    if (!IsFinite(own)) not_finite.push_back(CountNotFinite(name, own));
  }
  if (!not_finite.empty()) ThrowBadFile(file + ": " + NamesThatAre(not_finite, "with values that are not finite"));
}

std::map<std::string, at::Tensor> CollectWeights(const torch::nn::Module& network, bool half) {
  const torch::NoGradGuard no_grad;
  auto weights = WeightsOf(network);
  std::vector<std::string> not_finite;
  for (auto& [name, tensor] : weights) {
    tensor = tensor.detach().to(at::kCPU).to(half ? at::kHalf : at::kFloat);
    const auto values = tensor.to(at::kFloat);
    if (!IsFinite(values)) not_finite.push_back(CountNotFinite(name, values));
  }
  if (!not_finite.empty()) {
    ThrowUsage(
        NamesThatAre(not_finite, std::string("not finite as ") + (half ? "float16; save them as float32" : "float32")));
  }
  return weights;
}

}  // namespace wherefore
