#include "tools/data/scene_images.h"

#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"
#include "tools/scenes/scene_files.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

constexpr int64_t kFirstDrawn = 3'000'000;

/// The mask of a concept; no pixels where the image is not labeled with it.
at::Tensor MaskOf(const LabeledImages& data, const LabeledImage& image, const std::string& name) {
  for (std::size_t i = 0; i < image.labels.concepts.size(); ++i) {
    if (data.concepts()[static_cast<std::size_t>(image.labels.concepts[i])].name == name) {
      return image.labels.masks[static_cast<int64_t>(i)];
    }
  }
  return at::zeros({image.pixels.size(0), image.pixels.size(1)}, at::kBool);
}

TEST(SceneImagesTest, LabelEveryPixelOfEveryObject) {
  const auto data = DrawnScenes(5, SceneLabels::kAll);
  EXPECT_EQ(data->size(), 5);
  EXPECT_EQ(data->Name(), "5 scenes");
  for (int64_t i = 0; i < data->size(); ++i) {
    const auto image = data->At(i);
    const auto scene = HeldOutScenes(kFirstDrawn + i, 1, {}, {})[0].scene;
    EXPECT_TRUE(at::equal(image.pixels, scene.picture));
    EXPECT_TRUE(at::equal(MaskOf(*data, image, "background"), scene.mask == 0));
    for (const auto attribute : kAttributes) {
      const auto& values = ValuesOf(attribute);
      for (std::size_t value = 0; value < values.size(); ++value) {
        auto expected = at::zeros_like(scene.mask, at::kBool);
        for (std::size_t k = 0; k < scene.objects.size(); ++k) {
          if (scene.objects[k].Of(attribute) == static_cast<int>(value)) {
            expected |= scene.mask == static_cast<int64_t>(k) + 1;
          }
        }
        EXPECT_TRUE(at::equal(MaskOf(*data, image, values[value]), expected)) << values[value];
      }
    }
    for (std::size_t k = 0; k < scene.objects.size(); ++k) {
      const auto pixels = scene.mask == static_cast<int64_t>(k) + 1;
      const double x = scene.objects[k].x / 192;
      const double y = scene.objects[k].y / 192;
      const auto covers = [&](const char* place) {
        return MaskOf(*data, image, place).logical_and(pixels).equal(pixels);
      };
      EXPECT_EQ(covers("left"), x < 1.0 / 3);
      EXPECT_EQ(covers("right"), x > 2.0 / 3);
      EXPECT_EQ(covers("top"), y < 1.0 / 3);
      EXPECT_EQ(covers("bottom"), y > 2.0 / 3);
      EXPECT_EQ(covers("middle"), std::abs(x - 0.5) <= 1.0 / 6 && std::abs(y - 0.5) <= 1.0 / 6);
    }
  }
}

TEST(SceneImagesTest, WithQuestionsLabelOnlyWhatIsAskedFor) {
  const auto data = DrawnScenes(12, SceneLabels::kAskedFor);
  EXPECT_EQ(data->Name(), "12 scenes with questions");
  std::set<std::string> categories;
  for (int64_t i = 0; i < data->size(); ++i) {
    const auto image = data->At(i);
    ASSERT_EQ(image.labels.concepts.size(), 1U);
    const auto& label = data->concepts()[static_cast<std::size_t>(image.labels.concepts[0])];
    categories.insert(label.category);
    EXPECT_GT(image.labels.masks.sum().item<int64_t>(), 0);
    const auto asks = label.category == "color" ? "colo" : label.category == "size" ? "" : label.category;
    EXPECT_THAT(image.question, HasSubstr(asks));
    EXPECT_THAT(image.question, testing::Not(HasSubstr(label.name))) << "the question gives the answer away";
  }
  EXPECT_GT(categories.size(), 2U);
}

class SceneDirectoryTest : public testing::Test {
 protected:
  SceneDirectoryTest() {
    request_.count = 4;
    request_.seed = 9;
    request_.options.size = 96;
    request_.out = directory_.path();
    std::ostringstream progress;
    WriteSceneFiles(request_, progress);
  }

  TemporaryDirectory directory_;
  SceneFilesRequest request_;
};

TEST_F(SceneDirectoryTest, IsReadAsItWasWritten) {
  const auto data = OpenSceneDirectory(directory_.path(), SceneLabels::kAll);
  ASSERT_EQ(data->size(), 4);
  for (int64_t i = 0; i < 4; ++i) {
    const auto scene = MakeScene(SceneSeed(9, static_cast<std::uint64_t>(i)), request_.options);
    const auto image = data->At(i);
    EXPECT_TRUE(at::equal(image.pixels, scene.picture));
    EXPECT_TRUE(at::equal(MaskOf(*data, image, "background"), scene.mask == 0));
    for (std::size_t k = 0; k < scene.objects.size(); ++k) {
      const auto pixels = scene.mask == static_cast<int64_t>(k) + 1;
      for (const auto attribute : kAttributes) {
        const auto& value = ValuesOf(attribute)[static_cast<std::size_t>(scene.objects[k].Of(attribute))];
        EXPECT_TRUE(MaskOf(*data, image, value).logical_and(pixels).equal(pixels)) << value;
      }
    }
  }
  const auto asked = OpenSceneDirectory(directory_.path(), SceneLabels::kAskedFor);
  EXPECT_LE(asked->size(), 4);
  for (int64_t i = 0; i < asked->size(); ++i) EXPECT_EQ(asked->At(i).labels.concepts.size(), 1U);
}

TEST_F(SceneDirectoryTest, IsRefusedWhereItIsDamaged) {
  const auto file = directory_.PathOf("scenes.json");
  auto text = ReadFile(file);
  const std::string key = "\"color\":\"";
  ASSERT_NE(text.find(key), std::string::npos);
  text.replace(text.find(key) + key.size(), 1, "?");
  WriteFileWhole(file, text);
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { OpenSceneDirectory(directory_.path(), SceneLabels::kAll); }),
              testing::AllOf(HasSubstr(file), HasSubstr(".color'"), HasSubstr("?")));
}

}  // namespace
}  // namespace wherefore
