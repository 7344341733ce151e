#include "explain/accumulation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace wherefore {
namespace {

TEST(AccumulationTest, IsInFloat32WhereTheTensorIsShorter) {
  EXPECT_EQ(AccumulationType(at::zeros({1}, at::kHalf)), at::kFloat);
  EXPECT_EQ(AccumulationType(at::zeros({1}, at::kBFloat16)), at::kFloat);
  EXPECT_EQ(AccumulationType(at::zeros({1}, at::kFloat)), at::kFloat);
  EXPECT_EQ(AccumulationType(at::zeros({1}, at::kDouble)), at::kDouble);
  const auto exact = at::rand({3});
  EXPECT_TRUE(Widened(exact).is_same(exact));
}

TEST(AccumulationTest, CountsPositionsThatTheTensorCouldNotTellApart) {
  const auto positions = Positions(1000, at::zeros({1}, at::kBFloat16));
  EXPECT_EQ(positions.scalar_type(), at::kFloat);
  EXPECT_EQ(positions[999].item<double>(), 999);
  EXPECT_EQ(positions.to(at::kBFloat16)[999].item<double>(), 1000) << "as it was counted before";
}

}  // namespace
}  // namespace wherefore
