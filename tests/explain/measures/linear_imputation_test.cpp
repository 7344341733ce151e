#include "explain/measures/linear_imputation.h"

#include <cmath>
#include <cstdlib>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

/// The equations as the paper has them, as a dense matrix.
at::Tensor DenselyImputed(const at::Tensor& image, const at::Tensor& removed) {
  const int64_t height = image.size(2);
  const int64_t width = image.size(3);
  auto matrix = at::eye(height * width, at::kDouble);
  auto right = image.reshape({image.size(1), -1}).t().clone();
  for (int64_t p = 0; p < height * width; ++p) {
    if (!removed[p / width][p % width].item<bool>()) continue;
    right[p] = 0;
    matrix[p][p] = 0;
    for (int64_t q = 0; q < height * width; ++q) {
      const int64_t rows = std::abs(p / width - q / width);
      const int64_t columns = std::abs(p % width - q % width);
      if (p == q || rows > 1 || columns > 1) continue;
      const double weight = rows + columns == 1 ? 1 / 6.0 : 1 / 12.0;
      matrix[p][p] += weight;
      matrix[p][q] -= weight;
    }
  }
  return at::linalg_solve(matrix, right).t().reshape(image.sizes());
}

/// Three channels that differ.
at::Tensor Wave(int64_t height, int64_t width) {
  return (at::arange(3 * height * width, at::kDouble) * 1.3).sin().reshape({1, 3, height, width});
}

TEST(LinearImputationTest, FillsOnePixelFromItsNeighbours) {
  const auto image =
      at::tensor({1.0, 2.0, 3.0, 4.0, 99.0, 6.0, 7.0, 8.0, 9.5}).reshape({1, 1, 3, 3}).repeat({1, 3, 1, 1});
  auto removed = at::zeros({2, 3, 3}, at::kBool);
  removed[0][1][1] = true;
  removed[1][0][0] = true;
  const auto filled = ImputeLinearly(image, removed);
  EXPECT_NEAR(filled[0][0][1][1].item<double>(), (2 + 4 + 6 + 8) / 6.0 + (1 + 3 + 7 + 9.5) / 12, 1e-9);
  // At the corner there are two beside it and one across: (2 + 4) / 6 + 99 / 12 over 2 / 6 + 1 / 12.
  EXPECT_NEAR(filled[1][0][0][0].item<double>(), (1 + 99 / 12.0) / (5 / 12.0), 1e-9);
  EXPECT_EQ(filled[1][0][1][1].item<double>(), 99);
}

TEST(LinearImputationTest, SpansAGapByAStraightLine) {
  const auto image = at::tensor({0.0, 50.0, -7.0, 3.0}).reshape({1, 1, 1, 4}).repeat({1, 3, 1, 1});
  const auto removed = at::tensor({0, 1, 1, 0}).to(at::kBool).reshape({1, 1, 4});
  ExpectClose(ImputeLinearly(image, removed)[0][0][0], at::tensor({0.0, 1.0, 2.0, 3.0}), 1e-9);
}

TEST(LinearImputationTest, MeetsADenseSolution) {
  for (const auto& device : Devices()) {
    const auto image = Wave(6, 7);
    const auto removed = (at::arange(3 * 42, at::kDouble) * 2.1).cos().reshape({3, 6, 7}) >
                         at::tensor({0.5, 0.0, -0.9}).reshape({3, 1, 1});
    const auto filled = ImputeLinearly(image.to(device), removed.to(device));
    for (int64_t n = 0; n < 3; ++n) {
      ASSERT_GT(removed[n].sum().item<int64_t>(), 5);
      ExpectClose(filled.narrow(0, n, 1), DenselyImputed(image, removed[n]), 1e-7);
    }
  }
}

TEST(LinearImputationTest, SpansLargeHoles) {
  // A plane is its own mean everywhere: filled exactly where no border is in the hole.
  const auto along = at::arange(64, at::kDouble);
  const auto plane = (along.unsqueeze(0) * 2 - along.unsqueeze(1)).reshape({1, 1, 64, 64}).repeat({1, 3, 1, 1});
  auto removed = at::zeros({1, 64, 64}, at::kBool);
  removed.narrow(1, 1, 62).narrow(2, 1, 62).fill_(true);
  ExpectClose(ImputeLinearly(plane, removed), plane, 1e-6);
}

TEST(LinearImputationTest, HasZerosWhereNothingIsLeftAndTheImageWhereAllIs) {
  const auto image = Wave(4, 5);
  EXPECT_EQ(ImputeLinearly(image, at::ones({1, 4, 5}, at::kBool)).abs().sum().item<double>(), 0);
  EXPECT_TRUE(at::equal(ImputeLinearly(image, at::zeros({1, 4, 5}, at::kBool)), image));
  EXPECT_EQ(ImputeLinearly(at::ones({1, 3, 1, 1}), at::ones({1, 1, 1}, at::kBool)).sum().item<double>(), 0);
}

TEST(LinearImputationTest, RefusesWhatDoesNotFit) {
  const auto removed = at::ones({1, 4, 5}, at::kBool);
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { ImputeLinearly(Wave(5, 4), removed); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { ImputeLinearly(Wave(4, 5), removed.to(at::kByte)); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { ImputeLinearly(at::ones({1, 1, 4, 5}), removed); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { ImputeLinearly(Wave(4, 5) * NAN, removed); }), "");
}

}  // namespace
}  // namespace wherefore
