#include "explain/measures/average_drop.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

TEST(AverageDropTest, KeepsOfAnImageWhatItsMapShows) {
  // The map is 0 .25 .5 1 of its own range.
  const auto map = at::tensor({-1.0, 0.0, 1.0, 3.0}).reshape({2, 2});
  const auto image = at::tensor({8.0F, 8.0F, -8.0F, 8.0F}).reshape({1, 1, 2, 2}).repeat({1, 3, 1, 1});
  const auto expected = at::tensor({0.0F, 2.0F, -4.0F, 8.0F}).reshape({1, 1, 2, 2}).repeat({1, 3, 1, 1});
  const auto masked = MaskedByMap(image, map);
  ExpectClose(masked, expected, 1e-6);
  EXPECT_EQ(masked.scalar_type(), at::kFloat);
}

TEST(AverageDropTest, KeepsNothingByAMapThatShowsNothing) {
  for (const double value : {0.0, 2.0}) {
    EXPECT_EQ(MaskedByMap(at::ones({1, 3, 2, 2}), at::full({2, 2}, value)).abs().sum().item<float>(), 0);
  }
}

TEST(AverageDropTest, MeetsAValueWorkedByHand) {
  ConfidenceChange change;
  change.Add(0.8, 0.6);  // loses a quarter
  change.Add(0.4, 0.5);  // gains
  change.Add(0.5, 0.5);  // neither
  change.Add(0.2, 0.0);  // loses all
  EXPECT_EQ(change.images(), 4);
  EXPECT_NEAR(change.AverageDrop(), 100 * (0.25 + 0 + 0 + 1) / 4, 1e-12);
  EXPECT_NEAR(change.Increase(), 100.0 / 4, 1e-12);
}

TEST(AverageDropTest, HasNothingToDropWhereThereWasNothing) {
  ConfidenceChange change;
  change.Add(0, 0);
  EXPECT_EQ(change.AverageDrop(), 0);
  EXPECT_EQ(change.Increase(), 0);
}

TEST(AverageDropTest, RefusesWhatIsNoProbability) {
  ConfidenceChange change;
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { change.AverageDrop(); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { change.Increase(); }), "");
  for (const double value : {-0.1, 1.1, std::nan("")}) {
    EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { change.Add(value, 0.5); }), "");
    EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { change.Add(0.5, value); }), "");
  }
  EXPECT_EQ(change.images(), 0);
}

}  // namespace
}  // namespace wherefore
