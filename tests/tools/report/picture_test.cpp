#include "tools/report/picture.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/image_files.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Slow waves, each colour its own: JPEG keeps them.
at::Tensor Waves(int64_t height, int64_t width, int64_t channels) {
  const auto y = at::arange(height, at::kFloat).reshape({height, 1, 1});
  const auto x = at::arange(width, at::kFloat).reshape({1, width, 1});
  const auto c = at::arange(channels, at::kFloat).reshape({1, 1, channels});
  return ((y / 9 + x / 11 + c).sin() * 100 + 128).to(at::kByte);
}

std::string UsageText(const std::function<void()>& run) { return ErrorText(ErrorKind::kUsage, run); }

TEST(PictureTest, KeepsEveryValueInAPng) {
  for (const int64_t channels : {3, 4}) {
    const auto picture = Waves(31, 45, channels);
    EXPECT_TRUE(at::equal(DecodePicture(EncodePng(picture)), picture)) << channels;
  }
}

TEST(PictureTest, PutsRedFirst) {
  // An independent file: one pixel of red 200, green 10, blue 20.
  const auto pixel = DecodePicture(PngFile(1, 1, 8, 2, "\xC8\x0A\x14"));
  EXPECT_TRUE(at::equal(pixel.flatten(), at::tensor({200, 10, 20}, at::kInt).to(at::kByte)));
}

TEST(PictureTest, KeepsValuesNearlyInAJpeg) {
  const auto picture = Waves(32, 48, 3);
  const auto decoded = DecodePicture(EncodeJpeg(picture, 95));
  ASSERT_EQ(decoded.sizes(), picture.sizes());
  EXPECT_LE((decoded.to(at::kInt) - picture.to(at::kInt)).abs().max().item<int>(), 12);
  EXPECT_LT(EncodeJpeg(picture, 30).size(), EncodeJpeg(picture, 95).size());
}

TEST(PictureTest, WritesAFileWholeOrNotAtAll) {
  const TemporaryDirectory directory;
  const auto picture = Waves(3, 4, 3);
  WritePicture(directory.PathOf("a.png"), picture);
  EXPECT_TRUE(at::equal(DecodePicture(ReadFile(directory.PathOf("a.png"))), picture));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { WritePicture(directory.PathOf("none/a.png"), picture); }),
              HasSubstr("No such file or directory"));
  EXPECT_THAT(directory.Names(), ElementsAre("a.png"));
}

TEST(PictureTest, ShrinksByAveragesToTheLongestSide) {
  const auto picture = at::tensor({0, 10, 20, 30, 100, 110, 120, 130}, at::kInt).to(at::kByte).reshape({2, 4, 1});
  const auto small = Shrunk(picture.expand({2, 4, 3}).contiguous(), 2);
  ASSERT_THAT(small.sizes(), ElementsAre(1, 2, 3));
  EXPECT_EQ(small[0][0][0].item<int>(), 55);
  EXPECT_EQ(small[0][1][2].item<int>(), 75);
}

TEST(PictureTest, NeverShrinksASideToNothing) {
  EXPECT_THAT(Shrunk(Waves(1, 1000, 3), 100).sizes(), ElementsAre(1, 100, 3));
  EXPECT_THAT(Shrunk(Waves(1000, 2, 4), 100).sizes(), ElementsAre(100, 1, 4));
}

TEST(PictureTest, LeavesASmallPictureAsItIs) {
  const auto picture = Waves(5, 7, 3);
  EXPECT_TRUE(at::equal(Shrunk(picture, 7), picture));
}

TEST(PictureTest, RefusesTensorsThatAreNoPictures) {
  EXPECT_THAT(UsageText([] { EncodePng(at::zeros({4, 4}, at::kByte)); }), HasSubstr("a picture must be"));
  EXPECT_THAT(UsageText([] {
                EncodePng(at::zeros({4, 4, 2}, at::kByte));
              }),
              HasSubstr("a picture must be uint8 with 3 or 4 channels; this one is CV_8UC2"));
  EXPECT_THAT(UsageText([] { EncodePng(at::zeros({4, 4, 3})); }), HasSubstr("this one is CV_32FC3"));
  EXPECT_THAT(UsageText([] { EncodePng(at::zeros({4, 4, 3}, at::kLong)); }), HasSubstr("[4, 4, 3]"));
  EXPECT_THAT(UsageText([] { EncodePng(at::zeros({0, 4, 3}, at::kByte)); }), HasSubstr("[0, 4, 3]"));
  EXPECT_THAT(UsageText([] { EncodePng(at::Tensor()); }), HasSubstr("undefined"));
  EXPECT_THAT(UsageText([] { EncodePng(Waves(4, 6, 3).transpose(0, 1)); }), HasSubstr("not contiguous"));
}

TEST(PictureTest, RefusesAJpegThatCannotBe) {
  EXPECT_EQ(UsageText([] { EncodeJpeg(Waves(4, 4, 3), 101); }), "JPEG quality is 101; it must be 1 to 100");
  EXPECT_EQ(UsageText([] { EncodeJpeg(Waves(4, 4, 4)); }),
            "a JPEG has no transparency: give a picture with 3 channels, not 4");
  EXPECT_EQ(UsageText([] { EncodeJpeg(Waves(1, 70'000, 3)); }).substr(0, 6), "OpenCV");
}

TEST(PictureTest, DecodesNothingElse) {
  for (const std::string& bytes : {std::string(), std::string("text"), PngFile(1, 1, 8, 0, "a")}) {
    EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { DecodePicture(bytes); }),
              "these " + std::to_string(bytes.size()) + " bytes are no 8-bit colour picture");
  }
}

}  // namespace
}  // namespace wherefore
