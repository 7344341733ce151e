#include "tools/evaluation/examples.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::ElementsAre;

/// Cases "0", "1" and so on: always the same picture and question.
class SamePictures : public EvaluationSet {
 public:
  std::string Name() const override { return "one picture"; }
  int64_t size() const override { return 5; }
  std::string Digest() const override { return ""; }
  EvaluationCase At(int64_t index) const override {
    EvaluationCase made;
    made.name = std::to_string(index);
    made.image = SmallImage();
    made.picture = at::full({48, 64, 3}, 90, at::kByte);
    made.question = "a dog";
    made.places = [](const Explanation&) { return TargetPlaces(); };
    return made;
  }
};

class ExamplesTest : public testing::Test {
 protected:
  ExamplesTest() {
    SaveSmallModels(directory_.path());
    evaluated_.model = LoadModel(directory_.PathOf("vqa"));
    evaluated_.set = std::make_shared<SamePictures>();
    settings_.columns = ColumnsOf({"center"}, {});
  }

  /// What a measure says of each case in turn, and what that is over, of ratios.
  void Say(const std::string& measure, const std::vector<double>& values, const std::vector<double>& over = {}) {
    settings_.measures.push_back(measure);
    evaluated_.cases.resize(std::max(evaluated_.cases.size(), values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto& result = evaluated_.cases[i];
      result.index = static_cast<int64_t>(i);
      result.name = std::to_string(i);
      std::optional<double> below;
      if (!over.empty()) below = over[i];
      result.records.push_back({0, "dog", "animal", "center", measure, "", values[i], below});
    }
  }

  Examples Find(std::size_t most = 150) const { return FindExamples(evaluated_, settings_, c10::kCPU, most); }

  /// Places and cases, in the order of the examples.
  static std::vector<std::string> Of(const std::string& measure, const Examples& examples) {
    std::vector<std::string> shown;
    for (const auto& example : examples.examples) {
      if (example.measure == measure) shown.push_back(example.place + " " + example.name);
    }
    return shown;
  }

  TemporaryDirectory directory_;
  ModelEvaluation evaluated_;
  CaseSettings settings_;
};

TEST_F(ExamplesTest, AreTheBestTheMedianAndTheWorst) {
  Say("pointing", {0.5, 1, 0});       // higher is better
  Say("deletion", {0.5, 1, 0});       // lower is better
  Say("insertion", {0.1, 0.3, 0.2});  // higher is better
  const auto examples = Find();
  EXPECT_THAT(Of("pointing", examples), ElementsAre("best 1", "median 0", "worst 2"));
  EXPECT_THAT(Of("deletion", examples), ElementsAre("best 2", "median 0", "worst 1"));
  EXPECT_THAT(Of("insertion", examples), ElementsAre("best 1", "median 2", "worst 0"));
  EXPECT_EQ(examples.examples.at(0).value, 1);
  EXPECT_EQ(examples.examples.at(0).method, "center");
  EXPECT_EQ(examples.examples.at(0).target, "dog");
}

TEST_F(ExamplesTest, AreOfTheMethodAndMeasureThatTheyAreCalled) {
  Say("pointing", {0.5, 1, 0, 0.25, 0.75});
  Say("deletion", {0.2, 0.9, 0.1, 0.3, 0.4});
  evaluated_.cases[3].records.push_back({0, "dog", "animal", "random", "pointing", "", 9, std::nullopt});
  evaluated_.cases[4].records.push_back({0, "dog", "animal", "center", "energy-inside", "", -9, std::nullopt});
  const auto examples = Find();
  EXPECT_THAT(Of("pointing", examples), ElementsAre("best 1", "median 0", "worst 2"));
  EXPECT_THAT(Of("deletion", examples), ElementsAre("best 2", "median 3", "worst 1"));
  EXPECT_EQ(examples.examples.size(), 6);
}

TEST_F(ExamplesTest, OfOneMapShareAPicture) {
  Say("pointing", {0.5, 1, 0});
  Say("deletion", {0.5, 1, 0});
  const auto examples = Find();
  ASSERT_EQ(examples.pictures.size(), 3);
  std::set<std::size_t> pictures;
  for (const auto& example : examples.examples) {
    ASSERT_LT(example.picture, examples.pictures.size());
    pictures.insert(example.picture);
    for (const auto& other : examples.examples) {
      EXPECT_EQ(example.picture == other.picture, example.name == other.name) << example.name << ", " << other.name;
    }
  }
  EXPECT_EQ(pictures.size(), 3);
  for (const auto& picture : examples.pictures) {
    EXPECT_EQ(DecodePicture(picture).sizes(), at::IntArrayRef({48, 64, 3}));
  }
}

TEST_F(ExamplesTest, OfRatiosAreRankedByTheRatio) {
  Say("inside-outside", {0.5, 0.9, 0.1}, {0.1, 0.9, 0});
  const auto examples = Find();
  EXPECT_THAT(Of("inside-outside", examples), ElementsAre("best 2", "median 0", "worst 1"));
  EXPECT_TRUE(std::isinf(examples.examples.at(0).value)) << "nothing is below the line";
  EXPECT_EQ(examples.examples.at(1).value, 0.5 / 0.1);
}

TEST_F(ExamplesTest, ThatAreEquallyGoodStayInTheOrderOfTheCases) {
  Say("pointing", {1, 1, 1});
  Say("deletion", {1, 1, 1});
  const auto examples = Find();
  for (const char* measure : {"pointing", "deletion"}) {
    EXPECT_THAT(Of(measure, examples), ElementsAre("best 0", "median 1", "worst 2")) << measure;
  }
}

TEST_F(ExamplesTest, AreAsManyAsMayBeAndOfMeasuresOfOneMap) {
  Say("agreement", {1, 1, 1});
  Say("pointing", {0.5, 1, 0});
  Say("deletion", {0.5, 1, 0});
  EXPECT_EQ(Find(6).examples.size(), 6);
  const auto few = Find(5);
  EXPECT_EQ(few.examples.size(), 3);
  EXPECT_EQ(few.examples.at(0).measure, "pointing");
  EXPECT_EQ(Find(2).examples.size(), 0);
}

}  // namespace
}  // namespace wherefore
