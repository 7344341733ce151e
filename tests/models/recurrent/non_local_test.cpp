#include "models/recurrent/non_local.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/files/weights.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

/// One embedding of two channels; all weights are given, biases are 0.
NonLocalBlock Block(const at::Tensor& theta, const at::Tensor& phi, const at::Tensor& g, const at::Tensor& w) {
  const at::NoGradGuard no_grad;
  NonLocalBlock block(2, 1);
  auto parameters = block.named_parameters();
  for (auto& item : parameters) item.value().zero_();
  parameters["theta.weight"].copy_(theta.reshape({1, 2}));
  parameters["phi.weight"].copy_(phi.reshape({1, 2}));
  parameters["g.weight"].copy_(g.reshape({1, 2}));
  parameters["W.weight"].copy_(w.reshape({2, 1}));
  return block;
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// theta reads the first channel, phi the second, g their sum; W gives (1, 10) times what is summed. Places (1, 2) and
// (3, 5): affinities 1*2, 1*5; 3*2, 3*5, each less log 2; g is 3 and 8.
TEST(NonLocalBlockTest, MeetsAWorkedValue) {
  auto block =
      Block(at::tensor({1.0F, 0.0F}), at::tensor({0.0F, 1.0F}), at::tensor({1.0F, 1.0F}), at::tensor({1.0F, 10.0F}));
  const auto places = at::tensor({1.0F, 2.0F, 3.0F, 5.0F}).reshape({1, 2, 2});
  const double bias = std::log(2);
  const double first = 3 * Sigmoid(2 - bias) + 8 * Sigmoid(5 - bias);
  const double second = 3 * Sigmoid(6 - bias) + 8 * Sigmoid(15 - bias);
  const auto expected = at::tensor({1 + first, 2 + 10 * first, 3 + second, 5 + 10 * second}).to(at::kFloat);
  ExpectClose(block.forward(places).flatten(), expected, 1e-6);
}

// Channel 0 is a look of 10 or -10; g is 1 everywhere by its bias: the sum counts the places of the same look.
TEST(NonLocalBlockTest, CountsThePlacesThatAreAlike) {
  auto block =
      Block(at::tensor({1.0F, 0.0F}), at::tensor({1.0F, 0.0F}), at::tensor({0.0F, 0.0F}), at::tensor({0.0F, 1.0F}));
  {
    const at::NoGradGuard no_grad;
    block.named_parameters()["g.bias"].fill_(1);
  }
  const auto look = at::tensor({10.0F, -10.0F, 10.0F, 10.0F, -10.0F, 0.0F});
  const auto counted = block.forward(at::stack({look, at::zeros({6})}, 1).unsqueeze(0)).select(2, 1)[0];
  // A place of neither look shares a chance of 1 / (1 + 6), its bias, with every place.
  const float shared = 1.0F / 7;
  const auto expected = at::tensor({3 + shared, 2 + shared, 3 + shared, 3 + shared, 2 + shared, 6 * shared});
  ExpectClose(counted, expected, 1e-5);
}

}  // namespace
}  // namespace wherefore
