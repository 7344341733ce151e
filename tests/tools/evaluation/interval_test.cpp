#include "tools/evaluation/interval.h"

#include <cmath>

#include <gtest/gtest.h>

namespace wherefore {
namespace {

TEST(IntervalTest, HasTheMeanAndShrinksWithTheSample) {
  const auto few = MeanWithInterval({0, 1, 0, 1});
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(i % 2);
  const auto many = MeanWithInterval(values);
  EXPECT_EQ(many.mean, 0.5);
  EXPECT_NEAR(many.high - many.low, 4 * 0.5 / 20, 0.02);  // two standard errors of 0.5 / sqrt(400) on each side
  EXPECT_GT(few.high - few.low, many.high - many.low);
  EXPECT_EQ(MeanWithInterval({}).mean, 0);
}

TEST(IntervalTest, IsNotKnownOfOnePicture) {
  const auto one = MeanWithInterval({0.25});
  EXPECT_EQ(one.mean, 0.25);
  EXPECT_FALSE(one.IsKnown());
  EXPECT_EQ(TextOf(one, 100, 1), "25.0");
  EXPECT_EQ(TextOf(MeanWithInterval({0.25, 0.25}), 100, 1), "25.0 [25.0, 25.0]");
}

TEST(IntervalTest, IsWiderWhereValuesOfOnePictureAreAlike) {
  // 400 values, of 40 pictures with ten equal ones each: as wide as of 40 values, 4 standard errors of 0.5 / sqrt(40).
  std::vector<RatioShare> pictures;
  for (int i = 0; i < 40; ++i) pictures.push_back({i % 2 == 0 ? 10.0 : 0.0, 10});
  const auto interval = RatioWithInterval(pictures);
  EXPECT_EQ(interval.mean, 0.5);
  EXPECT_NEAR(interval.high - interval.low, 4 * 0.5 / std::sqrt(40.0), 0.06);
}

TEST(IntervalTest, OfARatioIsTheRatioOfSums) {
  const auto interval = RatioWithInterval({{3, 1}, {1, 3}});
  EXPECT_EQ(interval.mean, 1);                // 4 / 4, not the mean of 3 and 1/3
  EXPECT_NEAR(interval.low, 1.0 / 3, 1e-12);  // twice the second picture
  EXPECT_EQ(interval.high, 3);
  EXPECT_EQ(RatioWithInterval({{1, 0}}).mean, INFINITY);
  EXPECT_EQ(RatioWithInterval({{0, 0}}).mean, 0);
}

TEST(IntervalTest, OfSeveralIsThatOfEach) {
  const std::vector<std::vector<RatioShare>> all = {
      {{3, 1}, {1, 3}, {2, 2}}, {{1, 1}, {5, 2}}, {{0, 1}, {7, 3}, {1, 4}}, {{2, 1}}, {}};
  const auto intervals = RatiosWithIntervals(all);
  ASSERT_EQ(intervals.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto alone = RatioWithInterval(all[i]);
    EXPECT_EQ(intervals[i].mean, alone.mean) << i;
    EXPECT_EQ(intervals[i].IsKnown(), all[i].size() > 1) << i;
    if (!intervals[i].IsKnown()) continue;
    EXPECT_EQ(intervals[i].low, alone.low) << i;
    EXPECT_EQ(intervals[i].high, alone.high) << i;
  }
  EXPECT_LT(intervals[0].low, intervals[0].high);
  EXPECT_EQ(intervals[2].low, 0);
  EXPECT_EQ(intervals[2].high, 7.0 / 3);
  EXPECT_EQ(intervals[3].mean, 2);
}

}  // namespace
}  // namespace wherefore
