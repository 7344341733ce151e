#include "neurons/importance.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/numbers.h"

namespace wherefore {
namespace {

TEST(ImportanceTest, RanksChannelsFromBothEnds) {
  const auto alpha = at::tensor({0.5F, -2.0F, 3.0F, 0.0F, 1.0F, -1.0F}).reshape({2, 3});
  const auto rankings = RankChannels(alpha, 2);
  ASSERT_EQ(rankings.size(), 2U);
  ASSERT_EQ(rankings[0].top.size(), 2U);
  EXPECT_EQ(rankings[0].top[0].channel, 2);
  EXPECT_DOUBLE_EQ(rankings[0].top[0].weight, 3.0);
  EXPECT_EQ(rankings[0].top[1].channel, 0);
  EXPECT_EQ(rankings[0].bottom[0].channel, 1);
  EXPECT_DOUBLE_EQ(rankings[0].bottom[0].weight, -2.0);
  EXPECT_EQ(rankings[1].top[0].channel, 1);
  EXPECT_EQ(rankings[1].bottom[0].channel, 2);
}

TEST(ImportanceTest, ListsNoMoreChannelsThanThereAre) {
  const auto rankings = RankChannels(at::ones({1, 3}), 10);
  EXPECT_EQ(rankings[0].top.size(), 3U);
  EXPECT_EQ(rankings[0].bottom.size(), 3U);
}

TEST(ImportanceTest, AveragesGradientTimesActivation) {
  const auto gradient = at::arange(24, at::kDouble).sin().reshape({2, 3, 2, 2});
  const auto activation = at::arange(12, at::kDouble).cos().reshape({1, 3, 2, 2});
  ExpectClose(GradientTimesActivation(activation, gradient), (gradient * activation).mean({2, 3}), 1e-12);
  const auto own = at::cat({activation, activation * 2});
  ExpectClose(GradientTimesActivation(own, gradient), (gradient * own).mean({2, 3}), 1e-12);
}

}  // namespace
}  // namespace wherefore
