#include "models/images/image_processor.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

at::Tensor Flat(int64_t height, int64_t width, std::vector<int64_t> rgb) {
  return at::tensor(rgb, at::kLong).to(at::kByte).expand({height, width, 3}).contiguous();
}

/// Levels of the red channel (H, W).
at::Tensor RedLevels(const PreparedImage& prepared) { return (prepared.values[0][0] * 255).round().to(at::kLong); }

TEST(ImageProcessorTest, ScalesAndNormalisesEachChannel) {
  ImageOptions options;
  options.width = 3;
  options.height = 2;
  options.mean = {0.5, 0, 0.25};
  options.std = {0.5, 1, 0.25};
  const auto values = ImageProcessor(options).Prepare(Flat(4, 4, {255, 51, 0})).values;
  EXPECT_THAT(values.sizes(), testing::ElementsAre(1, 3, 2, 3));
  ExpectClose(values[0][0], at::full({2, 3}, 1.0), 1e-6);
  ExpectClose(values[0][1], at::full({2, 3}, 0.2), 1e-6);
  ExpectClose(values[0][2], at::full({2, 3}, -1.0), 1e-6);
}

TEST(ImageProcessorTest, DividesBy255ToTheLastBitUnlessToldOtherwise) {
  ImageOptions options;
  options.width = 256;
  options.height = 1;
  const auto levels = at::arange(256, at::kLong).to(at::kByte);
  const auto pixels = levels.reshape({1, 256, 1}).expand({1, 256, 3});
  EXPECT_TRUE(ImageProcessor(options).Prepare(pixels).values[0][1][0].equal(levels.to(at::kFloat) / 255));
  options.rescale = 1 / 127.5;
  options.mean = {1, 1, 1};
  ExpectClose(ImageProcessor(options).Prepare(pixels).values[0][1][0], levels.to(at::kFloat) / 127.5 - 1, 1e-6);
}

TEST(ImageProcessorTest, CutsOutTheMiddle) {
  ImageOptions options;
  options.width = options.height = 2;
  options.resize = "center_crop";
  options.shorter_side = 4;
  const auto pixels = at::arange(24, at::kByte).reshape({4, 6, 1}).expand({4, 6, 3});
  // The shorter side has its size already: rows 1 and 2, columns 2 and 3.
  const auto prepared = ImageProcessor(options).Prepare(pixels);
  EXPECT_TRUE(RedLevels(prepared).equal(at::tensor({8, 9, 14, 15}).reshape({2, 2})));
  EXPECT_FALSE(prepared.seen.defined());
  EXPECT_EQ(prepared.placement.of_photograph.left, 2);
}

TEST(ImageProcessorTest, PadsWithTheFillAndSaysWhere) {
  ImageOptions options;
  options.width = 4;
  options.height = 3;
  options.resize = "longest_edge";
  options.longer_side = 2;
  options.pad = "size";
  options.fill = {7, 8, 9};
  const auto prepared = ImageProcessor(options).Prepare(Flat(2, 4, {50, 60, 70}));
  // 2 x 1 pixels, from column 1 of row 1.
  const auto seen = at::tensor({0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0}).reshape({1, 3, 4}).to(at::kBool);
  EXPECT_TRUE(prepared.seen.equal(seen));
  EXPECT_TRUE(RedLevels(prepared).equal(at::where(seen[0], at::full({3, 4}, 50), at::full({3, 4}, 7))));
  ExpectClose(prepared.values[0][2][0][0] * 255, at::full({}, 9.0), 1e-6);
}

TEST(ImageProcessorTest, PadsToASquareBeforeItResizes) {
  ImageOptions options;
  options.width = options.height = 4;
  options.pad = "square";
  options.fill = {7, 8, 9};
  const auto prepared = ImageProcessor(options).Prepare(Flat(4, 8, {50, 60, 70}));
  const auto rows = at::tensor({7, 50, 50, 7}).unsqueeze(1).expand({4, 4});
  EXPECT_TRUE(RedLevels(prepared).equal(rows));
  EXPECT_TRUE(prepared.seen[0].equal(rows.eq(50)));
}

TEST(ImageProcessorTest, LeavesTheSizeToThePhotographWhereTheAspectIsKept) {
  ImageOptions options;
  options.resize = "shortest_edge";
  options.shorter_side = 32;
  options.filter = "torchvision_bicubic";
  EXPECT_THAT(ImageProcessor(options).Prepare(Flat(10, 20, {1, 2, 3})).values.sizes(),
              testing::ElementsAre(1, 3, 32, 64));
}

