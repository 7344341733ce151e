#include "explain/measures/weight_cascade.h"

#include <algorithm>
#include <unordered_set>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "explain/error.h"

namespace wherefore {
namespace {

/// Drawn on the host, so that every device has the same.
void Randomise(at::Tensor parameter, const at::Generator& generator) {
  if (parameter.dim() < 2) {
    const auto order = at::randperm(parameter.numel(), generator, at::kLong).to(parameter.device());
    parameter.copy_(parameter.flatten().index_select(0, order).reshape(parameter.sizes()));
    return;
  }
  const auto scale = parameter.to(at::kDouble).square().mean().sqrt();
  parameter.copy_(at::randn(parameter.sizes(), generator, at::kFloat).to(parameter.device()) * scale);
}

}  // namespace

WeightCascade::WeightCascade(torch::nn::Module& module, std::uint64_t seed) : seed_(seed) {
  std::unordered_set<const void*> seen;  // weights that two modules share belong to the one nearer the output
  const auto modules = module.named_modules("", /*include_self=*/false);
  const auto add = [&](const std::string& name, const torch::nn::Module& owner) {
    std::vector<at::Tensor> own;
    for (const auto& parameter : owner.parameters(/*recurse=*/false)) {
      if (parameter.defined() && seen.insert(parameter.unsafeGetTensorImpl()).second) own.push_back(parameter);
    }
    if (own.empty()) return;
    steps_.push_back(name);
    parameters_.push_back(std::move(own));
  };
  for (std::size_t i = modules.size(); i-- > 0;) add(modules[i].key(), *modules[i].value());
  add("", module);
  if (steps_.empty()) ThrowUsage("there are no weights to make random: the module has no parameters");
}

WeightCascade::~WeightCascade() {
  const at::NoGradGuard no_gradients;
  for (auto& [parameter, value] : saved_) parameter.copy_(value);
}

std::optional<std::string> WeightCascade::Next() {
  if (done_ == steps_.size()) return std::nullopt;
  RandomiseUpTo(done_ + 1);
  return steps_[done_ - 1];
}

void WeightCascade::RandomiseUpTo(std::size_t count) {
  if (count > steps_.size()) {
    ThrowUsage("there are " + std::to_string(steps_.size()) + " modules to make random, not " + std::to_string(count));
  }
  if (count < done_) {
    ThrowUsage(std::to_string(done_) + " modules are random already, and " + std::to_string(count) +
               " were asked for: begin with a new WeightCascade");
  }
  const at::NoGradGuard no_gradients;
  for (; done_ < count; ++done_) {
    // A seed for each step: what a parameter becomes does not depend on those before it.
    const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed_ + done_);
    for (const auto& parameter : parameters_[done_]) {
      saved_.push_back({parameter, parameter.detach().clone()});
      Randomise(parameter, generator);
    }
  }
}

void WeightCascade::RandomiseThrough(const std::string& module) {
  const auto is_in = [&](const std::string& step) { return step == module || step.rfind(module + ".", 0) == 0; };
  const auto last = std::find_if(steps_.rbegin(), steps_.rend(), is_in);
  if (last == steps_.rend()) {
    ThrowUsage("no module with weights is, or is in, '" + module + "'" + DidYouMean(module, steps_));
  }
  RandomiseUpTo(static_cast<std::size_t>(steps_.rend() - last));
}

}  // namespace wherefore
