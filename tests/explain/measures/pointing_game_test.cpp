#include "explain/measures/pointing_game.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "explain/measures/inside_outside.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

/// The upper left 2 x 2 pixels of 4 x 5.
at::Tensor Corner() {
  auto mask = at::zeros({4, 5}, at::kByte);
  mask.narrow(0, 0, 2).narrow(1, 0, 2).fill_(3);
  return mask;
}

at::Tensor PeakAt(int64_t y, int64_t x) {
  auto map = at::zeros({4, 5});
  map[y][x] = 2;
  return map;
}

TEST(PointingGameTest, HitsWhereTheMapIsHighest) {
  EXPECT_EQ(PointingGame(PeakAt(1, 1), Corner()), 1);
  EXPECT_EQ(PointingGame(PeakAt(1, 2), Corner()), 0);
}

TEST(PointingGameTest, ToleratesAMissOfSoManyPixels) {
  EXPECT_EQ(PointingGame(PeakAt(1, 2), Corner(), 1), 1);
  EXPECT_EQ(PointingGame(PeakAt(2, 2), Corner(), 1.4), 0);  // the diagonal is 1.414 away
  EXPECT_EQ(PointingGame(PeakAt(2, 2), Corner(), 1.415), 1);
}

TEST(PointingGameTest, SharesAHitAmongEqualPlaces) {
  EXPECT_EQ(PointingGame(PeakAt(0, 0) + PeakAt(3, 3), Corner()), 0.5);
  EXPECT_NEAR(PointingGame(at::zeros({4, 5}), Corner()), 4 / 20.0, 1e-6);  // as a place chosen at random
}

TEST(PointingGameTest, RefusesWhatCannotBePlayed) {
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { PointingGame(at::zeros({4, 4}), Corner()); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { PointingGame(at::zeros({4, 5}), at::zeros({4, 5})); }), "");
  for (const double tolerance : {-1.0, std::nan("")}) {
    EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { PointingGame(at::zeros({4, 5}), Corner(), tolerance); }), "");
  }
}

TEST(InsideOutsideTest, ComparesMeans) {
  const auto map = PeakAt(0, 0) + PeakAt(3, 4);  // 2 inside 4 pixels, 2 outside in 16
  const auto means = MeanActivations(map, Corner());
  EXPECT_DOUBLE_EQ(means.inside, 0.5);
  EXPECT_DOUBLE_EQ(means.outside, 0.125);
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { MeanActivations(map, at::ones({4, 5})); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { MeanActivations(map, at::ones({4, 4})); }), "");
}

TEST(InsideOutsideTest, LeavesTheScaleOfAMapThatIsTheSameEverywhere) {
  for (const double value : {2.0, 0.0}) {
    const auto means = MeanActivations(at::full({4, 5}, value), Corner());
    EXPECT_DOUBLE_EQ(means.inside, value);
    EXPECT_DOUBLE_EQ(means.outside, value);
  }
}

}  // namespace
}  // namespace wherefore
