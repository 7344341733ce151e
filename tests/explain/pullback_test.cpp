#include "explain/pullback.h"

#include <cmath>
#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn.h>
#include <torch/version.h>

#include "tests/support/looped_operators.h"
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

constexpr int64_t kTokens = 7;
constexpr int64_t kChannels = 12;

at::Tensor Wave(at::IntArrayRef sizes, double frequency) {
  return (at::arange(at::empty(sizes).numel(), at::kDouble) * frequency + 0.3).sin().reshape(sizes);
}

/// (1, tokens, 12) as (1, 3, tokens, 4)
at::Tensor Heads(const at::Tensor& x) { return x.reshape({1, x.size(1), 3, 4}).transpose(1, 2); }

at::Tensor Attended(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const at::Tensor& mask) {
  const auto weights = (at::matmul(query, key.transpose(2, 3)) / 2 + mask).softmax(-1);
  return at::matmul(weights, value).transpose(1, 2).flatten(2);
}

at::Tensor Rotated(const at::Tensor& x) {
  const auto turned = at::cat({-x.narrow(2, 6, 6), x.narrow(2, 0, 6)}, 2);
  return x * Wave({kTokens, kChannels}, 0.2) + turned * Wave({kTokens, kChannels}, 0.4);
}

/// What a transformer does with a sequence (1, 7, 12) on its way to scores.
struct Step {
  std::string name;
  std::function<at::Tensor(const at::Tensor& x)> run;
};

void PrintTo(const Step& step, std::ostream* out) { *out << step.name; }

std::vector<Step> TransformersSteps() {
  const auto weight = Wave({kChannels, kChannels}, 1.7);
  const auto bias = Wave({kChannels}, 2.1);
  const auto text = Wave({1, 3, kChannels}, 0.9);
  const auto places = at::tensor({5, 0, 2, 2}, at::kLong);
  const auto no_mask = at::zeros({1, 1, 1, 1}, at::kDouble);
  const auto causal = at::full({kTokens, kTokens}, -1e9, at::kDouble).triu(1);
  const auto masked = at::ones({kTokens, kTokens}, at::kBool).triu(1);
  return {
      {"Linear", [=](const auto& x) { return at::linear(x, weight, bias); }},
      {"Conv1D",
       [=](const auto& x) {
         return at::addmm(bias, x.view({-1, kChannels}), weight);
       }},
      {"Matmul", [=](const auto& x) { return at::matmul(x, x.transpose(1, 2)); }},
      {"Einsum",
       [=](const auto& x) {
         return at::einsum("nik,njk->nij", {x, text});
       }},
      {"LayerNorm", [=](const auto& x) { return at::layer_norm(x, {kChannels}, bias, bias, 1e-5); }},
      {"LayerNormWithoutWeights",
       [=](const auto& x) {
         return at::layer_norm(x, {kTokens, kChannels});
       }},
      {"RmsNorm", [=](const auto& x) { return x * at::rsqrt(x.square().mean(-1, true) + 1e-6) * (1 + bias); }},
      {"Gelu", [=](const auto& x) { return at::gelu(x); }},
      {"GeluByTanh", [=](const auto& x) { return at::gelu(x, "tanh"); }},
      {"NewGelu", [=](const auto& x) { return x * (1 + at::tanh(0.8 * (x + 0.044715 * at::pow(x, 3)))); }},
      {"QuickGelu", [=](const auto& x) { return x * at::sigmoid(1.702 * x); }},
      {"Silu", [=](const auto& x) { return at::silu(x); }},
      {"Relu", [=](const auto& x) { return at::relu(x); }},
      {"Tanh", [=](const auto& x) { return at::tanh(x); }},
      {"Softmax", [=](const auto& x) { return at::softmax(x, 1); }},
      {"LogSoftmaxOfWords",
       [=](const auto& x) {
         return at::log_softmax(x, -1).gather(2, places.narrow(0, 0, 3).reshape({1, 3, 1}));
       }},
      {"Cat",
       [=](const auto& x) {
         return at::cat({text, x, 2 * x}, 1);
       }},
      {"Stack",
       [=](const auto& x) {
         return at::stack({x, 2 * x}, 1);
       }},
      {"Narrow", [=](const auto& x) { return x.narrow(1, 1, 6); }},
      {"SliceWithStep", [=](const auto& x) { return x.slice(1, 1, 7, 2); }},
      {"Select", [=](const auto& x) { return x.select(1, 0); }},
      {"IndexSelect", [=](const auto& x) { return x.index_select(1, places); }},
      {"Split",
       [=](const auto& x) {
         const auto parts = at::split(x, 4, 2);
         return parts[0] * parts[2];
       }},
      {"Unbind",
       [=](const auto& x) {
         const auto parts = at::unbind(x.reshape({1, kTokens, 3, 4}), 2);
         return parts[0] * parts[2];
       }},
      {"Expand",
       [=](const auto& x) {
         return x.unsqueeze(1).expand({1, 2, kTokens, kChannels}) * 2;
       }},
      {"Repeat",
       [=](const auto& x) {
         return x.repeat({1, 2, 1});
       }},
      {"Mean", [=](const auto& x) { return x.mean(1); }},
      {"Norm", [=](const auto& x) { return x / x.norm(2, -1, true); }},
      {"Where", [=](const auto& x) { return at::where(x > 0, x, 2 * x); }},
      {"MaskedFill", [=](const auto& x) { return at::matmul(x, x.transpose(1, 2)).masked_fill(masked, -1e9); }},
      {"Rotary", [=](const auto& x) { return Rotated(x); }},
      {"Grid",
       [=](const auto& x) {
         const auto map = x.narrow(1, 1, 6).unflatten(1, {2, 3}).permute({0, 3, 1, 2});
         return at::cat({x.narrow(1, 0, 1), map.permute({0, 2, 3, 1}).flatten(1, 2)}, 1);
       }},
      {"SelfAttention", [=](const auto& x) { return Attended(Heads(x), Heads(x), Heads(x), causal); }},
      {"CrossAttention",
       [=](const auto& x) {
         return Attended(Heads(text), Heads(at::linear(x, weight)), Heads(at::linear(x, weight.t())), no_mask);
       }},
  };
}

