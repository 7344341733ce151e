#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "models/images/image_processor.h"
#include "models/images/resize.h"
#include "tools/photographs/opencv_tensor.h"

namespace wherefore {
namespace {

struct Sizes {
  int64_t height;
  int64_t width;
  int64_t resized_height;
  int64_t resized_width;
};

/// 200 of them: those where a filter takes another way, then such as chance gives.
std::vector<Sizes> SizesToCompare() {
  std::vector<Sizes> all = {
      {1, 1, 1, 1},     {1, 1, 7, 5},     {1, 9, 4, 4},     {9, 1, 4, 4},     {64, 48, 1, 1},      {64, 48, 32, 24},
      {64, 48, 32, 12}, {64, 48, 64, 12}, {64, 48, 16, 48}, {60, 90, 20, 30}, {70, 105, 10, 15},   {64, 48, 64, 48},
      {64, 48, 64, 47}, {64, 48, 63, 48}, {64, 48, 65, 24}, {64, 48, 32, 49}, {64, 48, 128, 96},   {64, 48, 192, 144},
      {3, 200, 50, 50}, {200, 3, 50, 50}, {2, 2, 1, 1},     {2, 2, 3, 3},     {300, 451, 224, 224}};
  // Parts of pixels around the least that counts.
  all.insert(all.end(), {{2, 4001, 1, 2000}, {4001, 2, 2000, 1}, {2, 3002, 1, 1500}, {3002, 2, 1500, 1}});
  // Whole multiples that are not whole in floating point are not averaged in blocks.
  for (const int64_t blocks : {5, 7, 10, 11, 13, 14, 49, 98}) {
    for (const int64_t scale : {3, 6, 10, 22}) all.push_back({blocks * scale, 3 * scale, blocks, 3});
  }
  const auto drawn = at::rand({200, 4}, at::make_generator<at::CPUGeneratorImpl>(17), at::kDouble);
  const auto longest = at::tensor({200, 200, 150, 150}, at::kDouble);
  // Squared, so that small ones are not rare.
  const auto sides = (drawn * drawn * longest).to(at::kLong) + 1;
  for (int64_t i = 0; all.size() < 200; ++i) {
    const auto* row = sides[i].data_ptr<int64_t>();
    all.push_back({row[0], row[1], row[2], row[3]});
  }
  return all;
}

at::Tensor Noise(int64_t height, int64_t width, std::uint64_t seed) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  // Beyond both ends, so that black and white are not rare.
  return (at::rand({height, width, 3}, generator, at::kFloat) * 300 - 20).clamp(0, 255).to(at::kByte);
}

at::Tensor OpenCvResized(const at::Tensor& pixels, const Sizes& sizes, int interpolation) {
  cv::Mat resized;
  cv::resize(MatOver(pixels, "pixels"), resized,
             cv::Size(static_cast<int>(sizes.resized_width), static_cast<int>(sizes.resized_height)), 0, 0,
             interpolation);
  return TensorOf(resized);
}

std::string Text(const Sizes& sizes) {
  return std::to_string(sizes.height) + " x " + std::to_string(sizes.width) + " to " +
         std::to_string(sizes.resized_height) + " x " + std::to_string(sizes.resized_width);
}

TEST(OpenCvResizeTest, AreaIsOpenCvsToTheBit) {
  const auto all = SizesToCompare();
  ASSERT_EQ(all.size(), 200U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto pixels = Noise(all[i].height, all[i].width, i);
    const auto resized = Resize(pixels, all[i].resized_height, all[i].resized_width, "area");
    EXPECT_TRUE(resized.equal(OpenCvResized(pixels, all[i], cv::INTER_AREA))) << Text(all[i]);
  }
}

TEST(OpenCvResizeTest, BilinearIsOpenCvsToTheBit) {
  const auto all = SizesToCompare();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto pixels = Noise(all[i].height, all[i].width, i);
    const auto resized = Resize(pixels, all[i].resized_height, all[i].resized_width, "bilinear");
    EXPECT_TRUE(resized.equal(OpenCvResized(pixels, all[i], cv::INTER_LINEAR))) << Text(all[i]);
  }
}

TEST(OpenCvResizeTest, CoveredAreaIsOpenCvsToTheBit) {
  const auto all = SizesToCompare();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto mask = Noise(all[i].height, all[i].width, i).select(2, 0).gt(100);
    auto object = mask.to(at::kFloat).contiguous();
    const auto covered = CoveredArea(mask, all[i].resized_height, all[i].resized_width);
    const auto expected = OpenCvResized(object, all[i], cv::INTER_AREA).reshape(covered.sizes());
    EXPECT_TRUE(covered.equal(expected)) << Text(all[i]);
  }
}

// How photographs were prepared with OpenCV, from the pixels to the network's input.
TEST(OpenCvResizeTest, PreparedValuesAreThoseOfOpenCvAndTensorArithmetic) {
  for (const auto* filter : {"area", "bilinear"}) {
    ImageOptions options;
    options.filter = filter;
    options.mean = {0.485, 0.456, 0.406};
    options.std = {0.229, 0.224, 0.225};
    const auto pixels = Noise(300, 451, 3);
    const auto resized =
        OpenCvResized(pixels, {300, 451, 224, 224}, std::string(filter) == "area" ? cv::INTER_AREA : cv::INTER_LINEAR);
    const auto mean = at::tensor(options.mean, at::kFloat);
    const auto std = at::tensor(options.std, at::kFloat);
    const auto expected = ((resized.to(at::kFloat) / 255 - mean) / std).permute({2, 0, 1}).unsqueeze(0);
    EXPECT_TRUE(ImageProcessor(options).Prepare(pixels).values.equal(expected)) << filter;
  }
}

}  // namespace
}  // namespace wherefore