TEST(ImageProcessorTest, EnlargesASinglePixel) {
  for (const auto* resize : {"stretch", "center_crop"}) {
    ImageOptions options;
    options.resize = resize;
    const auto values = ImageProcessor(options).Prepare(Flat(1, 1, {255, 0, 51})).values;
    EXPECT_THAT(values.sizes(), testing::ElementsAre(1, 3, 224, 224));
    ExpectClose(values[0][2], at::full({224, 224}, 0.2), 1e-6);
  }
}

TEST(ImageProcessorTest, NamesThePhotographThatItCannotPrepare) {
  ImageOptions options;
  options.resize = "center_crop";
  const auto error = [](const ImageOptions& how, const at::Tensor& pixels) {
    return ErrorText(ErrorKind::kUsage, [&] { ImageProcessor(how).Prepare(pixels, "'cat.jpg'"); });
  };
  EXPECT_EQ(error(options, Flat(1, 10'000, {0, 0, 0})),
            "'cat.jpg' has 10000 x 1 pixels, too narrow to be scaled to a shorter side of 256: crop it first");
  options.pad = "square";
  EXPECT_EQ(error(options, Flat(1, 20'000, {0, 0, 0})),
            "'cat.jpg' has 20000 x 1 pixels, too narrow to be padded to a square: crop it first");
  EXPECT_EQ(error({}, at::zeros({3, 4, 4})),
            "'cat.jpg' must be a uint8 tensor (H, W, 3) of RGB pixels; this one is float [3, 4, 4]");
}

std::string RefusalOf(const std::function<void(ImageOptions*)>& change) {
  ImageOptions options;
  change(&options);
  return ErrorText(ErrorKind::kUsage, [&] { ImageProcessor processor(options); });
}

TEST(ImageOptionsTest, RefusesUnknownNames) {
  EXPECT_EQ(RefusalOf([](auto* options) { options->resize = "strech"; }),
            "the image options' resize is 'strech'; did you mean 'stretch'? It can be stretch, center_crop, "
            "shortest_edge, longest_edge, thumbnail");
  EXPECT_THAT(RefusalOf([](auto* options) { options->filter = "bicubic"; }),
              testing::HasSubstr("the image options' filter is 'bicubic'; did you mean"));
  EXPECT_EQ(RefusalOf([](auto* options) { options->pad = "12345678"; }),
            "the image options' pad is '12345678'. It can be none, square, size");
  RefusalOf([](auto* options) { options->pad_place = "middle"; });
  RefusalOf([](auto* options) { options->rounding = "up"; });
}

TEST(ImageOptionsTest, RefusesSizesThatCannotBe) {
  EXPECT_EQ(RefusalOf([](auto* options) { options->width = 0; }),
            "the image options' width is 0; it must be from 1 to 16384 pixels");
  EXPECT_EQ(RefusalOf([](auto* options) { options->height = 20'000; }),
            "the image options' height is 20000; it must be from 1 to 16384 pixels");
  EXPECT_EQ(RefusalOf([](auto* options) { options->resize = "longest_edge"; }),
            "the image options' longer_side is 0; it must be from 1 to 16384 pixels");
  RefusalOf([](auto* options) { options->multiple_of = 0; });
  RefusalOf([](auto* options) {
    options->resize = "shortest_edge";
    options->longer_side = -1;
  });
}

TEST(ImageOptionsTest, RefusesNumbersThatAreNotOneAChannel) {
  EXPECT_EQ(RefusalOf([](auto* options) { options->mean = {0.5}; }),
            "the image options' mean is [0.500000]; it must be three numbers, one a channel");
  EXPECT_EQ(RefusalOf([](auto* options) {
              options->std = {1, 0, 1};
            }),
            "the image options' std is [1.000000, 0.000000, 1.000000]; it must be three numbers above zero, one a "
            "channel");
  EXPECT_EQ(RefusalOf([](auto* options) {
              options->fill = {0, 256, 0};
            }),
            "the image options' fill is [0, 256, 0]; it must be three whole numbers from 0 to 255, one a channel");
  EXPECT_EQ(RefusalOf([](auto* options) { options->rescale = 0; }),
            "the image options' rescale is 0.000000; it must be above zero");
}

}  // namespace
}  // namespace wherefore
