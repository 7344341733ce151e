#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <torch/utils.h>

#include <atomic>
#include <cstring>
#include <utility>

#include "explain/error.h"
#include "models/files/affix.h"
#include "models/files/weight_problems.h"
#include "models/files/weights.h"

namespace wherefore {
namespace {

bool IsStepCounter(const std::string& name) { return EndsWith(name, "num_batches_tracked"); }

/// The network's own tensors, which share their memory with it.
std::map<std::string, at::Tensor> WeightsOf(const torch::nn::Module& network) {
  std::map<std::string, at::Tensor> weights;
  for (const auto& item : network.named_parameters()) weights.emplace(item.key(), item.value());
  for (const auto& item : network.named_buffers()) {
    if (!IsStepCounter(item.key())) weights.emplace(item.key(), item.value());
  }
  return weights;
}

std::vector<std::string> KeysOf(const std::map<std::string, at::Tensor>& tensors) {
  std::vector<std::string> keys;
  for (const auto& item : tensors) keys.push_back(item.first);
  return keys;
}

void CheckNames(const std::map<std::string, at::Tensor>& wanted, const Weights& weights, const MayRemain& may_remain) {
  std::vector<std::string> missing;
  std::vector<std::string> unknown;
  for (const auto& item : wanted) {
    if (!weights.Has(item.first)) missing.push_back("'" + item.first + "'");
  }
  for (const auto& name : weights.names()) {
    const bool is_left = IsStepCounter(name) || (may_remain && may_remain(name));
    if (wanted.count(name) == 0 && !is_left) unknown.push_back("'" + name + "'");
  }
  if (missing.empty() && unknown.empty()) return;
  std::string problem = missing.empty() ? "" : NamesThatAre(missing, "missing");
  if (!unknown.empty()) problem += (problem.empty() ? "" : "; ") + NamesThatAre(unknown, "that the network lacks");
  ThrowBadFile(weights.source() + ": " + problem + kOtherNetwork);
}

void CheckShapesAndTypes(const std::map<std::string, at::Tensor>& wanted, const Weights& weights) {
  std::vector<std::string> misshapen;
  std::vector<std::string> mistyped;
  for (const auto& [name, own] : wanted) {
    const auto shape = weights.ShapeOf(name);
    const auto type = weights.TypeOf(name);
    if (own.sizes() != c10::IntArrayRef(shape)) misshapen.push_back(ShapeProblem(name, shape, own.sizes()));
    if (!IsWeightType(type)) mistyped.push_back(TypeProblem(name, type));
  }
  if (!misshapen.empty()) ThrowBadFile(weights.source() + ": " + NamesThatAre(misshapen, kMisshapen));
  if (!mistyped.empty()) ThrowBadFile(weights.source() + ": " + NamesThatAre(mistyped, kMistyped));
}

/// Whether no value has all bits of the exponent set, as NaN and the infinite ones have.
template <class Bits>
bool AllFinite(const at::Tensor& tensor, Bits exponent) {
  constexpr int64_t values_a_task = 1 << 16;
  const auto* values = static_cast<const Bits*>(tensor.data_ptr());
  std::atomic<bool> all{true};
  at::parallel_for(0, tensor.numel(), values_a_task, [&](int64_t begin, int64_t end) {
    Bits found = 0;
    for (int64_t i = begin; i < end; ++i) found |= static_cast<Bits>((values[i] & exponent) == exponent);
    if (found != 0) all = false;
  });
  return all;
}

}  // namespace

bool IsFinite(const at::Tensor& tensor) {
  const auto dense = tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return AllFinite<std::uint32_t>(dense, 0x7f800000);
    case at::kDouble:
      return AllFinite<std::uint64_t>(dense, 0x7ff0000000000000);
    case at::kHalf:
      return AllFinite<std::uint16_t>(dense, 0x7c00);
    case at::kBFloat16:
      return AllFinite<std::uint16_t>(dense, 0x7f80);
    default:
      return true;
  }
}

void LoadWeights(torch::nn::Module& network, const Weights& all, const MayRemain& may_remain) {
  const torch::NoGradGuard no_grad;
  auto wanted = WeightsOf(network);
  const Weights weights = all.WithoutCommonPrefix(KeysOf(wanted));
  CheckNames(wanted, weights, may_remain);
  CheckShapesAndTypes(wanted, weights);
  std::vector<std::string> not_finite;
  for (auto& [name, own] : wanted) {
    const auto tensor = weights.TakeConverted(name);
    if (!IsFinite(tensor)) not_finite.push_back(CountNotFinite(name, tensor));
    own.set_data(tensor.to(own.device()));
  }
  if (!not_finite.empty()) ThrowBadFile(weights.source() + ": " + NamesThatAre(not_finite, NotFinite(weights.type())));
}

void LoadWeights(torch::nn::Module& network, const Weights& weights, const TrunkPlace& trunk) {
  LoadWeights(network, weights, [&trunk](const std::string& name) {
    const bool of_trunk = name.compare(0, trunk.prefix.size(), trunk.prefix) == 0;
    return of_trunk && IsTrainingOnlyKey(trunk.options.type, name.substr(trunk.prefix.size()));
  });
}

void LoadWeights(torch::nn::Module& network, std::map<std::string, at::Tensor> tensors, const TrunkPlace& trunk,
                 const std::string& file) {
  LoadWeights(network, Weights::OfTensors(tensors, file), trunk);
}

std::map<std::string, at::Tensor> CollectWeights(const torch::nn::Module& network, bool half) {
  const torch::NoGradGuard no_grad;
  auto weights = WeightsOf(network);
  std::vector<std::string> not_finite;
  for (auto& [name, tensor] : weights) {
    tensor = tensor.detach().to(at::kCPU).to(half ? at::kHalf : at::kFloat);
    if (!IsFinite(tensor)) not_finite.push_back(CountNotFinite(name, tensor.to(at::kFloat)));
  }
  if (!not_finite.empty()) {
    ThrowUsage(
        NamesThatAre(not_finite, std::string("not finite as ") + (half ? "float16; save them as float32" : "float32")));
  }
  return weights;
}

}  // namespace wherefore
