#include "models/half_in_float32.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/modules/rnn.h>

namespace wherefore {
namespace {

namespace nn = torch::nn;

/// The layer with weights that float16 can hold, frozen; one copy keeps them as float32, one as float16.
template <class Layer>
void RoundToHalf(Layer& full, Layer& half) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < full->parameters().size(); ++i) {
    auto values = full->parameters()[i];
    values.copy_(values.to(at::kHalf));
    half->parameters()[i].set_data(values.to(at::kHalf));
  }
  for (auto* layer : {&full, &half}) {
    (*layer)->eval();
    for (auto& parameter : (*layer)->parameters()) parameter.requires_grad_(false);
  }
}

/// Output and gradient of the float16 layer under the guard are those of the float32 layer.
template <class Layer>
void ExpectSame(Layer full, Layer half, const at::Tensor& input) {
  RoundToHalf(full, half);
  const HalfInFloat32 guard;
  auto x = input.clone().requires_grad_();
  auto same_x = input.clone().requires_grad_();
  const auto y = full->forward(x);
  const auto found = half->forward(same_x);
  EXPECT_EQ(found.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::allclose(found, y, 1e-5, 1e-6));
  const auto weights = at::rand_like(y);
  (y * weights).sum().backward();
  (found * weights).sum().backward();
  EXPECT_TRUE(at::allclose(same_x.grad(), x.grad(), 1e-5, 1e-6));
}

TEST(HalfInFloat32Test, ComputesLayersAndTheirGradients) {
  ExpectSame(nn::Linear(4, 3), nn::Linear(4, 3), at::rand({2, 5, 4}));
  ExpectSame(nn::Linear(nn::LinearOptions(4, 3).bias(false)), nn::Linear(nn::LinearOptions(4, 3).bias(false)),
             at::rand({4}));
  const auto convolution = nn::Conv2dOptions(4, 6, 3).stride(2).padding(1).groups(2);
  ExpectSame(nn::Conv2d(convolution), nn::Conv2d(convolution), at::rand({2, 4, 7, 5}));
  const auto norm = nn::LayerNormOptions({4});
  ExpectSame(nn::LayerNorm(norm), nn::LayerNorm(norm), at::rand({2, 4}));
}

TEST(HalfInFloat32Test, ComputesNormalisationWithHalfStatistics) {
  nn::BatchNorm2d full(3);
  nn::BatchNorm2d half(3);
  for (auto& buffer : half->buffers()) {
    if (buffer.is_floating_point()) buffer.set_data(buffer.to(at::kHalf));
  }
  ExpectSame(full, half, at::rand({2, 3, 4, 4}));
}

TEST(HalfInFloat32Test, TakesOnlyTheRowsOfAnEmbedding) {
  nn::Embedding full(5, 3);
  nn::Embedding half(5, 3);
  RoundToHalf(full, half);
  const HalfInFloat32 guard;
  const auto rows = half->forward(at::arange(3));
  EXPECT_EQ(rows.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(rows, full->forward(at::arange(3))));
}

TEST(HalfInFloat32Test, RunsLstmCells) {
  nn::LSTM full(4, 3);
  nn::LSTM half(4, 3);
  RoundToHalf(full, half);
  const HalfInFloat32 guard;
  const auto x = at::rand({5, 1, 4});
  const auto state = std::make_tuple(at::zeros({1, 1, 3}), at::zeros({1, 1, 3}));
  EXPECT_TRUE(at::allclose(std::get<0>(half->forward(x, state)), std::get<0>(full->forward(x, state)), 1e-5, 1e-6));
}

TEST(HalfInFloat32Test, LeavesFloat32AndOtherTimesAlone) {
  nn::Linear full(4, 3);
  const auto x = at::rand({2, 4});
  const auto y = full->forward(x);
  {
    const HalfInFloat32 guard;
    EXPECT_TRUE(at::equal(full->forward(x), y));
    y.sum().backward();  // weights of float32 have gradients as always
    EXPECT_TRUE(full->weight.grad().defined());
  }
  if (ComputesHalfOnCpu()) GTEST_SKIP() << "this LibTorch computes float16 on the CPU";
  EXPECT_THROW(at::linear(x.to(at::kHalf), full->weight.to(at::kHalf)), c10::Error);
}

}  // namespace
}  // namespace wherefore
