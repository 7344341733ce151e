#include "models/convolutional/initialise.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "tests/support/formula_weights.h"

namespace wherefore {
namespace {

/// A trunk whose weights were something else before.
std::shared_ptr<Trunk> Initialised(const std::string& type) {
  TrunkOptions options;
  options.type = type;
  auto trunk = MakeTrunk(options);
  const at::NoGradGuard no_grad;
  for (const auto& [key, tensor] : StateDict(*trunk)) at::Tensor(tensor).fill_(3);
  torch::manual_seed(1);
  InitialiseWeights(*trunk);
  return trunk;
}

at::Tensor Weight(const Trunk& trunk, const std::string& key) { return trunk.named_parameters()[key]; }

/// Mean 0 and this deviation, as closely as so many values of a normal distribution (six standard errors) show.
void ExpectSpread(const at::Tensor& weight, double deviation) {
  const auto count = static_cast<double>(weight.numel());
  EXPECT_NEAR(weight.mean().item<double>(), 0, 6 * deviation / std::sqrt(count));
  EXPECT_NEAR(weight.std().item<double>(), deviation, 6 * deviation / std::sqrt(2 * count));
}

void ExpectUniform(const at::Tensor& weight, double bound) {
  ExpectSpread(weight, bound / std::sqrt(3.0));
  EXPECT_LE(weight.abs().max().item<double>(), bound);
}

TEST(InitialiseTest, KeepsTheVarianceOfResNetsGradients) {
  const auto trunk = Initialised("resnet18");
  ExpectSpread(Weight(*trunk, "layer2.0.conv1.weight"), std::sqrt(2.0 / (128 * 9)));  // 64 inputs, 128 outputs
  ExpectUniform(Weight(*trunk, "fc.weight"), 1 / std::sqrt(512.0));
}

TEST(InitialiseTest, CountsTheOutputsOfAGroupForResNeXtAsTorchvisionDoes) {
  // PyTorch's fan_out takes no account of groups: 128 outputs, 3 x 3.
  ExpectSpread(Weight(*Initialised("resnext50_32x4d"), "layer1.0.conv2.weight"), std::sqrt(2.0 / (128 * 9)));
}

TEST(InitialiseTest, KeepsTheVarianceOfDenseNetsActivations) {
  const auto trunk = Initialised("densenet121");
  ExpectSpread(Weight(*trunk, "features.denseblock1.denselayer1.conv2.weight"), std::sqrt(2.0 / (128 * 9)));
  ExpectUniform(Weight(*trunk, "classifier.weight"), 1 / std::sqrt(1024.0));
  EXPECT_EQ(Weight(*trunk, "classifier.bias").abs().max().item<double>(), 0);
}

TEST(InitialiseTest, StartsVggsLinearLayersSmall) {
  const auto trunk = Initialised("vgg11_bn");
  ExpectSpread(Weight(*trunk, "features.4.weight"), std::sqrt(2.0 / (128 * 9)));
  ExpectSpread(Weight(*trunk, "classifier.6.weight"), 0.01);
  EXPECT_EQ(Weight(*trunk, "classifier.6.bias").abs().max().item<double>(), 0);
  EXPECT_EQ(Weight(*trunk, "features.4.bias").abs().max().item<double>(), 0);
}

TEST(InitialiseTest, StartsGoogLeNetSmall) {
  const auto trunk = Initialised("googlenet");
  ExpectSpread(Weight(*trunk, "inception4a.branch2.1.conv.weight"), 0.01);
  ExpectSpread(Weight(*trunk, "fc.weight"), 0.01);
  ExpectUniform(Weight(*trunk, "fc.bias"), 1 / std::sqrt(1024.0));
}

TEST(InitialiseTest, StartsSqueezeNetUniformlyButForItsHead) {
  const auto trunk = Initialised("squeezenet1_1");
  ExpectUniform(Weight(*trunk, "features.12.expand3x3.weight"), std::sqrt(6.0 / (64 * 9)));
  EXPECT_EQ(Weight(*trunk, "features.12.expand3x3.bias").abs().max().item<double>(), 0);
  ExpectSpread(Weight(*trunk, "classifier.1.weight"), 0.01);
}

TEST(InitialiseTest, StartsMobileNetsDepthwiseConvolutionsByTheirOutputs) {
  const auto trunk = Initialised("mobilenet_v2");
  ExpectSpread(Weight(*trunk, "features.17.conv.1.0.weight"), std::sqrt(2.0 / (960 * 9)));
  ExpectSpread(Weight(*trunk, "classifier.1.weight"), 0.01);
}

TEST(InitialiseTest, StartsAlexNetAsModulesDo) {
  const auto trunk = Initialised("alexnet");
  ExpectUniform(Weight(*trunk, "features.3.weight"), 1 / std::sqrt(64.0 * 25));
  ExpectUniform(Weight(*trunk, "classifier.6.bias"), 1 / std::sqrt(4096.0));
}

TEST(InitialiseTest, RenewsNormalisationAndLeavesWeightsFrozen) {
  const auto trunk = Initialised("mobilenet_v2");
  for (const auto& [key, tensor] : StateDict(*trunk)) {
    EXPECT_FALSE(tensor.requires_grad()) << key;
    if (tensor.dim() != 1 || key == "classifier.1.bias") continue;
    const bool is_one = key.find("running_var") != std::string::npos || key.find("weight") != std::string::npos;
    EXPECT_EQ((tensor - (is_one ? 1.0 : 0.0)).abs().max().item<double>(), 0) << key;
  }
}

}  // namespace
}  // namespace wherefore
