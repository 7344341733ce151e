#include "explain/measures/pixel_order.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/devices.h"

namespace wherefore {
namespace {

TEST(PixelRanksTest, FollowTheMapFromEitherEnd) {
  const auto map = at::tensor({0.5, 2.0, -1.0, 0.5}).reshape({2, 2});
  EXPECT_TRUE(at::equal(PixelRanks(map, PixelOrder::kMostFirst), at::tensor({1, 0, 3, 2}, at::kLong).reshape({2, 2})));
  EXPECT_TRUE(at::equal(PixelRanks(map, PixelOrder::kLeastFirst), at::tensor({1, 3, 0, 2}, at::kLong).reshape({2, 2})));
}

TEST(PixelRanksTest, KeepEqualPixelsInReadingOrder) {
  for (const auto& device : Devices()) {
    const auto constant = at::zeros({100, 120}, device);
    const auto reading = at::arange(12000, at::kLong).reshape({100, 120});
    EXPECT_TRUE(at::equal(PixelRanks(constant, PixelOrder::kMostFirst).cpu(), reading));
    EXPECT_TRUE(at::equal(PixelRanks(constant, PixelOrder::kLeastFirst).cpu(), reading));
  }
}

}  // namespace
}  // namespace wherefore
