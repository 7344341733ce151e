#include "tasks/labels.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kLabels = {"tabby, tabby cat", "crane", "crane, bird", "Äpfel", "7"};

std::string Refusal(const std::function<void()>& run) { return ErrorText(ErrorKind::kUsage, run); }

TEST(IndexOfLabelTest, FindsWholeLabelsSynonymsAndIndicesInAnyLetterCase) {
  EXPECT_EQ(IndexOfLabel(kLabels, "tabby, tabby cat", "class"), 0);
  EXPECT_EQ(IndexOfLabel(kLabels, "Tabby", "class"), 0);
  EXPECT_EQ(IndexOfLabel(kLabels, "äPFEL", "class"), 3);
  EXPECT_EQ(IndexOfLabel(kLabels, "2", "class"), 2);
}

TEST(IndexOfLabelTest, PrefersAWholeLabelToASynonymAndALabelToAnIndex) {
  EXPECT_EQ(IndexOfLabel(kLabels, "crane", "class"), 1);
  EXPECT_EQ(IndexOfLabel(kLabels, "7", "class"), 4) << "a label that looks like an index";
}

TEST(IndexOfLabelTest, OffersTheNearestNames) {
  const auto text = Refusal([] { IndexOfLabel(kLabels, "taby", "class"); });
  EXPECT_THAT(text, HasSubstr("the model has no class 'taby'; did you mean 'tabby'"));
  EXPECT_THAT(text, HasSubstr("it has 5, which can also be named by their index from 0"));
  EXPECT_THAT(Refusal([] { IndexOfLabel(kLabels, "5", "answer"); }), HasSubstr("the model has no answer '5'"));
}

TEST(IndexOfLabelTest, AsksForAnIndexWhereANameIsThatOfSeveral) {
  const std::vector<std::string> labels = {"crane, machine", "crane, bird"};
  EXPECT_EQ(Refusal([&] { IndexOfLabel(labels, "crane", "class"); }),
            "'crane' names several classes; give one of the indices 0, 1");
}

TEST(BestOfTest, RanksWithSoftmaxOverAllLabels) {
  const auto best = BestOf(at::tensor({0.0, 2.0, 1.0}), {"a", "b", "c"}, 2);
  ASSERT_EQ(best.size(), 2U);
  EXPECT_EQ(best[0].label, "b");
  EXPECT_EQ(best[0].index, 1);
  EXPECT_DOUBLE_EQ(best[0].logit, 2);
  EXPECT_NEAR(best[0].probability.value(), 0.66524096, 1e-7);
  EXPECT_EQ(best[1].label, "c");
}

TEST(LabelsTest, GivesLabelsThatMayHoldTogetherTheirSigmoids) {
  const auto logits = at::tensor({0.0, 2.0, 1.0});
  const auto best = BestOf(logits, {"a", "b", "c"}, 2, /*independent=*/true);
  EXPECT_EQ(best[0].label, "b");
  EXPECT_NEAR(best[0].probability.value(), 0.88079708, 1e-7);
  EXPECT_NEAR(best[1].probability.value(), 0.73105858, 1e-7);
  LabelTargets targets;
  targets.named = {1, 0};
  const auto indices = ChosenIndices(targets, logits);
  const auto found = TargetScoresAt(targets, logits.unsqueeze(0), indices, /*independent=*/true);
  EXPECT_NEAR(found.log_probabilities[0][0].item<double>(), std::log(0.88079708), 1e-6);
  Explanation explanation;
  DescribeLabels(&explanation, targets, logits, indices, {"a", "b", "c"}, /*independent=*/true);
  EXPECT_NEAR(AsLabel(explanation.targets[1])->probability.value(), 0.5, 1e-7);
}

const std::vector<std::string> kAnswers = {"yes", "no", "two"};
const auto kLogits = [] { return at::tensor({1.0, 4.0, 2.0}); };

TEST(LabelTargetsTest, AreTheBestWhereNoneIsNamed) {
  const auto targets = TargetsNamed(kAnswers, {}, 2, "", "answer");
  const auto chosen = ChosenIndices(targets, kLogits());
  ExpectClose(chosen.to(at::kDouble), at::tensor({1.0, 2.0}), 0);
  ExpectClose(ScoresAt(targets, kLogits(), chosen), at::tensor({4.0, 2.0}), 0);
}

TEST(LabelTargetsTest, AreTheNamedOnesInTheirOrder) {
  const auto targets = TargetsNamed(kAnswers, {"two", "yes"}, 1, "", "answer");
  ExpectClose(ChosenIndices(targets, kLogits()).to(at::kDouble), at::tensor({2.0, 0.0}), 0);
}