class PullBackStepTest : public testing::TestWithParam<Step> {};

INSTANTIATE_TEST_SUITE_P(Of, PullBackStepTest, testing::ValuesIn(TransformersSteps()),
                         [](const auto& step) { return step.param.name; });

/// Four scores of a step, and how many backward passes have reached them.
struct StepScores {
  at::Tensor value = Wave({1, kTokens, kChannels}, 1.1).set_requires_grad(true);
  at::Tensor scores;
  int64_t passes = 0;

  explicit StepScores(const std::function<at::Tensor(const at::Tensor& x)>& run) {
    const auto y = run(value).reshape({-1});
    y.register_hook([this](const at::Tensor&) { ++passes; });
    scores = at::mv(Wave({4, y.numel()}, 2.7), y);
  }
};

TEST_P(PullBackStepTest, GoesBackSideBySide) {
  StepScores step(GetParam().run);
  at::Tensor found;
  EXPECT_THAT(LoopedOperators([&] { found = PullBack(step.scores, {step.value})[0]; }), testing::IsEmpty());
  EXPECT_EQ(step.passes, 1) << "one by one";
  ExpectClose(found, Expected(step.scores, step.value), 1e-12);
}

TEST(PullBackTest, RunsFusedAttentionOnceARowInOnePassAllTheSame) {
  StepScores step([](const at::Tensor& x) {
#if TORCH_VERSION_MAJOR >= 2
    return at::scaled_dot_product_attention(Heads(x), Heads(2 * x), Heads(x));
#else
    return std::get<0>(at::_scaled_dot_product_attention(Heads(x), Heads(2 * x), Heads(x)));
#endif
  });
  const auto found = PullBack(step.scores, {step.value})[0];
  EXPECT_EQ(step.passes, 1);
  ExpectClose(found, Expected(step.scores, step.value), 1e-12);
}

TEST(PullBackTest, MeetsHalfPrecisionsOwnGradients) {
  const auto value = Wave({1, kTokens, kChannels}, 1.1).to(at::kBFloat16).set_requires_grad(true);
  const auto weight = Wave({kChannels}, 2.1).to(at::kBFloat16);
  const auto y = at::gelu(at::layer_norm(value, {kChannels}, weight, weight)).softmax(-1);
  const auto scores = at::mv(Wave({4, y.numel()}, 2.7), y.to(at::kDouble).reshape({-1}));
  ExpectClose(PullBack(scores, {value})[0], Expected(scores, value), 0);
}

TEST(PullBackTest, TakesAPassAScoreForTheWeightsOfALayerNorm) {
  const auto value = Wave({1, kTokens, kChannels}, 1.1);
  const auto weight = Wave({1, kChannels}, 2.1).set_requires_grad(true);
  const auto y = at::layer_norm(value, {kChannels}, weight[0]);
  const auto scores = at::mv(Wave({4, y.numel()}, 2.7), y.reshape({-1}));
  ExpectClose(PullBack(scores, {weight})[0], Expected(scores, weight), 1e-12);
}

}  // namespace
}  // namespace wherefore
