#include "models/hugging_face/image_processor_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ImageProcessorConfigTest : public testing::Test {
 protected:
  ImageOptions Read(const std::string& json, const std::string& otherwise = "ViTImageProcessor") {
    WriteFileWhole(directory_.PathOf("preprocessor_config.json"), json);
    return ReadHubImageOptions(directory_.path(), otherwise);
  }
  std::string Refusal(const std::string& json) {
    return ErrorText(ErrorKind::kBadFile, [&] { Read(json); });
  }

  TemporaryDirectory directory_;
};

TEST_F(ImageProcessorConfigTest, HasTheDefaultsOfItsClass) {
  const auto vit = Read("{}");
  EXPECT_EQ(vit.resize, "stretch");
  EXPECT_EQ(vit.width, 224);
  EXPECT_EQ(vit.filter, "torchvision_bilinear");
  EXPECT_THAT(vit.mean, ElementsAre(0.5, 0.5, 0.5));
  const auto blip = Read(R"({"image_processor_type": "BlipImageProcessorFast"})");
  EXPECT_EQ(blip.height, 384);
  EXPECT_EQ(blip.filter, "torchvision_bicubic");
  EXPECT_EQ(Read(R"({"feature_extractor_type": "ViTFeatureExtractor", "size": 96})").width, 96);
}

TEST_F(ImageProcessorConfigTest, ReadsASizeInEveryForm) {
  const auto sides = Read(R"({"size": {"height": 30, "width": 20}})");
  EXPECT_EQ(sides.height, 30);
  EXPECT_EQ(sides.width, 20);
  const auto clip = Read(R"({"image_processor_type": "CLIPImageProcessor", "size": 40, "crop_size": 30})");
  EXPECT_EQ(clip.resize, "center_crop");
  EXPECT_EQ(clip.rounding, "down");
  EXPECT_EQ(clip.shorter_side, 40);
  EXPECT_EQ(clip.width, 30);
  const auto edge = Read(R"({"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 50}})");
  EXPECT_EQ(edge.shorter_side, 50);
  EXPECT_EQ(edge.width, 224);
}

TEST_F(ImageProcessorConfigTest, CropsForConvNextBelow384PixelsAndStretchesFromThere) {
  const auto small = Read(R"({"image_processor_type": "ConvNextImageProcessor", "size": 224})");
  EXPECT_EQ(small.resize, "center_crop");
  EXPECT_EQ(small.shorter_side, 256);  // 224 / (224 / 256)
  EXPECT_EQ(small.width, 224);
  EXPECT_EQ(Read(R"({"image_processor_type": "ConvNextImageProcessor"})").resize, "stretch");
}

TEST_F(ImageProcessorConfigTest, KeepsTheAspectForVilt) {
  const auto vilt = Read(R"({"feature_extractor_type": "ViltFeatureExtractor", "size": 390})");
  EXPECT_EQ(vilt.resize, "shortest_edge");
  EXPECT_EQ(vilt.shorter_side, 390);
  EXPECT_EQ(vilt.longer_side, 649);  // 1333 / 800 * 390, cut
  EXPECT_EQ(vilt.multiple_of, 32);
  EXPECT_EQ(vilt.width, 384);  // of a square photograph
  EXPECT_EQ(vilt.height, 384);
}

TEST_F(ImageProcessorConfigTest, TakesTheObjectOfTransformers5First) {
  WriteFileWhole(directory_.PathOf("processor_config.json"), R"({"image_processor": {"size": 48}})");
  EXPECT_EQ(Read(R"({"size": 96})").width, 48);
  WriteFileWhole(directory_.PathOf("processor_config.json"), R"({"processor_class": "BlipProcessor"})");
  EXPECT_EQ(Read(R"({"size": 96})").width, 96);
}

TEST_F(ImageProcessorConfigTest, LeavesOutStepsThatAreSwitchedOff) {
  const auto plain = Read(R"({"do_rescale": false, "do_normalize": false})");
  EXPECT_EQ(plain.rescale, 1);
  EXPECT_THAT(plain.std, ElementsAre(1, 1, 1));
}

TEST_F(ImageProcessorConfigTest, RefusesWhatCannotBeDone) {
  EXPECT_THAT(Refusal(R"({"image_processor_type": "Owlv2ImageProcessor"})"),
              AllOf(HasSubstr("preprocessor_config.json"), HasSubstr("'image_processor_type'"), HasSubstr("Owlv2"),
                    HasSubstr("ViTImageProcessor")));
  EXPECT_THAT(Refusal(R"({"resample": 0})"), HasSubstr("3 (bicubic)"));
  EXPECT_THAT(Refusal(R"({"do_resize": false})"), HasSubstr("'do_resize'"));
  EXPECT_THAT(Refusal(R"({"size": {"height": 3}})"), HasSubstr("height and width"));
  EXPECT_THAT(Refusal(R"({"size": 0})"), HasSubstr("'size'"));
  EXPECT_THAT(Refusal(R"({"image_std": [1, 0, 1]})"), HasSubstr("above 0"));
  EXPECT_THAT(Refusal(R"({"image_mean": [1, 2]})"), HasSubstr("a list of 3 numbers"));
  EXPECT_THAT(Refusal("[]"), HasSubstr("preprocessor_config.json"));
  const TemporaryDirectory empty;
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { ReadHubImageOptions(empty.path(), "ViTImageProcessor"); }),
              HasSubstr("has no preprocessor_config.json"));
}

}  // namespace
}  // namespace wherefore
