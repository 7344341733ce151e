#include "explain/measures/sensitivity.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"

namespace wherefore {
namespace {

/// Gives these maps one after another, the last again and again.
MapOfImage InTurn(const std::vector<at::Tensor>& maps) {
  return [maps, next = std::size_t{0}](const at::Tensor&) mutable { return maps[std::min(next++, maps.size() - 1)]; };
}

const auto kImage = at::full({1, 3, 4, 5}, 0.5);

TEST(MaxSensitivityTest, MeetsAValueWorkedByHand) {
  // |(3, 4)| = 5; the changes (0, 1), (3, -4) and none: 1 / 5, 5 / 5 and 0.
  const auto maps = InTurn({at::tensor({3, 4}), at::tensor({3, 5}), at::tensor({6, 0}), at::tensor({3, 4})});
  EXPECT_DOUBLE_EQ(MaxSensitivity(kImage, maps), 1);
}

TEST(MaxSensitivityTest, ChangesEveryValueWithinTheRadius) {
  SensitivityOptions options;
  options.radius = 0.2;
  options.samples = 50;
  double largest = 0;
  double lowest = 0;
  const auto look = [&](const at::Tensor& image) {
    largest = std::max(largest, (image - 0.5).max().item<double>());
    lowest = std::min(lowest, (image - 0.5).min().item<double>());
    return image;
  };
  const double found = MaxSensitivity(kImage, look, options);
  // 3000 values of a uniform distribution: the chance that none is within 1 % of an end is 0.995^3000 = 3e-7.
  EXPECT_GT(largest, 0.99 * 0.2);
  EXPECT_LE(largest, 0.2 + 1e-6);
  EXPECT_LT(lowest, -0.99 * 0.2);
  EXPECT_GE(lowest, -0.2 - 1e-6);
  // A map that is the image: the root mean square of the changes, near 0.2 / sqrt(3), over 0.5.
  EXPECT_NEAR(found, 0.2 / std::sqrt(3) / 0.5, 0.05);
  EXPECT_EQ(MaxSensitivity(kImage, look, options), found);  // the same seed
  options.seed = 2;
  EXPECT_NE(MaxSensitivity(kImage, look, options), found);
}

TEST(MaxSensitivityTest, HasAnAnswerForMapsOfZerosAndMapsThatStay) {
  EXPECT_EQ(MaxSensitivity(kImage, InTurn({at::zeros({2, 2})})), 0);
  EXPECT_EQ(MaxSensitivity(kImage, InTurn({at::full({2, 2}, 3)})), 0);
  EXPECT_EQ(MaxSensitivity(kImage, InTurn({at::zeros({2, 2}), at::ones({2, 2})})), INFINITY);
}

TEST(MaxSensitivityTest, LetsMethodsDifferentiate) {
  const auto gradient = [](const at::Tensor& image) {
    EXPECT_TRUE(at::GradMode::is_enabled());
    return image.detach().requires_grad_(true).square();  // a map that hangs on a graph
  };
  EXPECT_GT(MaxSensitivity(kImage, gradient), 0);
}

TEST(MaxSensitivityTest, RefusesWhatCannotBeCompared) {
  const auto with = [](const std::vector<at::Tensor>& maps, const SensitivityOptions& options = {}) {
    return ErrorText(ErrorKind::kUsage, [&] { MaxSensitivity(kImage, InTurn(maps), options); });
  };
  const auto map = at::ones({2, 2});
  EXPECT_NE(with({map * NAN}), "");
  EXPECT_NE(with({map, map * INFINITY}), "");
  EXPECT_NE(with({map, at::ones({2, 3})}), "");
  SensitivityOptions options;
  options.samples = 0;
  EXPECT_NE(with({map}, options), "");
  options = {};
  options.radius = 0;
  EXPECT_NE(with({map}, options), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { MaxSensitivity(at::ones({3, 4, 5}), InTurn({map})); }), "");
}

}  // namespace
}  // namespace wherefore
