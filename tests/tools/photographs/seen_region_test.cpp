#include "tools/photographs/seen_region.h"

#include <gtest/gtest.h>

#include "tests/support/error_text.h"

namespace wherefore {
namespace {

ImageOptions CenterCrop(int64_t shorter_side, int64_t height, int64_t width) {
  ImageOptions options;
  options.resize = "center_crop";
  options.shorter_side = shorter_side;
  options.height = height;
  options.width = width;
  return options;
}

void ExpectRegion(const Region& region, int64_t left, int64_t top, int64_t width, int64_t height) {
  EXPECT_EQ(region.left, left);
  EXPECT_EQ(region.top, top);
  EXPECT_EQ(region.width, width);
  EXPECT_EQ(region.height, height);
}

TEST(SeenRegionTest, IsTheWholePhotographWhereItWasStretched) {
  ExpectRegion(SeenRegion(480, 640, ImageOptions{}), 0, 0, 640, 480);
}

TEST(SeenRegionTest, IsTheMiddleWhereThatWasCutOut) {
  // 640 x 480 becomes 341 x 256 (256 * 640 / 480 = 341.3), of which 224 from 58 (58.5, to even) and from 16 are seen.
  const auto plan = PlanResize(480, 640, CenterCrop(256, 224, 224));
  EXPECT_EQ(plan.width, 341);
  EXPECT_EQ(plan.height, 256);
  EXPECT_EQ(plan.left, 58);
  EXPECT_EQ(plan.top, 16);
  // 58 * 640 / 341 = 108.9, (58 + 224) * 640 / 341 = 529.3; 16 * 480 / 256 = 30, 240 * 480 / 256 = 450.
  ExpectRegion(SeenRegion(480, 640, CenterCrop(256, 224, 224)), 109, 30, 420, 420);
  ExpectRegion(SeenRegion(640, 480, CenterCrop(256, 224, 224)), 30, 109, 420, 420);
}

TEST(SeenRegionTest, RoundsTheMiddleAsTorchvisionDoes) {
  // (7 - 4) / 2 = 1.5 and (9 - 4) / 2 = 2.5 are both rounded to 2.
  EXPECT_EQ(PlanResize(7, 7, CenterCrop(7, 4, 4)).top, 2);
  EXPECT_EQ(PlanResize(9, 9, CenterCrop(9, 4, 4)).top, 2);
}

TEST(SeenRegionTest, LiesWithinThePhotographHoweverSmall) {
  for (int64_t height = 1; height < 40; ++height) {
    for (int64_t width = 1; width < 40; ++width) {
      const auto region = SeenRegion(height, width, CenterCrop(256, 200, 224));
      ASSERT_GE(region.left, 0);
      ASSERT_GE(region.top, 0);
      ASSERT_GE(region.width, 1);
      ASSERT_GE(region.height, 1);
      ASSERT_LE(region.left + region.width, width);
      ASSERT_LE(region.top + region.height, height);
    }
  }
}

TEST(SeenRegionTest, RefusesAShorterSideThatIsTooShort) {
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [] { PlanResize(5, 5, CenterCrop(100, 224, 200)); }),
            "the image options' shorter_side is 100, smaller than the network's input; it must be at least 224");
}

}  // namespace
}  // namespace wherefore
