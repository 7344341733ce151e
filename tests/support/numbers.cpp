#include "tests/support/numbers.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace wherefore {

void ExpectClose(const at::Tensor& found, const at::Tensor& expected, double relative, const std::string& what) {
  ASSERT_EQ(found.sizes(), expected.sizes()) << what;
  const auto wanted = expected.to(at::kCPU, at::kDouble);
  const double largest = wanted.numel() == 0 ? 0 : wanted.abs().max().item<double>();
  const double difference =
      wanted.numel() == 0 ? 0 : (found.to(at::kCPU, at::kDouble) - wanted).abs().max().item<double>();
  // Not `EXPECT_LE(difference, ...)`: NaN must fail.
  EXPECT_TRUE(difference <= relative * std::max(largest, 1e-30))
      << what << " differs by " << difference << ", largest value " << largest;
}

at::Tensor FiniteDifferences(const at::Tensor& x, const std::function<double(const at::Tensor&)>& function) {
  constexpr double kStep = 1e-5;
  auto gradient = at::zeros_like(x);
  auto flat = gradient.view({-1});
  for (int64_t i = 0; i < x.numel(); ++i) {
    auto above = x.clone();
    auto below = x.clone();
    above.view({-1})[i] += kStep;
    below.view({-1})[i] -= kStep;
    flat[i] = (function(above) - function(below)) / (2 * kStep);
  }
  return gradient;
}

}  // namespace wherefore
