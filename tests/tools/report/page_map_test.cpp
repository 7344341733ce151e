#include "tools/report/page_map.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/numbers.h"
#include "tools/report/page.h"

namespace wherefore {
namespace {

TEST(PageMapTest, HoldsStepsOfTwoBytesRowAfterRow) {
  const auto packed =
      PackMap(at::tensor({0.0F, 1.0F, 0.5F, 0.25F, 0.0F, 1.0F}).reshape({2, 3}), Upsampling::kHalfPixel);
  EXPECT_EQ(packed.rows, 2);
  EXPECT_EQ(packed.columns, 3);
  EXPECT_EQ(packed.low, 0);
  EXPECT_EQ(packed.high, 1);
  EXPECT_FALSE(packed.align_corners);
  // 65535 / 2 and / 4, rounded: 0x8000 and 0x4000, low byte first.
  EXPECT_EQ(packed.steps, Base64(std::string("\0\0\xFF\xFF\0\x80\0\x40\0\0\xFF\xFF", 12)));
}

TEST(PageMapTest, KeepsWhatLiesBeyondTheRange) {
  const auto packed = PackMap(at::tensor({-0.5F, 1.5F}).reshape({1, 2}), Upsampling::kAlignCorners);
  EXPECT_EQ(packed.low, -0.5);
  EXPECT_EQ(packed.high, 1.5);
  EXPECT_TRUE(packed.align_corners);
}

TEST(PageMapTest, HoldsAFlatMap) {
  const auto packed = PackMap(at::full({1, 2}, 0.5), Upsampling::kHalfPixel);
  EXPECT_EQ(packed.low, 0.5);
  EXPECT_EQ(packed.high, 0.5);
  EXPECT_EQ(packed.steps, Base64(std::string(4, '\0')));
}

TEST(PageMapTest, AveragesLargeMapsDownAfterTheyWereEnlarged) {
  ImageOptions image;
  image.width = image.height = 8;
  MapOptions options;
  options.upsampling = Upsampling::kAlignCorners;
  // A map of the input's size: left half 0, right half 4; 2 x 2 of its cells are left.
  const auto map = at::cat({at::zeros({1, 8, 4}), at::full({1, 8, 4}, 4.0)}, 2);
  const auto packed = PackMaps(map, image, options, 4).at(0);
  EXPECT_EQ(packed.rows, 2);
  EXPECT_EQ(packed.columns, 2);
  EXPECT_FALSE(packed.align_corners) << "the corners are no longer those of the map";
  EXPECT_EQ(packed.steps, Base64(std::string("\0\0\xFF\xFF\0\0\xFF\xFF", 8)));
  EXPECT_EQ(PackMaps(map, image, options, 64).at(0).rows, 8) << "small enough";
  EXPECT_EQ(PackMaps(map, image, options, 1).at(0).rows, 1);
}

}  // namespace
}  // namespace wherefore
