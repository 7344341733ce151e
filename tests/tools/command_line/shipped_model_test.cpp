#include "tools/command_line/shipped_model.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tools/training/caption_task.h"
#include "tools/training/scene_training.h"
#include "tools/training/vqa_task.h"

namespace wherefore {
namespace {

/// Held-out scenes that neither training nor the figures in training.json have used.
std::vector<TrainingScene> FreshScenes(int64_t count) { return HeldOutScenes(500'000, count, {}, SceneImageOptions()); }

double FigureOf(const Figures& figures, const std::string& name) {
  for (const auto& figure : figures) {
    if (figure.first == name) return figure.second;
  }
  ADD_FAILURE() << "no figure " << name;
  return 0;
}

TEST(ShippedModelTest, IsThereForCaptionsAndAnswersOnly) {
  EXPECT_NE(ShippedModel(Task::kCaption), "");
  EXPECT_NE(ShippedModel(Task::kVqa), "");
  EXPECT_EQ(ShippedModel(Task::kClassification), "");
}

TEST(ShippedModelTest, TakesTwelveMegabytesAtMost) {
  std::uintmax_t bytes = 0;
  for (const auto task : {Task::kCaption, Task::kVqa}) {
    for (const auto& file : std::filesystem::directory_iterator(ShippedModel(task))) bytes += file.file_size();
  }
  EXPECT_LE(bytes, 12'000'000);
}

// The figures of the whole test are in tools/training/RESULTS.md; these bounds are what 200 scenes cannot miss by
// chance.
TEST(ShippedModelTest, CaptionsScenesThatItHasNotSeen) {
  const auto model = LoadModel(ShippedModel(Task::kCaption));
  const auto figures = CaptionFigures(model, FreshScenes(200), c10::kCPU);
  EXPECT_GE(FigureOf(figures, "things right"), 0.9);
  EXPECT_GE(FigureOf(figures, "right"), 0.65);
  EXPECT_GE(FigureOf(figures, "objects mentioned"), 1.5);
}

TEST(ShippedModelTest, AnswersQuestionsAboutScenesThatItHasNotSeen) {
  const auto model = LoadModel(ShippedModel(Task::kVqa));
  const auto figures = VqaFigures(model, FreshScenes(200), c10::kCPU);
  EXPECT_GE(FigureOf(figures, "right"), 0.95);
  for (const auto& [family, right] : figures) EXPECT_GE(right, 0.85) << family;
}

}  // namespace
}  // namespace wherefore
