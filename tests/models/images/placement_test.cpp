#include "models/images/placement.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tests/support/numbers.h"

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

void ExpectRectangle(const Rectangle& found, int64_t left, int64_t top, int64_t width, int64_t height) {
  EXPECT_EQ(found.left, left);
  EXPECT_EQ(found.top, top);
  EXPECT_EQ(found.width, width);
  EXPECT_EQ(found.height, height);
}

TEST(PlacementTest, IsTheWholePhotographWhereItWasStretched) {
  const auto placement = PlacementOf(480, 640, ImageOptions{});
  ExpectRectangle(placement.of_photograph, 0, 0, 640, 480);
  ExpectRectangle(placement.in_image, 0, 0, 224, 224);
}

TEST(PlacementTest, IsTheMiddleWhereThatWasCutOut) {
  // 640 x 480 becomes 341 x 256 (256 * 640 / 480 = 341.3), of which 224 from 58 (58.5, to even) and from 16 are seen.
  const auto plan = PlanResize(480, 640, CenterCrop(256, 224, 224));
  EXPECT_EQ(plan.width, 341);
  EXPECT_EQ(plan.height, 256);
  ExpectRectangle(plan.image, 58, 16, 224, 224);
  // 58 * 640 / 341 = 108.9, (58 + 224) * 640 / 341 = 529.3; 16 * 480 / 256 = 30, 240 * 480 / 256 = 450.
  ExpectRectangle(PlacementOf(480, 640, CenterCrop(256, 224, 224)).of_photograph, 109, 30, 420, 420);
  ExpectRectangle(PlacementOf(640, 480, CenterCrop(256, 224, 224)).of_photograph, 30, 109, 420, 420);
  ExpectRectangle(PlacementOf(640, 480, CenterCrop(256, 224, 224)).in_image, 0, 0, 224, 224);
}

TEST(PlacementTest, RoundsTheMiddleAsTorchvisionOrTransformersDo) {
  // (7 - 4) / 2 = 1.5 and (9 - 4) / 2 = 2.5 are both rounded to 2.
  EXPECT_EQ(PlanResize(7, 7, CenterCrop(7, 4, 4)).image.top, 2);
  EXPECT_EQ(PlanResize(9, 9, CenterCrop(9, 4, 4)).image.top, 2);
  auto down = CenterCrop(7, 4, 4);
  down.rounding = "down";
  EXPECT_EQ(PlanResize(7, 7, down).image.top, 1);
}

TEST(PlacementTest, LiesWithinThePhotographAndTheImageHoweverSmall) {
  auto cropped = CenterCrop(256, 200, 224);
  auto squared = cropped;
  squared.pad = "square";
  ImageOptions padded;
  padded.resize = "longest_edge";
  padded.longer_side = 50;
  padded.pad = "size";
  for (const auto& options : {cropped, squared, padded}) {
    for (int64_t height = 1; height < 40; ++height) {
      for (int64_t width = 1; width < 40; ++width) {
        const auto placement = PlacementOf(height, width, options);
        const auto& seen = placement.of_photograph;
        ASSERT_TRUE(seen.left >= 0 && seen.top >= 0 && seen.width >= 1 && seen.height >= 1);
        ASSERT_TRUE(seen.left + seen.width <= width && seen.top + seen.height <= height);
        const auto& place = placement.in_image;
        ASSERT_TRUE(place.left >= 0 && place.top >= 0 && place.width >= 1 && place.height >= 1);
        ASSERT_TRUE(place.left + place.width <= placement.image_width);
        ASSERT_TRUE(place.top + place.height <= placement.image_height);
      }
    }
  }
}

TEST(PlacementTest, KeepsTheAspectUpToTheLongestSideAndAMultiple) {
  ImageOptions options;
  options.resize = "shortest_edge";
  options.shorter_side = 384;
  options.longer_side = 639;
  options.multiple_of = 32;
  // 480 x 640: by 0.8 to 384 x 512.
  const auto plan = PlanResize(480, 640, options);
  EXPECT_EQ(plan.height, 384);
  EXPECT_EQ(plan.width, 512);
  // 300 x 600: 384 x 768 is too long, 319.5 x 639 is not: rounded to 320 x 639, cut to 320 x 608.
  const auto placement = PlacementOf(300, 600, options);
  ExpectRectangle(placement.in_image, 0, 0, 608, 320);
  ExpectRectangle(placement.of_photograph, 0, 0, 600, 300);
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { PlanResize(10, 1000, options); }),
            "a photograph of 1000 x 10 pixels is so narrow that its shorter side would be resized to nothing: crop it "
            "first");
}

