#include "explain/measures/box_localisation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"

namespace wherefore {
namespace {

void ExpectBox(const PixelBox& box, int64_t left, int64_t top, int64_t width, int64_t height) {
  EXPECT_EQ(box.left, left);
  EXPECT_EQ(box.top, top);
  EXPECT_EQ(box.width, width);
  EXPECT_EQ(box.height, height);
}

/// `corner`: the value of the last pixel, below two others of 0.5.
at::Tensor Map(double corner) {
  return at::tensor({1.0, 0.0, 0.0, 0.0, 0.0, 0.2,  //
                     0.0, 1.0, 0.0, 0.0, 0.0, 0.0,  //
                     0.0, 0.0, 0.0, 0.0, 0.5, 0.5,  //
                     0.0, 0.0, 0.0, 0.0, 0.0, corner})
      .reshape({4, 6});
}

TEST(BoxLocalisationTest, DrawsABoxAroundTheLargestSegment) {
  ExpectBox(LargestSegmentBox(Map(0.16)), 4, 2, 2, 2);  // 3 pixels, against 2 and 1
}

TEST(BoxLocalisationTest, TakesTheFirstOfEqualSegmentsAndCornersConnect) {
  ExpectBox(LargestSegmentBox(Map(0.15)), 0, 0, 2, 2);  // 0.15 of 1 does not exceed the cut: 2 pixels against 2
}

TEST(BoxLocalisationTest, CutsWhereAsked) {
  BoxOptions options;
  options.cut = 0.1;
  ExpectBox(LargestSegmentBox(Map(0.15), options), 4, 2, 2, 2);
  options.cut = 0.9;
  ExpectBox(LargestSegmentBox(3 * Map(0.95), options), 0, 0, 2, 2);
}

TEST(BoxLocalisationTest, FollowsASegmentBackToTheLeftAndUp) {
  const auto map = at::tensor({0, 0, 1, 0,  //
                               1, 0, 1, 0,  //
                               0, 1, 0, 0})
                       .reshape({3, 4});
  ExpectBox(LargestSegmentBox(map), 0, 0, 3, 3);
}

TEST(BoxLocalisationTest, HasAnAnswerForMapsWithoutASegment) {
  ExpectBox(LargestSegmentBox(at::full({4, 6}, 0.3)), 0, 0, 6, 4);
  for (const double value : {0.0, -1.0}) {
    const auto box = LargestSegmentBox(at::full({4, 6}, value));
    ExpectBox(box, 0, 0, 0, 0);
    EXPECT_EQ(IntersectionOverUnion(box, {0, 0, 6, 4}), 0);
    EXPECT_FALSE(LocalisesBox(at::full({4, 6}, value), {0, 0, 6, 4}));
  }
}

TEST(BoxLocalisationTest, ComparesBoxes) {
  const PixelBox box{4, 2, 2, 2};
  EXPECT_DOUBLE_EQ(IntersectionOverUnion(box, {3, 2, 2, 2}), 2 / 6.0);  // 2 pixels shared of 4 + 4 - 2
  EXPECT_EQ(IntersectionOverUnion(box, box), 1);
  EXPECT_EQ(IntersectionOverUnion(box, {0, 2, 4, 2}), 0);  // they touch
  EXPECT_EQ(IntersectionOverUnion({}, {}), 0);
}

TEST(BoxLocalisationTest, LocalisesAtHalf) {
  EXPECT_TRUE(LocalisesBox(Map(0.16), {4, 2, 2, 1}));   // 2 of 4
  EXPECT_FALSE(LocalisesBox(Map(0.16), {3, 2, 2, 2}));  // 2 of 6
  BoxOptions options;
  options.iou = 0.3;
  EXPECT_TRUE(LocalisesBox(Map(0.16), {3, 2, 2, 2}, options));
}

TEST(BoxLocalisationTest, FindsTheBoxOfAMask) {
  auto mask = at::zeros({4, 6}, at::kByte);
  mask[1][5] = mask[3][2] = 7;
  ExpectBox(BoxAround(mask), 2, 1, 4, 3);
}

TEST(BoxLocalisationTest, RefusesWhatHasNoBox) {
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { BoxAround(at::zeros({4, 6})); }), "");
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [] { BoxAround(at::ones({4})); }), "");
  BoxOptions options;
  options.cut = 1;
  EXPECT_NE(ErrorText(ErrorKind::kUsage, [&] { LargestSegmentBox(Map(1), options); }), "");
}

}  // namespace
}  // namespace wherefore
