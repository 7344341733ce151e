#include "tools/evaluation/sanity.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/fingerprint.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::ElementsAre;

std::vector<std::string> Names(const std::vector<CascadeStage>& stages) {
  std::vector<std::string> names;
  for (const auto& stage : stages)
    names.push_back(stage.name + (stage.is_trunk ? "*" : "") + std::to_string(stage.steps));
  return names;
}

TEST(SanityTest, StagesAreTopLevelModulesAndThoseOfTheTrunk) {
  const std::vector<std::string> steps = {"output",         "lstm.cell",  "lstm.gate", "trunk.layer2.0.conv1",
                                          "trunk.layer1.0", "trunk.conv1"};
  EXPECT_THAT(Names(CascadeStages(steps, false)),
              ElementsAre("output1", "lstm3", "trunk.layer2*4", "trunk.layer1*5", "trunk.conv1*6"));
  EXPECT_THAT(Names(CascadeStages({"fc", "layer4.0", "conv1"}, true)), ElementsAre("fc1", "layer4*2", "conv1*3"));
}

TEST(SanityTest, ThinsManyStagesOfATrunkAndEndsAtTheImage) {
  std::vector<std::string> steps = {"output"};
  for (int i = 17; i >= 0; --i) steps.push_back("trunk.features." + std::to_string(i) + ".conv");
  EXPECT_THAT(Names(CascadeStages(steps, false, 3)),
              ElementsAre("output1", "trunk.features.12*7", "trunk.features.6*13", "trunk.features.0*19"));
}

class CascadeTest : public testing::Test {
 protected:
  CascadeTest() {
    SaveSmallModels(directory_.path());
    model_ = LoadModel(directory_.PathOf("vqa"));
    asked_.image = SmallImage();
    asked_.picture = at::zeros({48, 64, 3}, at::kByte);
    asked_.question = "a dog";
    asked_.places = [](const Explanation&) { return TargetPlaces(); };
  }

  TemporaryDirectory directory_;
  Model model_;
  EvaluationCase asked_;
};

TEST_F(CascadeTest, ComparesMapsAfterEachStageAndPutsTheWeightsBack) {
  const auto before = Fingerprint(*model_.network);
  const std::vector<Column> columns = ColumnsOf({"gradient", "center"}, {});
  ExplainedCase explained(model_, asked_, 0, c10::kCPU, columns[0], {});
  const auto all = CompareThroughCascade(explained, columns, {0}, true, 1);
  EXPECT_EQ(Fingerprint(*model_.network), before);
  bool gradient_changed = false;
  for (const auto& likeness : all) {
    if (likeness.column == 1) {  // the middle of the picture is there whatever the weights
      EXPECT_NEAR(likeness.rank, 1, 1e-9);
      EXPECT_NEAR(likeness.absolute, 1, 1e-9);
      EXPECT_NEAR(likeness.ssim, 1, 1e-9);
    } else {
      gradient_changed = gradient_changed || likeness.rank < 0.9;
    }
  }
  EXPECT_TRUE(gradient_changed);
  EXPECT_TRUE(all.back().is_trunk);

  const auto decoder = CompareThroughCascade(explained, columns, {0}, false, 1);
  EXPECT_LT(decoder.size(), all.size());
  EXPECT_FALSE(decoder.back().is_trunk);
}

TEST_F(CascadeTest, HasNoLikenessOfAMapThatIsTheSameEverywhere) {
  {
    const at::NoGradGuard no_gradients;
    for (auto& weights : model_.network->parameters()) weights.zero_();
  }
  const std::vector<Column> columns = ColumnsOf({"gradient", "center"}, {});
  ExplainedCase explained(model_, asked_, 0, c10::kCPU, columns[1], {});
  const auto all = CompareThroughCascade(explained, columns, {0}, true, 1);
  ASSERT_GE(all.size(), 4);  // two stages or more of both methods
  for (const auto& likeness : all) {
    const bool is_gradient = likeness.column == 0;
    EXPECT_EQ(std::isnan(likeness.rank), is_gradient);
    EXPECT_EQ(std::isnan(likeness.absolute), is_gradient);
    EXPECT_EQ(std::isnan(likeness.ssim), is_gradient);
  }
}

}  // namespace
}  // namespace wherefore