TEST(PlacementTest, KnowsWhereAPaddedPhotographLies) {
  ImageOptions options;
  options.resize = "longest_edge";
  options.longer_side = 100;
  options.width = 120;
  options.height = 80;
  options.pad = "size";
  // 200 x 100 becomes 100 x 50, in the middle of 120 x 80.
  ExpectRectangle(PlacementOf(100, 200, options).in_image, 10, 15, 100, 50);
  ExpectRectangle(PlacementOf(100, 200, options).of_photograph, 0, 0, 200, 100);
  options.pad_place = "top_left";
  ExpectRectangle(PlacementOf(100, 200, options).in_image, 0, 0, 100, 50);
  EXPECT_EQ(
      ErrorText(ErrorKind::kUsage, [&] { PlanResize(200, 100, options); }),
      "the photograph is resized to 50 x 100 pixels, which do not fit into the padded image of 120 x 80: give the "
      "image options a larger width and height, or resize to a smaller side");
}

TEST(PlacementTest, KnowsWhereAPhotographLiesInASquare) {
  auto options = CenterCrop(40, 40, 40);
  options.pad = "square";
  // 200 x 100 in the middle of 200 x 200, which becomes 40 x 40.
  ExpectRectangle(PlacementOf(100, 200, options).in_image, 0, 10, 40, 20);
  ExpectRectangle(PlacementOf(100, 200, options).of_photograph, 0, 0, 200, 100);
}

TEST(PlacementTest, RefusesAShorterSideThatIsTooShort) {
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [] { PlanResize(5, 5, CenterCrop(100, 224, 200)); }),
            "the image options' shorter_side is 100, smaller than the network's input; it must be at least 224");
}

TEST(MapsOnPhotographTest, StretchesAMapBack) {
  const auto map = at::tensor({0.0F, 1.0F}).reshape({1, 1, 2});
  const auto placed = MapsOnPhotograph(map, PlacementOf(2, 4, ImageOptions{}));
  ExpectClose(placed, at::tensor({0.0F, 0.25F, 0.75F, 1.0F}).expand({1, 2, 4}), 1e-6);
}

TEST(MapsOnPhotographTest, IsElsewhereWhatItIsToldOutsideOfTheMiddle) {
  const auto map = at::tensor({0.1F, 0.2F, 0.3F, 0.4F}).reshape({1, 2, 2});
  const auto placed = MapsOnPhotograph(map, PlacementOf(4, 6, CenterCrop(4, 2, 2)), -1);
  auto wanted = at::full({1, 4, 6}, -1.0);
  wanted.slice(1, 1, 3).slice(2, 2, 4).copy_(map);
  ExpectClose(placed, wanted, 1e-6);
}

TEST(MapsOnPhotographTest, LeavesPaddingOut) {
  ImageOptions options;
  options.resize = "longest_edge";
  options.longer_side = options.width = options.height = 4;
  options.pad = "size";
  // Rows 1 and 2 of 4 are the photograph's, each pixel 2 x 2 of its own.
  const auto map = at::arange(16, at::kFloat).reshape({1, 4, 4});
  const auto placed = MapsOnPhotograph(map, PlacementOf(4, 8, options));
  EXPECT_EQ(placed.sizes().vec(), (std::vector<int64_t>{1, 4, 8}));
  EXPECT_NEAR(placed[0][0][0].item<double>(), 4, 1e-6);
  EXPECT_NEAR(placed[0][3][7].item<double>(), 11, 1e-6);
  EXPECT_NEAR(placed.min().item<double>(), 4, 1e-6);
  EXPECT_NEAR(placed.max().item<double>(), 11, 1e-6);
}

TEST(MapsOnPhotographTest, RefusesWhatAreNoMaps) {
  EXPECT_EQ(ErrorText(ErrorKind::kUsage,
                      [] {
                        MapsOnPhotograph(at::zeros({2, 2}), PlacementOf(4, 4, {}));
                      }),
            "maps must have the shape (T, h, w), with places; these have [2, 2]");
}

}  // namespace
}  // namespace wherefore
