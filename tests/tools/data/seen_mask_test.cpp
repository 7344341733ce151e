#include "tools/data/seen_mask.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tools/photographs/photograph.h"

namespace wherefore {
namespace {

ImageOptions Stretched(int64_t width, int64_t height) {
  ImageOptions options;
  options.width = width;
  options.height = height;
  return options;
}

at::Tensor Block(int64_t height, int64_t width, int64_t top, int64_t left, int64_t rows, int64_t columns) {
  auto mask = at::zeros({height, width}, at::kBool);
  mask.slice(0, top, top + rows).slice(1, left, left + columns).fill_(true);
  return mask;
}

TEST(SeenMaskTest, IsTheSameAtTheSameSize) {
  const auto mask = at::arange(30).reshape({5, 6}).remainder(3).eq(0);
  const auto seen = SeenMask(mask, Stretched(6, 5));
  EXPECT_EQ(seen.scalar_type(), at::kByte);
  EXPECT_TRUE(seen.equal(mask.to(at::kByte)));
}

TEST(SeenMaskTest, KeepsPixelsThatAreHalfCoveredOrMore) {
  // Blocks of 4 x 4 become a pixel each: the first column is covered whole, the second by half, the third by a quarter.
  const auto mask = Block(8, 16, 0, 0, 8, 4).logical_or(Block(8, 16, 0, 4, 8, 2)).logical_or(Block(8, 16, 0, 8, 8, 1));
  EXPECT_TRUE(SeenMask(mask, Stretched(4, 2)).equal(Block(2, 4, 0, 0, 2, 2).to(at::kByte)));
}

TEST(SeenMaskTest, KeepsSmallObjects) {
  // 1 of 16 pixels, and 2 of 16 beside: where it is most.
  const auto mask = Block(8, 16, 1, 3, 1, 3);
  EXPECT_TRUE(SeenMask(mask, Stretched(4, 2)).equal(Block(2, 4, 0, 1, 1, 1).to(at::kByte)));
  EXPECT_EQ(SeenMask(at::zeros({8, 16}, at::kBool), Stretched(4, 2)).sum().item<int64_t>(), 0);
}

// The mask of what is white must be where the network's input is white.
TEST(SeenMaskTest, GoesWhereThePictureGoes) {
  Photograph photograph;
  const auto mask = Block(90, 120, 30, 48, 30, 36);
  photograph.pixels = mask.to(at::kByte).mul(255).unsqueeze(2).repeat({1, 1, 3});
  for (const auto* resize : {"stretch", "center_crop"}) {
    auto options = Stretched(20, 24);
    options.resize = resize;
    options.shorter_side = 30;
    const auto input = Preprocess(photograph, options);
    EXPECT_TRUE(SeenMask(mask, options).equal(input[0][0].ge(0.5).to(at::kByte))) << resize;
  }
}

TEST(SeenMaskTest, HasNoPixelOfWhatIsCutOff) {
  auto options = Stretched(20, 20);
  options.resize = "center_crop";
  options.shorter_side = 20;
  EXPECT_EQ(SeenMask(Block(20, 60, 0, 0, 20, 20), options).sum().item<int64_t>(), 0);
  EXPECT_EQ(SeenMask(Block(20, 60, 0, 20, 20, 20), options).sum().item<int64_t>(), 400);
}

TEST(SeenMaskTest, RefusesWhatIsNoMask) {
  ErrorText(ErrorKind::kUsage, [] { SeenMask(at::zeros({1, 4, 4}), {}); });
  ErrorText(ErrorKind::kUsage, [] { SeenMask(at::zeros({0, 4}), {}); });
}

TEST(SeenPictureTest, IsWhatTheInputWasMadeOf) {
  Photograph photograph;
  photograph.pixels = at::arange(6 * 5 * 3).reshape({6, 5, 3}).mul(2).to(at::kByte);
  auto options = Stretched(5, 6);
  options.mean = {0.485, 0.456, 0.406};
  options.std = {0.229, 0.224, 0.225};
  EXPECT_TRUE(SeenPicture(Preprocess(photograph, options), options).equal(photograph.pixels));
}

}  // namespace
}  // namespace wherefore
