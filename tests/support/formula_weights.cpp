#include "tests/support/formula_weights.h"

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

void Fill(const std::string& name, at::Tensor tensor, int64_t n) {
  if (EndsWith(name, "running_mean") || EndsWith(name, "bias")) {
    tensor.zero_();
  } else if (EndsWith(name, "running_var") || tensor.dim() == 1) {
    tensor.fill_(1);
  } else {
    const auto fan = static_cast<double>(tensor[0].numel());
    const auto i = at::arange(1, tensor.numel() + 1, at::kDouble);
    const auto h = (12.9898 * i + 78.233 * static_cast<double>(n)).sin() * 43758.5453;
    const auto u = h - h.floor();
    tensor.copy_(((2 * u - 1) * std::sqrt(6.0 / fan)).reshape(tensor.sizes()));
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

at::Tensor FormulaImage() {
  const auto i = at::arange(3 * 224 * 224, at::kDouble);
  return ((0.013 * i).sin() + 0.5 * (0.37 * i).cos()).to(at::kFloat).reshape({1, 3, 224, 224});
}

}  // namespace wherefore
