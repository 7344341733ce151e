#include "explain/pullback.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn.h>

#include "tests/support/numbers.h"

namespace wherefore {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Row by row, by the engine itself.
at::Tensor Expected(const at::Tensor& scores, const at::Tensor& value) {
  std::vector<at::Tensor> rows;
  for (int64_t i = 0; i < scores.size(0); ++i) {
    rows.push_back(torch::autograd::grad({scores[i]}, {value}, {}, /*retain_graph=*/true)[0]);
  }
  return at::cat(rows);
}

/// x * x by a backward pass that reads memory, as operators outside LibTorch do: rows side by side are none of its
/// business.
struct CustomSquare : torch::autograd::Function<CustomSquare> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    context->save_for_backward({x});
    return x * x;
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto x = context->get_saved_variables()[0];
    const auto incoming = gradients[0].contiguous();
    auto outgoing = at::empty_like(x);
    const float* from = incoming.data_ptr<float>();
    for (int64_t i = 0; i < x.numel(); ++i) {
      outgoing.data_ptr<float>()[i] = 2 * x.data_ptr<float>()[i] * from[i];
    }
    return {outgoing};
  }
};

TEST(PullBackTest, MeetsOnePassAScoreThroughEveryLayerOfTheTrunks) {
  namespace nn = torch::nn;
  torch::manual_seed(1);
  nn::Sequential body(nn::Conv2d(nn::Conv2dOptions(4, 8, 3).padding(1)), nn::BatchNorm2d(8), nn::ReLU6(),
                      nn::Conv2d(nn::Conv2dOptions(8, 8, 3).padding(1).groups(4)), nn::ReLU(), nn::MaxPool2d(2),
                      nn::AvgPool2d(2), nn::LocalResponseNorm(3));
  body->eval();
  nn::Linear head(8, 6);
  const auto value = at::rand({1, 4, 8, 8}).requires_grad_();
  const auto x = body->forward(value);
  const auto joined = at::cat({x, 2 * x}, 1);
  const auto scores = head(joined.narrow(1, 4, 8).mean({2, 3})).log_softmax(1)[0];
  const auto found = PullBack(scores, {value, x});
  ExpectClose(found[0], Expected(scores, value), 1e-5);
  ExpectClose(found[1], Expected(scores, x), 1e-5);
  EXPECT_EQ(found[0].sizes(), at::IntArrayRef({6, 4, 8, 8}));
}

TEST(PullBackTest, TakesAPassAScoreWhereAnOperatorKnowsNoRows) {
  const auto value = at::rand({1, 3}).requires_grad_();
  const auto scores = CustomSquare::apply(value)[0] * at::tensor({1.0F, 2.0F, 3.0F});
  ExpectClose(PullBack(scores, {value})[0], Expected(scores, value), 1e-6);
}

TEST(PullBackTest, LeavesUndefinedWhatTheScoresDoNotDependOn) {
  const auto value = at::rand({1, 3}).requires_grad_();
  const auto other = at::rand({1, 3}).requires_grad_();
  const auto found = PullBack(value[0] * 2, {value, other});
  EXPECT_TRUE(found[0].defined());
  EXPECT_FALSE(found[1].defined());
}

TEST(PullBackTest, KeepsTheGraph) {
  const auto value = at::rand({1, 3}).requires_grad_();
  const auto scores = value[0].square();
  const auto first = PullBack(scores, {value})[0];
  ExpectClose(PullBack(scores, {value})[0], first, 0);
}

}  // namespace
}  // namespace wherefore
