#include "explain/methods/full_grad.h"

#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include "explain/accumulation.h"
#include "explain/error.h"
#include "explain/maps.h"

namespace wherefore {
namespace {

/// A module's name, and what of each channel (K) of its output does not come from its input.
using Bias = std::pair<std::string, at::Tensor>;

std::vector<Bias> BiasesOf(const Subject& subject) {
  if (subject.trunk == nullptr) ThrowUsage("FullGrad needs the convolutional network itself, for its biases");
  std::vector<Bias> biases;
  for (const auto& module : subject.trunk->named_modules("", /*include_self=*/false)) {
    if (const auto* convolution = module.value()->as<torch::nn::Conv2dImpl>()) {
      if (convolution->bias.defined()) biases.emplace_back(module.key(), Widened(convolution->bias.detach()));
    } else if (const auto* norm = module.value()->as<torch::nn::BatchNorm2dImpl>()) {
      auto bias = -Widened(norm->running_mean) / (Widened(norm->running_var) + norm->options.eps()).sqrt();
      if (norm->weight.defined()) bias = bias * Widened(norm->weight) + Widened(norm->bias);
      biases.emplace_back(module.key(), bias.detach());
    }
  }
  if (biases.empty()) ThrowUsage("FullGrad explains by biases, and this network has none; choose another method");
  return biases;
}

/// One forward pass, and what contributes to the score of each target.
class FullGradient {
 public:
  explicit FullGradient(const Subject& subject) : biases_(BiasesOf(subject)), tape_(Wanted(biases_)) {
    const c10::AutoGradMode gradients(true);
    scores_ = subject.score(subject.image, tape_).scores[0];  // layers that the model does not run have no part in it
  }

  int64_t targets() const { return scores_.size(0); }

  /// What the image (1, 3, H, W), then every bias at every place (1, K, h, w), contributes.
  std::vector<at::Tensor> Contributions(int64_t target) const {
    std::vector<at::Tensor> values;
    for (const auto& layer : tape_.layers()) values.push_back(layer.value);
    const auto gradients = torch::autograd::grad({scores_[target]}, values, {}, /*retain_graph=*/true,
                                                 /*create_graph=*/false, /*allow_unused=*/true);
    std::vector<at::Tensor> all;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!gradients[i].defined()) continue;  // what only other parts of the model look at
      const auto& name = tape_.layers()[i].name;
      if (name == kImageLayer) {
        all.push_back(Widened(gradients[i]) * Widened(values[i].detach()));
        continue;
      }
      // An output that is zero was rectified in place, as DenseNet's last one is: its bias does not get through.
      all.push_back(Widened(gradients[i]) * values[i].detach().ne(0) * BiasNamed(name).reshape({1, -1, 1, 1}));
    }
    return all;
  }

 private:
  static std::vector<std::string> Wanted(const std::vector<Bias>& biases) {
    std::vector<std::string> names = {kImageLayer};
    for (const auto& bias : biases) names.push_back(bias.first);
    return names;
  }

  const at::Tensor& BiasNamed(const std::string& name) const {
    for (const auto& bias : biases_) {
      if (bias.first == name) return bias.second;
    }
    ThrowUsage("no bias was taken at '" + name + "'");
  }

  std::vector<Bias> biases_;
  Tape tape_;
  at::Tensor scores_;
};

/// Absolute values, brought to [0, 1] over all channels and places as in the authors' code, summed over channels.
at::Tensor Strength(const at::Tensor& contribution) {
  const auto strength = contribution.abs();
  const auto lowest = strength.min();
  const auto range = strength.max() - lowest;
  if (range.item<double>() <= 0) return at::zeros_like(strength.sum(1));
  return ((strength - lowest) / range).sum(1);
}

}  // namespace

at::Tensor FullGrad(const Subject& subject, const MethodOptions& options) {
  const FullGradient full(subject);
  const int64_t height = subject.image.size(2);
  const int64_t width = subject.image.size(3);
  std::vector<at::Tensor> maps;
  for (int64_t target = 0; target < full.targets(); ++target) {
    auto map = at::zeros({1, height, width}, subject.image.options().dtype(AccumulationType(subject.image)));
    for (const auto& contribution : full.Contributions(target)) {
      map += Upsample(Strength(contribution), height, width, Upsampling::kHalfPixel);
    }
    maps.push_back(map);
    if (options.progress) options.progress(target + 1, full.targets());
  }
  return at::cat(maps);
}

double FullGradientSum(const Subject& subject, int64_t target) {
  double sum = 0;
  for (const auto& contribution : FullGradient(subject).Contributions(target)) sum += contribution.sum().item<double>();
  return sum;
}

}  // namespace wherefore
