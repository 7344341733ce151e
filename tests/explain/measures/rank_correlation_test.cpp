#include "explain/measures/rank_correlation.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

TEST(RankCorrelationTest, MeetsAValueWorkedByHand) {
  // Ranks 1 2 3 4 5 against 2 1 4 3 5: 1 - 6 (1 + 1 + 1 + 1 + 0) / (5 (25 - 1)) = 0.8.
  const auto first = at::tensor({-3.0, 0.5, 1.0, 7.0, 90.0});
  EXPECT_NEAR(RankCorrelation(first, at::tensor({2, 1, 40, 3, 50})), 0.8, 1e-12);
}

TEST(RankCorrelationTest, GivesEqualValuesTheMeanOfTheirRanks) {
  // Ranks 1.5 1.5 3 4 less 2.5: -1 -1 .5 1.5, length^2 4.5; against 1 2 3 4 less 2.5: -1.5 -.5 .5 1.5, length^2 5.
  // Product 1.5 + .5 + .25 + 2.25 = 4.5; over sqrt(4.5 * 5).
  const auto rho = RankCorrelation(at::tensor({2.0, 2.0, 5.0, 6.0}), at::tensor({1.0, 2.0, 3.0, 4.0}));
  EXPECT_NEAR(rho, 4.5 / std::sqrt(22.5), 1e-12);
}

TEST(RankCorrelationTest, DependsOnTheOrderAlone) {
  const auto values = (at::arange(60, at::kDouble) * 1.7).sin().reshape({2, 5, 6});
  EXPECT_NEAR(RankCorrelation(values, values.exp().to(at::kFloat)), 1, 1e-12);
  EXPECT_NEAR(RankCorrelation(values, -values.pow(3)), -1, 1e-12);
}

TEST(RankCorrelationTest, IsZeroWhereAllIsEqual) {
  const auto some = at::tensor({1.0, 2.0, 3.0});
  EXPECT_EQ(RankCorrelation(at::zeros({3}), some), 0);
  EXPECT_EQ(RankCorrelation(some, at::full({3}, 7.1)), 0);
  EXPECT_EQ(RankCorrelation(at::ones({3}), at::ones({3})), 0);
  EXPECT_EQ(RankCorrelation(at::tensor({0.0, -0.0, 0.0}), some), 0);
}

TEST(RankCorrelationsTest, ComparesEachWithEach) {
  for (const auto& device : Devices()) {
    const auto maps = at::tensor({1.0, 2.0, 3.0, 4.0, 5.0, 6.0,  //
                                  6.0, 5.0, 4.0, 3.0, 2.0, 1.0,  //
                                  0.0, 0.0, 0.0, 0.0, 0.0, 0.0})
                          .reshape({3, 2, 3})
                          .to(device);
    const auto expected = at::tensor({1.0, -1.0, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0}).reshape({3, 3});
    ExpectClose(RankCorrelations(maps), expected, 1e-12);
  }
}

TEST(RankCorrelationTest, RefusesWhatHasNoOrder) {
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { RankCorrelation(at::ones({3}), at::ones({4})); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { RankCorrelation(at::ones({0}), at::ones({0})); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { RankCorrelation(at::ones({2}), at::tensor({1.0, NAN})); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { RankCorrelations(at::ones({3, 4})); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { RankCorrelations(at::ones({0, 3, 4})); }), "");
}

}  // namespace
}  // namespace wherefore