TEST(LabelTargetsTest, AreContrastedWithAnother) {
  const auto targets = TargetsNamed(kAnswers, {"two"}, 1, "no", "answer");
  ExpectClose(ScoresAt(targets, kLogits(), ChosenIndices(targets, kLogits())), at::tensor({-2.0}), 0);
}

TEST(LabelTargetsTest, TakeTheRunnerUpWhereTheBestIsWhatTheyAreContrastedWith) {
  const auto targets = TargetsNamed(kAnswers, {}, 1, "no", "answer");
  ExpectClose(ChosenIndices(targets, kLogits()).to(at::kDouble), at::tensor({2.0}), 0);
}

TEST(LabelTargetsTest, CarryGradientsToTheLogits) {
  const auto logits = kLogits().requires_grad_(true);
  const auto targets = TargetsNamed(kAnswers, {"two"}, 1, "no", "answer");
  ScoresAt(targets, logits, ChosenIndices(targets, logits)).sum().backward();
  ExpectClose(logits.grad(), at::tensor({0.0, -1.0, 1.0}), 0);
}

TEST(LabelTargetsTest, AreDescribedWithProbabilityOrAsAContrast) {
  Explanation plain;
  auto targets = TargetsNamed(kAnswers, {"no"}, 1, "", "answer");
  DescribeLabels(&plain, targets, kLogits(), ChosenIndices(targets, kLogits()), kAnswers);
  ASSERT_EQ(plain.targets.size(), 1U);
  const auto* label = AsLabel(plain.targets[0]);
  ASSERT_NE(label, nullptr);
  EXPECT_EQ(label->label, "no");
  EXPECT_EQ(label->index, 1);
  EXPECT_NEAR(label->probability.value(), 0.84379473, 1e-7);
  EXPECT_EQ(ScoreKindOf(plain.targets[0]), ScoreKind::kLogit);
  ASSERT_EQ(plain.predictions().size(), 3U) << "all, as there are fewer than are shown";
  EXPECT_EQ(plain.predictions()[2].label, "yes");
  EXPECT_THAT(IndicesOf(plain), testing::ElementsAre(1));
  EXPECT_THAT(Refusal([&] { plain.written(); }), HasSubstr("chooses among labels and wrote no text"));

  Explanation contrast;
  targets = TargetsNamed(kAnswers, {"no"}, 1, "yes", "answer");
  DescribeLabels(&contrast, targets, kLogits(), ChosenIndices(targets, kLogits()), kAnswers);
  const auto* margin = AsContrast(contrast.targets[0]);
  ASSERT_NE(margin, nullptr);
  EXPECT_EQ(margin->label, "no");
  EXPECT_EQ(margin->versus, "yes");
  EXPECT_EQ(margin->versus_index, 0);
  EXPECT_EQ(ScoreKindOf(contrast.targets[0]), ScoreKind::kLogitMargin);
  EXPECT_FALSE(ProbabilityOf(contrast.targets[0]).has_value());
  EXPECT_THAT(IndicesOf(contrast), testing::ElementsAre(1));
}

TEST(LabelTargetsTest, AreThoseOfAnIndexWhateverTheLabels) {
  const std::vector<std::string> numbers = {"2", "1", "0"};
  EXPECT_THAT(TargetsNamed(numbers, {"0"}, 1, "", "class").named, testing::ElementsAre(2));
  EXPECT_THAT(TargetsNamed(numbers, {}, 9, "", "class", {0, 2}).named, testing::ElementsAre(0, 2));
  EXPECT_EQ(Refusal([&] { TargetsNamed(numbers, {}, 1, "", "class", {3}); }),
            "the model has no class of index 3; it has 3, from 0 on");
  EXPECT_THAT(Refusal([&] { TargetsNamed(numbers, {}, 1, "2", "class", {0}); }), HasSubstr("contrasted with itself"));
}

TEST(LabelTargetsTest, RefuseAContrastWithItself) {
  EXPECT_EQ(Refusal([] { TargetsNamed(kAnswers, {"no"}, 1, "no", "answer"); }),
            "'no' cannot be contrasted with itself; name two different answers");
  EXPECT_EQ(Refusal([] { TargetsNamed(kAnswers, {}, 3, "no", "answer"); }),
            "all 3 were asked for, but 'no' cannot be contrasted with itself: give at most 2");
}

TEST(LabelTargetsTest, RefuseMoreThanThereAre) {
  EXPECT_EQ(Refusal([] { TargetsNamed(kAnswers, {}, 4, "", "answer"); }),
            "the best 4 were asked for; the model has 3: give 1 to 3");
  EXPECT_THAT(Refusal([] { TargetsNamed(kAnswers, {}, 0, "", "answer"); }), HasSubstr("give 1 to 3"));
}

}  // namespace
}  // namespace wherefore
