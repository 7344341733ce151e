#include "explain/measures/energy_inside.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"

namespace wherefore {
namespace {

const auto kMask = at::tensor({255, 255, 0, 0, 0, 0}, at::kByte).reshape({2, 3});

TEST(EnergyInsideTest, IsTheShareOfTheMapOnTheObject) {
  // Inside 1 + 2, all 1 + 2 + 3 + 4 + 5: 3 / 15. The object's -2 counts as 0: 1 / 13.
  EXPECT_DOUBLE_EQ(EnergyInside(at::tensor({1.0, 2.0, 3.0, 4.0, 5.0, 0.0}).reshape({2, 3}), kMask), 0.2);
  EXPECT_DOUBLE_EQ(EnergyInside(at::tensor({1.0, -2.0, 3.0, 4.0, 5.0, 0.0}).reshape({2, 3}), kMask), 1 / 13.0);
}

TEST(EnergyInsideTest, IsTheObjectsAreaWhereTheMapSaysNothing) {
  for (const double value : {0.0, 2.5, -1.0}) EXPECT_DOUBLE_EQ(EnergyInside(at::full({2, 3}, value), kMask), 2 / 6.0);
}

TEST(EnergyInsideTest, RefusesMasksThatDoNotFit) {
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { EnergyInside(at::ones({2, 2}), kMask); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { EnergyInside(at::ones({2, 3}), at::zeros({2, 3})); }), "");
}

}  // namespace
}  // namespace wherefore
