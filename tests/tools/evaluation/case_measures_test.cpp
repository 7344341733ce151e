#include "tools/evaluation/case_measures.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/measures/pointing_game.h"
#include "tasks/explain.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"
#include "tools/evaluation/case_request.h"

namespace wherefore {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// The small models, asked about the middle of their image.
class CaseMeasuresTest : public testing::Test {
 protected:
  CaseMeasuresTest() {
    SaveSmallModels(directory_.path());
    asked_.name = "a.jpg: a dog";
    asked_.question = "a dog";
    asked_.image = SmallImage().abs() * 0.2;  // values that pixels have
    asked_.picture = at::zeros({48, 64, 3}, at::kByte);
    settings_.columns = ColumnsOf({"center", "random"}, {});
    settings_.options.steps = 4;
  }

  /// Row 0 of an explanation is at the object, row 1, where there is one, of what is not there.
  void PlaceTargets(int64_t rows) {
    asked_.places = [rows](const Explanation&) {
      TargetPlaces places;
      PlacedTarget placed{0, "animal", "dog", at::zeros({48, 64}, at::kByte), {{24, 16, 16, 16}}};
      placed.mask.narrow(0, 16, 16).narrow(1, 24, 16).fill_(1);
      places.placed = {placed};
      if (rows > 1) places.absent = {{1, "cat"}};
      places.wrong = 3;
      return places;
    };
  }

  CaseResult Measure(const std::string& model, const std::vector<std::string>& measures, int64_t index = 0) {
    settings_.measures = measures;
    return MeasureCase(LoadModel(directory_.PathOf(model)), asked_, index, settings_, c10::kCPU);
  }

  static std::vector<double> Values(const CaseResult& result, const std::string& method, const std::string& part = "") {
    std::vector<double> values;
    for (const auto& record : result.records) {
      if (record.method == method && record.part == part) values.push_back(record.value);
    }
    return values;
  }

  static std::vector<std::string> Groups(const CaseResult& result) {
    std::vector<std::string> groups;
    for (const auto& record : result.records) groups.push_back(record.group);
    return groups;
  }

