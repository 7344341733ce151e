#include "tools/report/png.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "tools/photographs/opencv_tensor.h"

namespace wherefore {
namespace {

std::string Encoded(const at::Tensor& picture) {
  return PngBytes({picture.data_ptr<std::uint8_t>(), static_cast<std::size_t>(picture.size(0)),
                   static_cast<std::size_t>(picture.size(1)), static_cast<std::size_t>(picture.size(2))});
}

/// By libpng, which checks every checksum.
at::Tensor Decoded(std::string bytes) {
  auto decoded = cv::imdecode(cv::Mat(1, static_cast<int>(bytes.size()), CV_8U, bytes.data()), cv::IMREAD_UNCHANGED);
  if (decoded.channels() == 3) cv::cvtColor(decoded, decoded, cv::COLOR_BGR2RGB);
  if (decoded.channels() == 4) cv::cvtColor(decoded, decoded, cv::COLOR_BGRA2RGBA);
  const auto picture = TensorOf(decoded);
  return picture.dim() == 2 ? picture.unsqueeze(2) : picture;
}

void ExpectKept(const at::Tensor& picture) {
  EXPECT_TRUE(at::equal(Decoded(Encoded(picture)), picture)) << picture.sizes();
}

TEST(PngTest, KeepsNoise) {
  for (const int64_t channels : {1, 3, 4}) {
    for (const auto& [height, width] : {std::pair{1, 1}, std::pair{1, 700}, std::pair{700, 1}, std::pair{31, 45}}) {
      ExpectKept(at::randint(256, {height, width, channels}, at::kByte));
    }
    ExpectKept(at::randint(256, {300, 400, channels}, at::kByte));  // several blocks
  }
}

TEST(PngTest, KeepsRunsOfEveryLength) {
  // Grey rows of one run each: differences from the left are zero but for the first.
  for (int64_t width = 1; width < 600; ++width) ExpectKept(at::full({2, width, 1}, 7, at::kByte));
}

TEST(PngTest, KeepsValuesWhoseCodesWouldBeTooLong) {
  // A value half as often as the one before: codes as long as there are values, were they not cut.
  std::vector<int64_t> values;
  for (int64_t value = 0; value < 17; ++value) values.insert(values.end(), std::size_t{1} << (16 - value), value);
  const auto order = at::randperm(static_cast<int64_t>(values.size()));
  const auto differences = at::tensor(values).index_select(0, order);
  ExpectKept(differences.cumsum(0).remainder(256).to(at::kByte).reshape({1, -1, 1}));
}

TEST(PngTest, MakesFlatPicturesSmall) { EXPECT_LT(Encoded(at::full({400, 600, 3}, 200, at::kByte)).size(), 10'000U); }

TEST(PngTest, IsAsSmallAsOpenCvsOfAPhotographsKind) {
  const auto x = at::linspace(0, 9, 600).reshape({1, 600, 1});
  const auto y = at::linspace(0, 7, 400).reshape({400, 1, 1});
  const auto picture = ((x + y).sin() * 80 + 128 + at::randn({400, 600, 3}) * 6).clamp(0, 255).to(at::kByte);
  std::vector<unsigned char> by_opencv;
  cv::imencode(".png", MatOver(picture, "a picture"), by_opencv);
  EXPECT_LT(static_cast<double>(Encoded(picture).size()), 1.02 * static_cast<double>(by_opencv.size()));
}

}  // namespace
}  // namespace wherefore
