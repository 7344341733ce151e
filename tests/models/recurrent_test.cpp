#include "models/recurrent.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/pullback.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

torch::nn::LSTM SmallLstm() {
  torch::manual_seed(1);
  torch::nn::LSTM lstm(torch::nn::LSTMOptions(5, 7).num_layers(2).batch_first(true));
  lstm->eval();
  return lstm;
}

TEST(RecurrentTest, CarriesManyScoresBackInOnePass) {
  auto lstm = SmallLstm();
  const auto value = at::rand({1, 4, 5}).requires_grad_();
  const auto scores = std::get<0>(RunLstm(lstm, value))[0].sum(1);
  const auto together = PullBack(scores, {value})[0];
  for (int64_t i = 0; i < 4; ++i) {
    const auto alone = torch::autograd::grad({scores[i]}, {value}, {}, /*retain_graph=*/true)[0];
    ExpectClose(together.narrow(0, i, 1), alone, 1e-5);
  }
}

TEST(RecurrentTest, GivesTheSameWithAndWithoutGradients) {
  auto lstm = SmallLstm();
  const auto input = at::rand({1, 4, 5});
  const auto with = std::get<0>(RunLstm(lstm, input)).detach();
  const at::NoGradGuard no_grad;
  ExpectClose(std::get<0>(RunLstm(lstm, input)), with, 1e-6);
}

TEST(RecurrentTest, LeavesTheSwitchesOfTheProcessAsTheyWere) {
  auto lstm = SmallLstm();
  auto& context = at::globalContext();
  for (const bool on : {false, true}) {
    context.setUserEnabledCuDNN(on);
    context.setUserEnabledMkldnn(on);
    RunLstm(lstm, at::rand({1, 4, 5}));
    EXPECT_EQ(context.userEnabledCuDNN(), on);
    EXPECT_EQ(context.userEnabledMkldnn(), on);
  }
}

}  // namespace
}  // namespace wherefore
