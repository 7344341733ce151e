#include "tools/evaluation/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherefore {
namespace {

using testing::ElementsAre;

Record Of(const std::string& group, const std::string& method, double value, std::optional<double> over = {}) {
  return {0, "ring", group, method, over ? "inside-outside" : "pointing", "", value, over};
}

CaseResult CaseOf(const std::string& picture, std::vector<Record> records) {
  CaseResult result;
  result.name = result.picture = picture;
  result.records = std::move(records);
  return result;
}

TEST(SummaryTest, MeansByGroupAndMethodAndOfAll) {
  const Summary summary(
      {CaseOf("a", {Of("noun", "grad-cam", 1), Of("noun", "random", 0.5), Of("color", "grad-cam", 0)}),
       CaseOf("b", {Of("noun", "grad-cam", 0)})});
  EXPECT_THAT(summary.Groups("pointing"), ElementsAre("noun", "color", kAllGroups));
  EXPECT_THAT(summary.Methods("pointing"), ElementsAre("grad-cam", "random"));
  const auto* noun = summary.Find("pointing", "", "noun", "grad-cam");
  ASSERT_NE(noun, nullptr);
  EXPECT_EQ(noun->count, 2);
  EXPECT_EQ(noun->value.mean, 0.5);
  EXPECT_EQ(noun->value.low, 0);
  EXPECT_EQ(noun->value.high, 1);
  const auto* all = summary.Find("pointing", "", kAllGroups, "grad-cam");
  EXPECT_EQ(all->count, 3);
  EXPECT_NEAR(all->value.mean, 1.0 / 3, 1e-12);
  EXPECT_EQ(all->value.high, 0.5);  // picture a has a hit and a miss, which stay together
  EXPECT_EQ(summary.Find("pointing", "", "color", "random"), nullptr);
}

TEST(SummaryTest, OfRatiosTakesTheRatioOfMeans) {
  const Summary summary({CaseOf("a", {Of("noun", "grad-cam", 1, 0.5)}), CaseOf("b", {Of("noun", "grad-cam", 0.5, 0)})});
  EXPECT_EQ(summary.Find("inside-outside", "", kAllGroups, "grad-cam")->value.mean, 3);  // (1 + 0.5) / (0.5 + 0)
}

TEST(SummaryTest, CountsWhatIsUndefinedBesideTheMeans) {
  auto first = CaseOf("a", {Of("noun", "grad-cam", 1)});
  first.undefined = {{"color", "grad-cam", "pointing", ""}, {"noun", "random", "pointing", ""}};
  auto second = CaseOf("b", {Of("color", "grad-cam", 0)});
  second.undefined = {{"noun", "random", "pointing", ""}};
  const Summary summary({first, second});
  EXPECT_EQ(summary.Undefined("pointing", "", "color", "grad-cam"), 1);
  EXPECT_EQ(summary.Undefined("pointing", "", "noun", "grad-cam"), 0);
  EXPECT_EQ(summary.Undefined("pointing", "", kAllGroups, "grad-cam"), 1);
  EXPECT_EQ(summary.Undefined("pointing", "", kAllGroups, "random"), 2);
  EXPECT_EQ(summary.Find("pointing", "", kAllGroups, "grad-cam")->count, 2);
  EXPECT_EQ(summary.Find("pointing", "", kAllGroups, "grad-cam")->value.mean, 0.5);
  EXPECT_EQ(summary.Find("pointing", "", kAllGroups, "random"), nullptr);
  EXPECT_THAT(summary.Methods("pointing"), ElementsAre("grad-cam", "random"));  // though it has no mean
}

TEST(SummaryTest, ListsWrongAnswersBehindGroupsThatHaveAPlace) {
  const Summary summary({CaseOf("a", {Of(kWrongAnswer, "grad-cam", 1), Of(kWrongClass, "grad-cam", 1),
                                      Of(kNoPlace, "grad-cam", 1), Of("noun", "grad-cam", 1)})});
  EXPECT_THAT(summary.Groups("pointing"), ElementsAre("noun", kWrongAnswer, kWrongClass, kNoPlace, kAllGroups));
}

Record Recall(double highest, std::optional<double> hit) {
  return {0, "x", "y", "m", "pointing-recall", "", highest, hit};
}

TEST(SummaryTest, ChoosesTheThresholdOfRecallOnTheOtherHalf) {
  // Pictures a and c are one half, b the other. On b a threshold between 2 and 4 (3) is best; on a and c one between 5
  // and 6 (5.5), which rejects the hit of b.
  std::vector<CaseResult> cases = {CaseOf("a", {Recall(5, std::nullopt), Recall(6, 1.0)}),
                                   CaseOf("b", {Recall(4, 1.0), Recall(2, std::nullopt)}),
                                   CaseOf("c", {Recall(1, std::nullopt), Recall(7, 0.5)})};
  RightWithRecall(&cases);
  const auto values = [&](std::size_t i) {
    return std::vector<double>{cases[i].records[0].value, cases[i].records[1].value};
  };
  EXPECT_THAT(values(0), ElementsAre(0, 1));    // 5 is above 3: accepted, though absent
  EXPECT_THAT(values(1), ElementsAre(0, 1));    // 4 is below 5.5: rejected, though present; 2 too, rightly
  EXPECT_THAT(values(2), ElementsAre(1, 0.5));  // accepted, and half a hit
  EXPECT_FALSE(cases[0].records[1].over);
}

TEST(SummaryTest, CountsWhatRecallIsOf) {
  auto absent = Recall(5, std::nullopt);
  absent.group = kAbsent;
  auto other = Recall(6, 1.0);
  other.method = "another";  // of the same targets
  const Summary summary(
      {CaseOf("a", {absent, Recall(6, 1.0), other, Of("noun", "grad-cam", 1)}), CaseOf("b", {absent, absent})});
  EXPECT_EQ(RecallCountsOf(summary).placed, 1);
  EXPECT_EQ(RecallCountsOf(summary).absent, 3);
  EXPECT_EQ(RecallCountsOf(Summary()).absent, 0);
}

TEST(SummaryTest, LeavesOutRecallWithoutAnotherHalf) {
  std::vector<CaseResult> cases = {CaseOf("a", {Recall(5, std::nullopt), Of("noun", "grad-cam", 1)})};
  RightWithRecall(&cases);
  ASSERT_EQ(cases[0].records.size(), 1);
  EXPECT_EQ(cases[0].records[0].measure, "pointing");
}

}  // namespace
}  // namespace wherefore
