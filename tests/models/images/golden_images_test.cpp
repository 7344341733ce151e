#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/files/safetensors.h"
#include "models/images/image_processor.h"
#include "models/images/resize.h"
#include "tests/support/shared_data.h"

// Against Pillow, torchvision and transformers: see tests/golden/images/make_images.py.

namespace wherefore {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

const Tensors& Golden() {
  static const auto tensors = ReadSafetensors(GoldenPath("images/resized.safetensors"));
  return tensors;
}

/// Greatest difference of any level of two pictures, 256 where their sizes differ.
int Difference(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return 256;
  return (a.to(at::kInt) - b.to(at::kInt)).abs().max().item<int>();
}

/// Resizes the pictures of every FILTER/PICTURE/SIZE whose filter begins so; returns how many there are.
int CompareResized(const std::string& family, int at_most) {
  int compared = 0;
  for (const auto& [name, expected] : Golden()) {
    if (name.rfind(family, 0) != 0) continue;
    const auto slash = name.find('/');
    const auto picture = name.substr(slash + 1, name.rfind('/') - slash - 1);
    const auto resized =
        Resize(Golden().at("picture/" + picture), expected.size(0), expected.size(1), name.substr(0, slash));
    EXPECT_LE(Difference(resized, expected), at_most) << name;
    ++compared;
  }
  return compared;
}

TEST(GoldenImagesTest, PillowsFiltersAreMetToTheBit) { EXPECT_EQ(CompareResized("pillow_", 0), 4 * 18); }

TEST(GoldenImagesTest, TorchvisionsFiltersAreMetToOneLevel) { EXPECT_EQ(CompareResized("torchvision_", 1), 3 * 18); }

/// What an image processor of transformers makes of a picture, without rescaling and normalising.
void ExpectPrepared(const std::string& processor, ImageOptions options, int at_most) {
  options.rescale = 1;
  for (const std::string picture : {"noise", "smooth", "high", "square"}) {
    const auto prepared = ImageProcessor(options).Prepare(Golden().at("picture/" + picture));
    const auto levels = prepared.values[0].permute({1, 2, 0}).to(at::kByte);
    const auto& expected = Golden().at(processor + "/" + picture);
    EXPECT_LE(Difference(levels, expected), at_most)
        << processor << " of " << picture << ": " << levels.sizes() << ", expected " << expected.sizes();
  }
}

ImageOptions CenterCrop(int64_t shorter_side, int64_t height, int64_t width) {
  ImageOptions options;
  options.resize = "center_crop";
  options.rounding = "down";
  options.filter = "torchvision_bicubic";
  options.shorter_side = shorter_side;
  options.height = height;
  options.width = width;
  return options;
}

TEST(GoldenImagesTest, ClipsCropIsMet) {
  auto options = CenterCrop(18, 13, 14);
  ExpectPrepared("CLIPImageProcessor", options, 1);
  options.filter = "pillow_bicubic";
  ExpectPrepared("CLIPImageProcessorPil", options, 0);
}

TEST(GoldenImagesTest, ConvNextsCropIsMet) { ExpectPrepared("ConvNextImageProcessor", CenterCrop(16, 14, 14), 1); }

TEST(GoldenImagesTest, DonutsThumbnailAndPaddingAreMet) {
  ImageOptions options;
  options.resize = "thumbnail";
  options.pad = "size";
  options.filter = "torchvision_bilinear";
  options.height = 30;
  options.width = 20;
  ExpectPrepared("DonutImageProcessor", options, 1);
}

TEST(GoldenImagesTest, LlavasSquareIsMet) {
  auto options = CenterCrop(13, 13, 13);
  options.pad = "square";
  options.fill = {102, 153, 204};  // 255 times the mean that the processor has
  ExpectPrepared("LlavaImageProcessor", options, 1);
}

TEST(GoldenImagesTest, ViltsShortestEdgeIsMet) {
  ImageOptions options;
  options.resize = "shortest_edge";
  options.filter = "torchvision_bicubic";
  options.shorter_side = 18;
  options.longer_side = 29;  // 18 * 1333 / 800, rounded down
  options.multiple_of = 4;
  ExpectPrepared("ViltImageProcessor", options, 1);
}

}  // namespace
}  // namespace wherefore
