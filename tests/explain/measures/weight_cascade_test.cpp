#include "explain/measures/weight_cascade.h"

#include <cmath>
#include <stdexcept>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn.h>

#include "tests/support/devices.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

namespace nn = torch::nn;
using testing::ElementsAre;
using testing::HasSubstr;

/// A trunk and a decoder, as the captioners have them.
struct Network : nn::Module {
  Network() {
    torch::manual_seed(5);
    const auto trunk = register_module("trunk", std::make_shared<nn::Module>());
    conv1 = trunk->register_module("conv1", nn::Conv2d(nn::Conv2dOptions(3, 16, 3)));
    norm = trunk->register_module("bn1", nn::BatchNorm2d(16));
    trunk->register_module("relu", nn::ReLU());
    const auto layer = trunk->register_module("layer1", std::make_shared<nn::Module>());
    conv2 = layer->register_module("0", nn::Conv2d(nn::Conv2dOptions(16, 8, 3)));
    embed = register_module("embed", nn::Embedding(12, 8));
    lstm = register_module("lstm", nn::LSTMCell(8, 8));
    output = register_module("output", nn::Linear(8, 12));
    const at::NoGradGuard no_gradients;
    norm->weight.uniform_(0.5, 2);
    norm->running_mean.uniform_(-1, 1);
    norm->running_var.uniform_(0.5, 2);
    eval();
  }

  at::Tensor Forward(const at::Tensor& images) {
    const auto seen = conv2(at::relu(norm(conv1(images)))).mean({2, 3});
    const auto word = embed(at::ones({images.size(0)}, at::TensorOptions(at::kLong).device(images.device())));
    return output(std::get<0>(lstm(word, std::make_tuple(seen, seen))));
  }

  std::vector<at::Tensor> Values() const {
    std::vector<at::Tensor> values;
    for (const auto& parameter : parameters()) values.push_back(parameter.detach().clone());
    for (const auto& buffer : buffers()) values.push_back(buffer.clone());
    return values;
  }

  nn::Conv2d conv1{nullptr}, conv2{nullptr};
  nn::BatchNorm2d norm{nullptr};
  nn::Embedding embed{nullptr};
  nn::LSTMCell lstm{nullptr};
  nn::Linear output{nullptr};
};

void ExpectSame(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(at::equal(found[i], expected[i])) << i;
}

/// Names of the parameters that are not as they were.
std::vector<std::string> Changed(const Network& network, const std::vector<at::Tensor>& before) {
  std::vector<std::string> names;
  const auto parameters = network.named_parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!at::equal(parameters[i].value(), before[i])) names.push_back(parameters[i].key());
  }
  return names;
}

double RootMeanSquare(const at::Tensor& values) { return values.square().mean().sqrt().item<double>(); }

TEST(WeightCascadeTest, GoesFromTheOutputToTheInput) {
  Network network;
  const auto before = network.Values();
  WeightCascade cascade(network);
  EXPECT_THAT(cascade.steps(), ElementsAre("output", "lstm", "embed", "trunk.layer1.0", "trunk.bn1", "trunk.conv1"));
  ExpectSame(network.Values(), before);
  EXPECT_EQ(cascade.Next(), "output");
  EXPECT_THAT(Changed(network, before), ElementsAre("output.weight", "output.bias"));
  EXPECT_EQ(cascade.Next(), "lstm");
  EXPECT_EQ(cascade.Next(), "embed");
  EXPECT_THAT(Changed(network, before), ElementsAre("embed.weight", "lstm.weight_ih", "lstm.weight_hh", "lstm.bias_ih",
                                                    "lstm.bias_hh", "output.weight", "output.bias"));
  EXPECT_EQ(cascade.Next(), "trunk.layer1.0");
  EXPECT_EQ(cascade.Next(), "trunk.bn1");
  EXPECT_EQ(cascade.Next(), "trunk.conv1");
  EXPECT_EQ(cascade.Next(), std::nullopt);
  EXPECT_EQ(cascade.done(), 6);
}

TEST(WeightCascadeTest, ChangesWhatTheNetworkSaysAtEveryStepAndNeverToNonsense) {
  for (const auto& device : Devices()) {
    Network network;
    network.to(device);
    const auto images = (at::arange(2 * 3 * 9 * 9, at::kFloat) * 0.7).sin().reshape({2, 3, 9, 9}).to(device);
    auto said = network.Forward(images).detach();
    WeightCascade cascade(network);
    while (const auto step = cascade.Next()) {
      const auto now = network.Forward(images).detach();
      EXPECT_TRUE(at::isfinite(now).all().item<bool>()) << *step;
      EXPECT_GT((now - said).abs().max().item<double>(), 1e-4) << *step;
      said = now;
    }
  }
}

