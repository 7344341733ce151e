#include "explain/measures/structural_similarity.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

/// One pixel, in the middle of the one place where the window fits.
at::Tensor Point() {
  auto map = at::zeros({11, 11});
  map[5][5] = 1;
  return map;
}

TEST(StructuralSimilarityTest, MeetsAValueWorkedByHand) {
  // The window's weight in its middle is w = 1 / (sum over i = -5..5 of exp(-i^2 / 4.5))^2 = 1 / 3.759233^2 =
  // 0.0707622. Means w and 1 - w; both variances v = w - w^2, the covariance -v: (2 w (1 - w) + 0.0001) (-2 v + 0.0009)
  // / ((w^2 + (1 - w)^2 + 0.0001) (2 v + 0.0009)).
  constexpr double kW = 0.0707622378;
  constexpr double kV = kW - kW * kW;
  constexpr double kExpected =
      (2 * kW * (1 - kW) + 1e-4) * (-2 * kV + 9e-4) / ((kW * kW + (1 - kW) * (1 - kW) + 1e-4) * (2 * kV + 9e-4));
  static_assert(kExpected < -0.149461 && kExpected > -0.149462);
  for (const auto& device : Devices()) {
    EXPECT_NEAR(StructuralSimilarity(Point().to(device), (1 - Point()).to(device)), kExpected, 1e-9);
  }
}

TEST(StructuralSimilarityTest, IsOneForEqualMapsOfAnyScale) {
  const auto map = (at::arange(300, at::kFloat) * 0.37).sin().reshape({15, 20});
  EXPECT_NEAR(StructuralSimilarity(map, 8 * map + 3), 1, 1e-5);  // rounding of single precision
  EXPECT_LT(StructuralSimilarity(map, -map), 0);
}

TEST(StructuralSimilarityTest, TakesMapsThatAreTheSameEverywhereAsZero) {
  EXPECT_EQ(StructuralSimilarity(at::zeros({11, 11}), at::full({11, 11}, 5)), 1);
  // Against a point: means 0 and w, variances 0 and v: 0.0001 * 0.0009 / ((w^2 + 0.0001) (v + 0.0009)).
  constexpr double kW = 0.0707622378;
  const double expected = 9e-8 / ((kW * kW + 1e-4) * (kW - kW * kW + 9e-4));
  EXPECT_NEAR(StructuralSimilarity(at::full({11, 11}, 5), Point()), expected, 1e-9);
}

TEST(StructuralSimilarityTest, RefusesMapsThatDoNotFit) {
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { StructuralSimilarity(at::ones({10, 11}), at::ones({10, 11})); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { StructuralSimilarity(at::ones({11, 12}), at::ones({12, 11})); }), "");
  StructuralSimilarityOptions options;
  options.window = 7;
  EXPECT_EQ(StructuralSimilarity(at::ones({7, 7}), at::ones({7, 7}), options), 1);
  options.window = 4;
  EXPECT_NE(ErrorText(ErrorKind::kUsage,
                      [&] {
                        StructuralSimilarity(at::ones({7, 7}), at::ones({7, 7}), options);
                      }),
            "");
}

}  // namespace
}  // namespace wherefore
