#include "models/recurrent/recurrent.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/pullback.h"
#include "tests/support/counted.h"
#include "tests/support/error_text.h"
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
  const auto scores = std::get<0>(RunLstm(lstm, Counted::apply(value)))[0].sum(1);
  Counted::passes = 0;
  const auto together = PullBack(scores, {value})[0];
  EXPECT_EQ(Counted::passes, 1);
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

/// Input, both states, and all weights of a double-precision LSTM, each with gradients.
struct LstmLeaves {
  explicit LstmLeaves(int64_t rows) {
    lstm->to(at::kDouble);
    leaves = {at::randn({rows, 4, 5}, at::kDouble), at::randn({2, rows, 7}, at::kDouble),
              at::randn({2, rows, 7}, at::kDouble)};
    for (auto& leaf : leaves) leaf.requires_grad_(true);
    for (const auto& weight : lstm->parameters()) leaves.push_back(weight);
  }

  /// Gradients of a scalar of everything that the LSTM gives.
  std::vector<at::Tensor> Gradients(const std::tuple<at::Tensor, LstmState>& result) const {
    const auto& [all, last] = result;
    const auto scalar = (all * all).sum() + std::get<0>(last).sin().sum() + (std::get<1>(last) * 0.7).sum();
    return torch::autograd::grad({scalar}, leaves);
  }

  torch::nn::LSTM lstm = SmallLstm();
  std::vector<at::Tensor> leaves;
};

TEST(RecurrentTest, MeetsLibTorchsOwnLstmInValuesAndEveryGradient) {
  for (const int64_t rows : {1, 3}) {
    LstmLeaves own(rows);
    const auto& leaves = own.leaves;
    const LstmState state = {leaves[1], leaves[2]};
    const auto found = RunLstm(own.lstm, leaves[0], state);
    const auto expected = own.lstm->forward(leaves[0], state);
    ExpectClose(std::get<0>(found).detach(), std::get<0>(expected).detach(), 1e-12);
    ExpectClose(std::get<0>(std::get<1>(found)).detach(), std::get<0>(std::get<1>(expected)).detach(), 1e-12);
    ExpectClose(std::get<1>(std::get<1>(found)).detach(), std::get<1>(std::get<1>(expected)).detach(), 1e-12);
    const auto found_gradients = own.Gradients(found);
    const auto expected_gradients = own.Gradients(expected);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      ExpectClose(found_gradients[i], expected_gradients[i], 1e-10, "leaf " + std::to_string(i));
    }
  }
}

TEST(RecurrentTest, StartsFromZeroWithoutAState) {
  auto lstm = SmallLstm();
  const auto input = at::rand({2, 3, 5});
  const auto zero = at::zeros({2, 2, 7});
  ExpectClose(std::get<0>(RunLstm(lstm, input)).detach(), std::get<0>(RunLstm(lstm, input, {zero, zero})).detach(), 0);
}

TEST(RecurrentTest, RefusesWhatItCannotExplain) {
  torch::nn::LSTM lstm(torch::nn::LSTMOptions(5, 7).bidirectional(true).batch_first(true));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          RunLstm(lstm, at::rand({1, 4, 5}));
                        }),
              testing::HasSubstr("this LSTM is bidirectional"));
}

TEST(RecurrentTest, MeetsLibTorchsOwnGruInValuesAndEveryGradient) {
  torch::manual_seed(2);
  torch::nn::GRU gru(torch::nn::GRUOptions(5, 7).batch_first(true));
  gru->to(at::kDouble);
  gru->eval();
  for (const int64_t rows : {1, 3}) {
    auto leaves = gru->parameters();
    leaves.push_back(at::randn({rows, 4, 5}, at::kDouble).requires_grad_());
    const auto found = RunGru(gru, leaves.back());
    const auto expected = std::get<0>(gru->forward(leaves.back()));
    ExpectClose(found.detach(), expected.detach(), 1e-12);
    const auto found_gradients = torch::autograd::grad({found.sin().sum()}, leaves);
    const auto expected_gradients = torch::autograd::grad({expected.sin().sum()}, leaves);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      ExpectClose(found_gradients[i], expected_gradients[i], 1e-10, "leaf " + std::to_string(i));
    }
  }
}

TEST(RecurrentTest, RefusesAGruThatItCannotExplain) {
  torch::nn::GRU gru(torch::nn::GRUOptions(5, 7).num_layers(2).batch_first(true));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          RunGru(gru, at::rand({1, 4, 5}));
                        }),
              testing::HasSubstr("this GRU is bidirectional, of several layers"));
}

}  // namespace
}  // namespace wherefore
