#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "models/images/image_processor.h"
#include "tests/support/json_numbers.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"
#include "tools/photographs/photograph.h"
#include "tools/report/npy.h"

// Photographs as transformers prepares them, with the options of each model's preprocessor_config.json.

namespace wherefore {
namespace {

/// What transformers made of a photograph: one of the backends' values.
void ExpectValues(const at::Tensor& values, const nlohmann::json& expected, const std::string& what) {
  ASSERT_EQ(values.sizes().vec(), expected["shape"].get<std::vector<int64_t>>()) << what;
  const auto flat = values.flatten().to(at::kDouble);
  EXPECT_NEAR(flat.sum().item<double>(), expected["sum"].get<double>(), 1e-6 * static_cast<double>(flat.numel()))
      << what;
  for (const auto& place : expected["at_flat_index"]) {
    EXPECT_NEAR(flat[place[0].get<int64_t>()].item<double>(), place[1].get<double>(), 1e-6)
        << what << " at " << place[0];
  }
}

/// `filter`: "bilinear" or "bicubic", of both families.
void ExpectPreparedAsIn(const std::string& golden, ImageOptions options, const std::string& filter) {
  for (const auto& entry : ReadJson(SharedPath("hf/golden/" + golden + ".json"))["cases"]) {
    const std::string photo = entry["photo"];
    const auto pixels = LoadPhotograph(SharedPath(photo)).pixels;
    ASSERT_EQ(pixels.sum().item<int64_t>(), entry["decoded_rgb_sum"].get<int64_t>())
        << photo << " is decoded otherwise";
    options.filter = "torchvision_" + filter;
    const auto values = ImageProcessor(options).Prepare(pixels).values[0];
    ExpectValues(values, entry["pixel_values"], golden + " of " + photo);
    if (entry["pixel_values"].contains("npy")) {
      const std::string npy = entry["pixel_values"]["npy"];
      ExpectClose(values, ParseNpy(ReadFile(SharedPath("hf/golden/" + npy))), 1e-6, npy);
    }
    options.filter = "pillow_" + filter;
    ExpectValues(ImageProcessor(options).Prepare(pixels).values[0], entry["pixel_values_pil_backend"],
                 golden + " by Pillow of " + photo);
  }
}

const std::vector<double> kHalf = {0.5, 0.5, 0.5};
const std::vector<double> kClipMean = {0.48145466, 0.4578275, 0.40821073};
const std::vector<double> kClipStd = {0.26862954, 0.26130258, 0.27577711};

ImageOptions Stretched(const std::vector<double>& mean, const std::vector<double>& std) {
  ImageOptions options;
  options.width = options.height = 96;
  options.mean = mean;
  options.std = std;
  return options;
}

ImageOptions Cropped(int64_t shorter_side, const std::vector<double>& mean, const std::vector<double>& std) {
  auto options = Stretched(mean, std);
  options.resize = "center_crop";
  options.rounding = "down";
  options.shorter_side = shorter_side;
  return options;
}

TEST(HuggingFaceImagesTest, ViTStretches) {
  WHEREFORE_NEEDS_SHARED("hf/golden/vit.json");
  ExpectPreparedAsIn("vit", Stretched(kHalf, kHalf), "bilinear");
  ExpectPreparedAsIn("vit-gpt2", Stretched(kHalf, kHalf), "bilinear");
}

TEST(HuggingFaceImagesTest, BlipStretches) {
  WHEREFORE_NEEDS_SHARED("hf/golden/blip-caption.json");
  ExpectPreparedAsIn("blip-caption", Stretched(kClipMean, kClipStd), "bicubic");
  ExpectPreparedAsIn("blip-vqa", Stretched(kClipMean, kClipStd), "bicubic");
}

TEST(HuggingFaceImagesTest, PaliGemmaStretches) {
  WHEREFORE_NEEDS_SHARED("hf/golden/paligemma.json");
  ExpectPreparedAsIn("paligemma", Stretched(kHalf, kHalf), "bicubic");
}

TEST(HuggingFaceImagesTest, ClipGitAndLlavaCutOutTheMiddle) {
  WHEREFORE_NEEDS_SHARED("hf/golden/clip.json");
  for (const auto* golden : {"clip", "git", "git-vqa", "llava"}) {
    ExpectPreparedAsIn(golden, Cropped(96, kClipMean, kClipStd), "bicubic");
  }
}

TEST(HuggingFaceImagesTest, ConvNextCutsOutTheMiddleOfALargerPicture) {
  WHEREFORE_NEEDS_SHARED("hf/golden/convnext.json");
  for (const auto* golden : {"convnext", "resnet"}) {
    // 96 / crop_pct, rounded down.
    ExpectPreparedAsIn(golden, Cropped(109, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}), "bicubic");
  }
}

TEST(HuggingFaceImagesTest, ViltKeepsTheAspect) {
  WHEREFORE_NEEDS_SHARED("hf/golden/vilt-vqa.json");
  auto options = Stretched(kHalf, kHalf);
  options.resize = "shortest_edge";
  options.shorter_side = 96;
  options.longer_side = 159;  // 96 * 1333 / 800, rounded down
  options.multiple_of = 16;
  ExpectPreparedAsIn("vilt-vqa", options, "bicubic");
}

}  // namespace
}  // namespace wherefore