  TemporaryDirectory directory_;
  EvaluationCase asked_;
  CaseSettings settings_;
};

TEST_F(CaseMeasuresTest, SaysOfWhichTargetEachValueIs) {
  PlaceTargets(1);
  const auto result = Measure("vqa", {"pointing", "energy-inside"}, 7);
  EXPECT_EQ(result.index, 7);
  EXPECT_EQ(result.picture, "a.jpg");
  EXPECT_EQ(result.placed, 1);
  EXPECT_EQ(result.wrong, 3);
  ASSERT_EQ(result.records.size(), 4);
  EXPECT_EQ(result.records[0].measure, "pointing");
  EXPECT_EQ(result.records[0].method, "center");
  EXPECT_EQ(result.records[0].value, 1);
  EXPECT_THAT(Groups(result), Each("animal"));
}

TEST_F(CaseMeasuresTest, MeasuresFaithOfWholeCaptionsAndOfAnswersWithoutAPlace) {
  asked_.places = [](const Explanation&) { return TargetPlaces(); };
  EXPECT_THAT(Groups(Measure("vqa", {"pointing", "average-drop"})), ElementsAre(kNoPlace, kNoPlace));
  asked_.caption = "a dog";
  PlaceTargets(1);
  const auto captions = Measure("caption", {"pointing", "deletion"});
  EXPECT_THAT(Groups(captions),
              UnorderedElementsAre("animal", "animal", "animal", "animal", kWholeCaption, kWholeCaption));
  for (const auto& record : captions.records) EXPECT_TRUE(record.value > 0 || record.method == "random");
  EXPECT_EQ(captions.records.back().target, "a dog");
}

TEST_F(CaseMeasuresTest, TellsWrongAnswersAndClassesFromThoseWithoutAPlace) {
  asked_.places = [](const Explanation&) {
    TargetPlaces places;
    places.wrong = 1;
    return places;
  };
  EXPECT_THAT(Groups(Measure("vqa", {"average-drop"})), ElementsAre(kWrongAnswer, kWrongAnswer));

  asked_.top = 2;
  asked_.places = [](const Explanation&) {
    TargetPlaces places;
    places.absent = {{0, "dog"}};
    places.wrong = 1;
    return places;
  };
  EXPECT_THAT(Groups(Measure("classification", {"average-drop"})), ElementsAre(kWrongClass, kWrongClass));
  asked_.places = [](const Explanation&) {
    TargetPlaces places;
    places.absent = {{1, "dog"}};  // the second class, which is not measured
    places.wrong = places.placeless = 1;
    return places;
  };
  EXPECT_THAT(Groups(Measure("classification", {"average-drop"})), ElementsAre(kNoPlace, kNoPlace));
}

TEST_F(CaseMeasuresTest, CountsTheBestClassAlone) {
  asked_.top = 2;
  const auto counts = [&] {
    const auto result = Measure("classification", {"pointing", "pointing-recall"});
    return std::vector<int64_t>{result.placed, result.wrong, result.placeless};
  };
  const PlacedTarget best{0, "animal", "dog", at::ones({48, 64}, at::kByte), {}};
  auto second = best;
  second.row = 1;
  TargetPlaces places;
  asked_.places = [&places](const Explanation&) { return places; };
  places.placed = {best, second};
  EXPECT_THAT(counts(), ElementsAre(1, 0, 0));
  places.placed = {second};
  places.placeless = 1;
  EXPECT_THAT(counts(), ElementsAre(0, 0, 1));
  places.absent = {{0, "cat"}};
  places.placeless = 0;
  places.wrong = 1;
  EXPECT_THAT(counts(), ElementsAre(0, 1, 0));
}

TEST_F(CaseMeasuresTest, KeepsCountOfValuesThatAreUndefined) {
  PlaceTargets(1);
  // Zero where the image is, but not where noise is added: the change has no relation to it.
  asked_.image = at::zeros_like(asked_.image);
  settings_.columns = ColumnsOf({"input-x-gradient", "center"}, {});
  const auto result = Measure("vqa", {"sensitivity"});
  EXPECT_EQ(result.records.size(), 1);
  ASSERT_EQ(result.undefined.size(), 1);
  EXPECT_EQ(result.undefined[0].method, "input-x-gradient");
  EXPECT_EQ(result.undefined[0].measure, "sensitivity");
  EXPECT_EQ(result.undefined[0].group, "animal");

  asked_.places = [](const Explanation&) {
    TargetPlaces places;
    places.placed = {{0, "animal", "dog", at::ones({48, 64}, at::kByte), {}}};
    return places;
  };
  const auto filled = Measure("vqa", {"pointing", "inside-outside"});  // nothing is outside
  EXPECT_EQ(filled.records.size(), 2);
  ASSERT_EQ(filled.undefined.size(), 2);
  EXPECT_EQ(filled.undefined[0].measure, "inside-outside");
}

TEST_F(CaseMeasuresTest, KeepsMaximaAndHitsForRecall) {
  asked_.top = 2;
  PlaceTargets(2);
  const auto result = Measure("classification", {"pointing-recall", "pointing"});
  std::vector<const Record*> recall;
  for (const auto& record : result.records) {
    if (record.measure == "pointing-recall" && record.method == "center") recall.push_back(&record);
  }
  ASSERT_EQ(recall.size(), 2);
  EXPECT_NEAR(recall[0]->value, 1, 0.1);  // the maximum: no pixel is quite in the middle
  EXPECT_EQ(recall[0]->over.value(), 1);
  EXPECT_EQ(recall[1]->group, kAbsent);
  EXPECT_FALSE(recall[1]->over);
  EXPECT_EQ(result.records.size(), 2 * 2 + 2);  // and the best class's pointing
}

TEST_F(CaseMeasuresTest, AsksForWhatIsAbsentForRecallOnly) {
  asked_.asks_absent = true;
  PlaceTargets(1);
  EXPECT_THAT(Measure("vqa", {"pointing", "agreement", "insertion"}).records, IsEmpty());
}

TEST_F(CaseMeasuresTest, ComparesMethodsWithEachOtherAndThemselves) {
  PlaceTargets(1);
  const auto result = Measure("vqa", {"agreement"});
  EXPECT_NEAR(Values(result, "center", "center").at(0), 1, 1e-9);
  EXPECT_EQ(Values(result, "center", "random"), Values(result, "random", "center"));
  EXPECT_LT(std::abs(Values(result, "center", "random").at(0)), 0.5);
}

TEST_F(CaseMeasuresTest, FindsBaselinesSteadyAndGradientsNot) {
  PlaceTargets(1);
  settings_.columns = ColumnsOf({"center", "gradient"}, {});
  const auto result = Measure("vqa", {"sensitivity"});
  EXPECT_THAT(Values(result, "center"), ElementsAre(0));
  EXPECT_GT(Values(result, "gradient").at(0), 0);
}

TEST_F(CaseMeasuresTest, DrawsAnewForEachCase) {
  PlaceTargets(1);
  const auto first = Values(Measure("vqa", {"energy-inside"}, 0), "random");
  EXPECT_EQ(Values(Measure("vqa", {"energy-inside"}, 0), "random"), first);
  EXPECT_NE(Values(Measure("vqa", {"energy-inside"}, 1), "random"), first);
}

TEST_F(CaseMeasuresTest, MakesSanityChecksOnTheFirstCasesOnly) {
  PlaceTargets(1);
  settings_.options.sanity_cases = 1;
  const auto result = Measure("vqa", {"sanity-decoder"});
  EXPECT_THAT(Values(result, "center", "SSIM: " + result.records.back().part.substr(6)),
              ElementsAre(testing::DoubleNear(1, 1e-9)));
  EXPECT_THAT(Measure("vqa", {"sanity-decoder"}, 1).records, IsEmpty());
}

TEST_F(CaseMeasuresTest, PointsBeforeAndAfterNoiseWhereTheModelIsFooled) {
  PlaceTargets(1);
  settings_.options.noise.steps = 5;
  const auto result = Measure("vqa", {"adversarial"});
  const auto fooled = Values(result, "", kFooled);
  ASSERT_EQ(fooled.size(), 1);
  EXPECT_EQ(Values(result, "center", "hit after").size(), fooled[0] == 1 ? 1 : 0);
  EXPECT_EQ(Values(result, "center", "hit before"), Values(result, "center", "hit after"));  // whatever the image
  EXPECT_EQ(Values(result, "", kConfidence).size(), fooled[0] == 1 ? 1 : 0);
}

TEST_F(CaseMeasuresTest, PointsAtTheMapOfTheNoisyImageAfterwards) {
  const auto model = LoadModel(directory_.PathOf("vqa"));
  // Two answers next to equally likely, the third far behind: so much noise makes the model wrong for sure.
  const auto plain = Explain(model, asked_.image, RequestOf(model, asked_, {}));
  auto bias = model.network->named_parameters()["output.bias"];
  for (const auto& said : plain.predictions()) bias[said.index] -= said.logit;
  bias[0] += 1e-4;
  bias[2] -= 10;
  settings_.columns = ColumnsOf({"gradient"}, {});
  settings_.measures = {"adversarial"};
  auto& noise = settings_.options.noise;
  noise.epsilon = 64;
  noise.step_size = 8;
  noise.steps = 20;

  constexpr int64_t kIndex = 3;
  auto same_noise = noise;
  same_noise.seed = static_cast<int64_t>(settings_.options.seed) + kIndex;
  const auto attack = AttackOn(model, asked_.image, asked_, "yes", same_noise);
  ASSERT_TRUE(attack.is_fooled);
  HowToExplain how;
  how.method = "gradient";
  const auto own = Explain(model, asked_.image, RequestOf(model, asked_, how));
  ASSERT_EQ(AsLabel(own.targets.at(0))->index, 0);
  const auto peak = [](const Explanation& explanation) {
    const auto strength = explanation.pixels[0].abs().amax(0);
    return strength == strength.max();
  };
  const auto before = peak(own);
  const auto after = peak(Explain(model, attack.image, RequestOf(model, asked_, how, &own)));
  ASSERT_FALSE(before.logical_and(after).any().item<bool>()) << "or the two maps could not be told apart";

  const auto hits = [&](const at::Tensor& mask, const std::string& part) {
    asked_.places = [mask](const Explanation&) {
      TargetPlaces places;
      places.placed = {{0, "animal", "dog", mask.to(at::kByte), {}}};
      return places;
    };
    const auto result = MeasureCase(model, asked_, kIndex, settings_, c10::kCPU);
    EXPECT_THAT(Values(result, "", kFooled), ElementsAre(1));
    EXPECT_THAT(Values(result, "", kConfidence), ElementsAre(testing::DoubleNear(attack.confidence.value(), 1e-6)));
    return Values(result, "gradient", part);
  };
  EXPECT_THAT(hits(after, "hit after"), ElementsAre(1));
  EXPECT_THAT(hits(after, "hit before"), ElementsAre(0));
  EXPECT_THAT(hits(before, "hit after"), ElementsAre(0));
  EXPECT_THAT(hits(before, "hit before"), ElementsAre(1));
}

}  // namespace
}  // namespace wherefore
