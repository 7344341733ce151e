#include "models/files/skip_initialisation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>
#include <torch/utils.h>

#include <thread>

namespace wherefore {
namespace {

TEST(SkipInitialisationTest, DrawsNoRandomNumber) {
  torch::manual_seed(3);
  const auto expected = at::rand({4});
  torch::manual_seed(3);
  {
    const SkipInitialisation guard;
    const torch::nn::Linear linear(3, 2);
    const torch::nn::Embedding embedding(5, 3);
    const torch::nn::LSTM lstm(3, 2);
  }
  EXPECT_TRUE(at::equal(at::rand({4}), expected));
}

TEST(SkipInitialisationTest, LeavesTensorsAsTheyAre) {
  const auto tensor = at::ones({3});
  {
    const SkipInitialisation guard;
    tensor.uniform_();
    EXPECT_TRUE(at::equal(tensor.normal_(), at::ones({3})));
    EXPECT_TRUE(at::equal(tensor + 1, at::full({3}, 2)));
  }
  EXPECT_FALSE(at::equal(tensor.uniform_(), at::ones({3})));
}

TEST(SkipInitialisationTest, StillWritesConstants) {
  const SkipInitialisation guard;
  const torch::nn::BatchNorm1d norm(3);
  EXPECT_TRUE(at::equal(norm->weight, at::ones({3})));
  EXPECT_TRUE(at::equal(norm->running_mean, at::zeros({3})));
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 0);
}

TEST(SkipInitialisationTest, LeavesOtherThreadsAlone) {
  const SkipInitialisation guard;
  auto tensor = at::ones({3});
  std::thread([&tensor] { tensor.uniform_(); }).join();
  EXPECT_FALSE(at::equal(tensor, at::ones({3})));
}

TEST(SkipInitialisationTest, KeepsGradients) {
  const SkipInitialisation guard;
  auto x = at::ones({2}).requires_grad_();
  (x * 3).sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), at::full({2}, 3)));
}

}  // namespace
}  // namespace wherefore
