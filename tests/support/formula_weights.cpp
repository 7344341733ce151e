#include "tests/support/formula_weights.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

void Collect(const torch::nn::Module& module, const std::string& prefix,
             std::vector<std::pair<std::string, at::Tensor>>* entries) {
  for (const auto& item : module.named_parameters(/*recurse=*/false)) entries->emplace_back(prefix + item.key(), *item);
  for (const auto& item : module.named_buffers(/*recurse=*/false)) {
    if (item.key() != "num_batches_tracked") entries->emplace_back(prefix + item.key(), *item);
  }
  for (const auto& child : module.named_children()) Collect(**child, prefix + child.key() + ".", entries);
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

void FillByFormula(const at::Tensor& tensor, int64_t n) {
  const double scale = std::sqrt(6.0 / static_cast<double>(tensor[0].numel()));
  const auto flat = tensor.view({-1});
  // Piece by piece: VGG's first linear layer has 103 million weights, whose doubles would be 0.8 GB a step.
  constexpr int64_t piece = 1 << 18;
  for (int64_t begin = 0; begin < flat.numel(); begin += piece) {
    const int64_t end = std::min(begin + piece, flat.numel());
    auto h = at::arange(begin + 1, end + 1, at::kDouble);
    h.mul_(12.9898).add_(78.233 * static_cast<double>(n)).sin_().mul_(43758.5453);
    h.sub_(h.floor()).mul_(2).sub_(1).mul_(scale);
    flat.slice(0, begin, end).copy_(h);
  }
}

void Fill(const std::string& name, at::Tensor tensor, int64_t n) {
  if (EndsWith(name, "running_mean") || EndsWith(name, "bias")) {
    tensor.zero_();
  } else if (EndsWith(name, "running_var") || tensor.dim() == 1) {
    tensor.fill_(1);
  } else {
    FillByFormula(tensor, n);
  }
}

}  // namespace

std::vector<std::pair<std::string, at::Tensor>> StateDict(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, at::Tensor>> entries;
  Collect(module, "", &entries);
  return entries;
}

void SetFormulaWeights(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  int64_t n = 0;
  for (const auto& [name, tensor] : StateDict(module)) Fill(name, tensor, ++n);
}

std::shared_ptr<Trunk> FormulaTrunk(const std::string& type) {
  TrunkOptions options;
  options.type = type;
  auto trunk = MakeTrunk(options);
  SetFormulaWeights(*trunk);
  return trunk;
}

at::Tensor FormulaImage() {
  const auto i = at::arange(3 * 224 * 224, at::kDouble);
  return ((0.013 * i).sin() + 0.5 * (0.37 * i).cos()).to(at::kFloat).reshape({1, 3, 224, 224});
}

}  // namespace wherefore