TEST(WeightCascadeTest, KeepsTheScaleOfWeightsTheValuesOfVectorsAndRunningStatistics) {
  Network network;
  {
    const at::NoGradGuard no_gradients;
    network.conv1->weight.fill_(0.25);  // its deviation is 0, its root mean square is not
  }
  const auto mean = network.norm->running_mean.clone();
  const auto variance = network.norm->running_var.clone();
  const auto scales = network.norm->weight.detach().clone();
  const double size = RootMeanSquare(network.conv2->weight);
  WeightCascade cascade(network);
  cascade.RandomiseUpTo(cascade.steps().size());
  // 1152 and 432 values: the standard error of a root mean square is 1 / sqrt(2 n), 2 and 3.4 %.
  EXPECT_NEAR(RootMeanSquare(network.conv2->weight), size, 0.09 * size);
  EXPECT_NEAR(RootMeanSquare(network.conv1->weight), 0.25, 0.14 * 0.25);
  EXPECT_LT(network.conv1->weight.min().item<double>(), 0);
  EXPECT_FALSE(at::equal(network.norm->weight, scales));
  EXPECT_TRUE(at::equal(std::get<0>(network.norm->weight.sort()), std::get<0>(scales.sort())));
  EXPECT_TRUE(at::equal(network.norm->running_mean, mean));
  EXPECT_TRUE(at::equal(network.norm->running_var, variance));
}

TEST(WeightCascadeTest, RestoresEveryBit) {
  for (const auto& device : Devices()) {
    Network network;
    network.to(device);
    const auto before = network.Values();
    {
      WeightCascade cascade(network);
      cascade.RandomiseUpTo(4);
      EXPECT_EQ(Changed(network, before).size(), 9);
    }
    ExpectSame(network.Values(), before);
  }
}

TEST(WeightCascadeTest, RestoresWhereAnExceptionPasses) {
  Network network;
  const auto before = network.Values();
  const auto interrupted = [&] {
    WeightCascade cascade(network);
    while (cascade.Next()) {
      if (cascade.done() == 3) throw std::runtime_error("a model that fails");
    }
  };
  EXPECT_THROW(interrupted(), std::runtime_error);
  ExpectSame(network.Values(), before);
}

TEST(WeightCascadeTest, MakesTheSameValuesHoweverTheyAreReached) {
  Network network;
  const auto values = [&](std::uint64_t seed, const std::vector<std::size_t>& counts) {
    WeightCascade cascade(network, seed);
    for (const auto count : counts) cascade.RandomiseUpTo(count);
    return network.Values();
  };
  const auto at_once = values(3, {5});
  ExpectSame(values(3, {1, 2, 2, 4, 5}), at_once);
  EXPECT_FALSE(at::equal(values(4, {5})[4], at_once[4]));
}

TEST(WeightCascadeTest, DrawsOtherValuesForEveryModule) {
  nn::Module twins;
  const auto add = [&](const char* name) {
    return twins.register_module(name, std::make_shared<nn::Module>())->register_parameter("weight", at::ones({4, 4}));
  };
  const auto first = add("first");
  const auto second = add("second");
  WeightCascade cascade(twins);
  cascade.RandomiseUpTo(2);
  EXPECT_FALSE(at::equal(first, second));
}

TEST(WeightCascadeTest, GoesThroughAModuleByName) {
  Network network;
  WeightCascade cascade(network);
  cascade.RandomiseThrough("lstm");
  EXPECT_EQ(cascade.done(), 2);
  cascade.RandomiseThrough("trunk.layer1");
  EXPECT_EQ(cascade.done(), 4);
  cascade.RandomiseThrough("trunk");
  EXPECT_EQ(cascade.done(), 6);
}

TEST(WeightCascadeTest, TakesParametersOfTheModuleItselfAndSharedOnesOnce) {
  nn::Module tied;
  const auto own = tied.register_parameter("own", at::arange(6, at::kFloat).reshape({2, 3}));
  const auto first = tied.register_module("first", std::make_shared<nn::Module>());
  const auto second = tied.register_module("second", std::make_shared<nn::Module>());
  const auto shared = first->register_parameter("weight", at::arange(8, at::kFloat).reshape({2, 4}));
  second->register_parameter("weight", shared);
  {
    WeightCascade cascade(tied);
    EXPECT_THAT(cascade.steps(), ElementsAre("second", ""));
    cascade.RandomiseUpTo(2);
    EXPECT_FALSE(at::equal(own, at::arange(6, at::kFloat).reshape({2, 3})));
  }
  EXPECT_TRUE(at::equal(own, at::arange(6, at::kFloat).reshape({2, 3})));
  EXPECT_TRUE(at::equal(shared, at::arange(8, at::kFloat).reshape({2, 4})));
}

TEST(WeightCascadeTest, RefusesStepsThatAreNone) {
  Network network;
  WeightCascade cascade(network);
  cascade.RandomiseUpTo(2);
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { cascade.RandomiseUpTo(1); }), HasSubstr("2 modules"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { cascade.RandomiseUpTo(7); }), HasSubstr("6 modules"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { cascade.RandomiseThrough("trunk.bn2"); }), HasSubstr("trunk.bn1"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { cascade.RandomiseThrough("output"); }), HasSubstr("already"));
  nn::Module empty;
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { WeightCascade none(empty); }), "");
}

}  // namespace
}  // namespace wherefore
