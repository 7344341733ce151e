#include "models/files/fingerprint.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>

namespace wherefore {
namespace {

torch::nn::Linear Layer() {
  torch::nn::Linear layer(2, 1);
  const at::NoGradGuard no_grad;
  layer->weight.copy_(at::tensor({1.0F, 2.0F}).view({1, 2}));
  layer->bias.fill_(3);
  return layer;
}

TEST(FingerprintTest, IsTheSameForTheSameWeightsAndOneNumberChangesIt) {
  const auto print = Fingerprint(*Layer());
  EXPECT_EQ(print.size(), 40U);
  EXPECT_EQ(print, Fingerprint(*Layer()));
  const at::NoGradGuard no_grad;
  auto changed = Layer();
  changed->bias.add_(1e-6F * 3);
  EXPECT_NE(print, Fingerprint(*changed));
}

TEST(FingerprintTest, SeesTrainingInLargeTensorsToo) {
  torch::nn::Module network;
  auto values = network.register_parameter("a", at::zeros({1000, 1000}));
  const auto print = Fingerprint(network);
  const at::NoGradGuard no_grad;
  values.add_(1e-3);
  EXPECT_NE(print, Fingerprint(network));
}

TEST(FingerprintTest, TakesNamesShapesAndBuffersIn) {
  torch::nn::BatchNorm1d layer(2);
  const auto print = Fingerprint(*layer);
  const at::NoGradGuard no_grad;
  layer->running_mean.add_(1);
  EXPECT_NE(print, Fingerprint(*layer));

  torch::nn::Module one;
  torch::nn::Module other;
  torch::nn::Module reshaped;
  one.register_parameter("a", at::zeros({2, 3}));
  other.register_parameter("b", at::zeros({2, 3}));
  reshaped.register_parameter("a", at::zeros({3, 2}));
  EXPECT_NE(Fingerprint(one), Fingerprint(other));
  EXPECT_NE(Fingerprint(one), Fingerprint(reshaped));
}

}  // namespace
}  // namespace wherefore
