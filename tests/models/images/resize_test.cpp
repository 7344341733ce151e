#include "models/images/resize.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"

namespace wherefore {
namespace {

/// Grey levels in rows as pixels (H, W, 3).
at::Tensor Grey(const std::vector<int64_t>& levels, int64_t height, int64_t width) {
  return at::tensor(levels, at::kLong).to(at::kByte).reshape({height, width, 1}).repeat({1, 1, 3});
}

std::vector<int64_t> Levels(const at::Tensor& pixels) {
  const auto flat = pixels.select(2, 0).flatten().to(at::kLong).contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

std::vector<int64_t> Resized(const at::Tensor& pixels, int64_t height, int64_t width, const std::string& filter) {
  return Levels(Resize(pixels, height, width, filter));
}

using testing::ElementsAre;

TEST(ResizeTest, AreaTakesTheMeanOfWhatAPixelCovers) {
  // Each new pixel covers one and a half: (2 * 30 + 60) / 3 and (60 + 2 * 120) / 3.
  EXPECT_THAT(Resized(Grey({30, 60, 120}, 1, 3), 1, 2, "area"), ElementsAre(40, 100));
  EXPECT_THAT(Resized(Grey({30, 60, 120}, 3, 1), 2, 1, "area"), ElementsAre(40, 100));
}

TEST(ResizeTest, AreaRoundsHalvesUpInBlocksOfFourAndToEvenElsewhere) {
  EXPECT_THAT(Resized(Grey({2, 2, 3, 3}, 2, 2), 1, 1, "area"), ElementsAre(3));
  EXPECT_THAT(Resized(Grey({2, 3}, 1, 2), 1, 1, "area"), ElementsAre(2));
  EXPECT_THAT(Resized(Grey({2, 2, 3, 3}, 1, 4), 1, 1, "area"), ElementsAre(2));
  EXPECT_THAT(Resized(Grey({3, 3, 4, 4}, 4, 1), 1, 1, "area"), ElementsAre(4));
}

TEST(ResizeTest, AreaEnlargesPixelsToBlocksWithMixedSeams) {
  EXPECT_THAT(Resized(Grey({0, 100}, 1, 2), 1, 4, "area"), ElementsAre(0, 0, 100, 100));
  EXPECT_THAT(Resized(Grey({0, 100}, 1, 2), 1, 3, "area"), ElementsAre(0, 50, 100));
}

TEST(ResizeTest, BilinearInterpolatesBetweenCentresOfPixels) {
  // Centres of the new pixels lie at -0.25, 0.25, 0.75 and 1.25 of the old ones.
  EXPECT_THAT(Resized(Grey({0, 100}, 1, 2), 1, 4, "bilinear"), ElementsAre(0, 25, 75, 100));
}

TEST(ResizeTest, BilinearDoesNotSmoothBeforeItShrinks) {
  // Centres of the new pixels lie at 1 and 4 of the old ones.
  EXPECT_THAT(Resized(Grey({9, 20, 9, 9, 50, 9}, 1, 6), 1, 2, "bilinear"), ElementsAre(20, 50));
  // Both sides halved: means.
  EXPECT_THAT(Resized(Grey({0, 10, 20, 30}, 2, 2), 1, 1, "bilinear"), ElementsAre(15));
}

TEST(ResizeTest, AntialiasedFiltersSmoothAsMuchAsTheyShrink) {
  for (const std::string family : {"pillow_", "torchvision_"}) {
    // A triangle three pixels to each side of pixels 1 and 4: weights 2/3, 1, 2/3 and 1/3 of 8/3 in all.
    EXPECT_THAT(Resized(Grey({0, 0, 0, 80, 80, 80}, 1, 6), 1, 2, family + "bilinear"), ElementsAre(10, 70)) << family;
  }
  EXPECT_THAT(Resized(Grey({0, 0, 3, 60, 60, 63}, 1, 6), 1, 2, "pillow_box"), ElementsAre(1, 61));
}

TEST(ResizeTest, BicubicOvershootsAtEdgesWithinTheRange) {
  for (const std::string family : {"pillow_", "torchvision_"}) {
    const auto levels = Resized(Grey({0, 0, 255, 255, 255, 40, 40, 40}, 1, 8), 1, 24, family + "bicubic");
    EXPECT_THAT(levels, testing::Contains(testing::AllOf(testing::Gt(20), testing::Lt(40)))) << family;
    EXPECT_EQ(levels[2], 0) << family;  // below black, but for the end of the range
    EXPECT_EQ(levels[9], 255) << family;
  }
}

TEST(ResizeTest, KeepsWhatKeepsItsSize) {
  const auto pixels = at::arange(60, at::kByte).reshape({4, 5, 3}).mul(4);
  for (const auto& filter : FilterNames()) EXPECT_TRUE(Resize(pixels, 4, 5, filter).equal(pixels)) << filter;
}

TEST(ResizeTest, KeepsFlatColoursAndChannelsApart) {
  const auto colour = at::tensor({0, 128, 255}, at::kLong).to(at::kByte);
  for (const auto& filter : FilterNames()) {
    for (const int64_t side : {1, 3, 7, 40}) {
      const auto resized = Resize(colour.expand({7, 9, 3}), side, side + 1, filter);
      EXPECT_TRUE(resized.equal(colour.expand({side, side + 1, 3}))) << filter << " " << side;
    }
  }
}

TEST(ResizeTest, ReadsTensorsThatAreNotContiguous) {
  const auto pixels = at::arange(60, at::kByte).reshape({3, 4, 5}).permute({1, 2, 0});
  for (const auto& filter : FilterNames()) {
    EXPECT_TRUE(Resize(pixels, 2, 3, filter).equal(Resize(pixels.contiguous(), 2, 3, filter))) << filter;
  }
}

TEST(ResizeTest, RefusesWhatIsNoPicture) {
  const auto error = [](const at::Tensor& pixels) {
    return ErrorText(ErrorKind::kUsage, [&] { Resize(pixels, 2, 2, "area"); });
  };
  EXPECT_EQ(error(at::zeros({4, 4, 3})),
            "a photograph must be a uint8 tensor (H, W, 3) of RGB pixels; this one is float [4, 4, 3]");
  EXPECT_THAT(error(at::zeros({3, 4, 4}, at::kByte)), testing::HasSubstr("this one is unsigned char [3, 4, 4]"));
  EXPECT_THAT(error(at::zeros({0, 4, 3}, at::kByte)), testing::HasSubstr("this one is unsigned char [0, 4, 3]"));
  EXPECT_THAT(error({}), testing::HasSubstr("this one is undefined"));
}

TEST(ResizeTest, RefusesSizesThatCannotBe) {
  const auto pixels = at::zeros({4, 5, 3}, at::kByte);
  const auto error = [&](int64_t height, int64_t width) {
    return ErrorText(ErrorKind::kUsage, [&] { Resize(pixels, height, width, "area"); });
  };
  EXPECT_EQ(error(0, 3), "a photograph cannot be resized to 3 x 0 pixels: give a width and a height of at least 1");
  EXPECT_EQ(
      error(1'000'000, 1'000'000),
      "a photograph cannot be resized to 1000000 x 1000000 pixels, more than the limit of 100000000 pixels: give a "
      "smaller size");
  EXPECT_EQ(ErrorText(ErrorKind::kUsage,
                      [] {
                        Resize(at::zeros({1, 1'000'001, 3}, at::kByte), 2, 2, "pillow_box");
                      }),
            "a photograph has 1000001 x 1 pixels, a side beyond the limit of 1000000: crop it first");
}

TEST(ResizeTest, NamesTheFiltersThatThereAre) {
  EXPECT_EQ(ErrorText(ErrorKind::kUsage,
                      [] {
                        Resize(at::zeros({4, 5, 3}, at::kByte), 2, 2, "bilinaer");
                      }),
            "there is no filter 'bilinaer'; did you mean 'bilinear'? Filters: area, bilinear, pillow_box, "
            "pillow_bilinear, pillow_bicubic, pillow_lanczos, torchvision_bilinear, torchvision_bicubic, "
            "torchvision_lanczos");
}

TEST(CoveredAreaTest, IsThePartOfEachPixelThatAMaskCovers) {
  const auto mask = at::tensor({1, 1, 0, 0, 0, 0}, at::kInt).reshape({2, 3});
  // The upper half: the first pixel whole, of the second one third.
  const auto covered = CoveredArea(mask, 1, 2);
  EXPECT_NEAR(covered[0][0].item<double>(), 0.5, 1e-6);
  EXPECT_NEAR(covered[0][1].item<double>(), 1.0 / 6, 1e-6);
}

TEST(CoveredAreaTest, RefusesWhatIsNoMask) {
  EXPECT_EQ(ErrorText(ErrorKind::kUsage,
                      [] {
                        CoveredArea(at::zeros({1, 4, 4}), 2, 2);
                      }),
            "a mask must have a height and a width, and pixels");
}

}  // namespace
}  // namespace wherefore
