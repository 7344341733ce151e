#include "tools/evaluation/result_tables.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"
#include "tools/evaluation/evaluation_page.h"
#include "tools/evaluation/result_files.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class NoSet : public EvaluationSet {
 public:
  std::string Name() const override { return "nothing"; }
  int64_t size() const override { return 0; }
  std::string Digest() const override { return ""; }
  EvaluationCase At(int64_t) const override { return {}; }
};

/// A case of two targets, of which grad-cam has one value, gradient and rise none.
CaseResult Undefined(const std::string& measure) {
  CaseResult result;
  result.picture = "a";
  result.records = {{0, "dog", "animal", "grad-cam", measure, "", 0.25, {}}};
  result.undefined = {{"animal", "grad-cam", measure, ""}};
  for (const char* method : {"gradient", "rise"}) {
    for (const char* group : {"animal", kNoPlace}) result.undefined.push_back({group, method, measure, ""});
  }
  return result;
}

class ResultTablesTest : public testing::Test {
 protected:
  ResultTablesTest() { SaveSmallModels(directory_.path()); }

  Evaluation Of(const std::string& model, std::vector<CaseResult> cases) {
    Evaluation evaluation;
    evaluation.setup = "{}";
    ModelEvaluation one;
    one.model = LoadModel(directory_.PathOf(model));
    one.set = std::make_shared<NoSet>();
    one.placed = 3;
    one.wrong = 4;
    one.placeless = 5;
    one.summary = Summary(cases);
    one.cases = std::move(cases);
    evaluation.models.push_back(std::move(one));
    return evaluation;
  }

  static std::string Printed(const Evaluation& evaluation) {
    std::ostringstream out;
    PrintTables(evaluation.models[0], {}, out);
    return out.str();
  }

  TemporaryDirectory directory_;
};

constexpr const char* kOne = "grad-cam: 1 of 2 values is undefined (the map is zero everywhere) and left out";
constexpr const char* kBoth = "gradient, rise: 2 of 2 values are undefined (the map is zero everywhere) and left out";

TEST(UndefinedNotesTest, SayHowManyAndWhy) {
  const auto notes = [](const std::string& measure, const std::vector<CaseResult>& cases) {
    return UndefinedNotes(Summary(cases), MeasureNamed(measure));
  };
  EXPECT_THAT(notes("sensitivity", {Undefined("sensitivity")}), ElementsAre(kOne, kBoth));
  EXPECT_THAT(notes("insertion", {Undefined("insertion")}).at(0), "grad-cam: 1 of 2 values is undefined and left out");
  auto defined = Undefined("sensitivity");
  defined.undefined.clear();
  EXPECT_THAT(notes("sensitivity", {defined}), IsEmpty());
}

TEST_F(ResultTablesTest, SayWhatIsUndefined) {
  const auto evaluation = Of("vqa", {Undefined("sensitivity")});
  const auto printed = Printed(evaluation);
  EXPECT_THAT(printed, AllOf(HasSubstr("| max-sensitivity | targets | grad-cam | gradient | rise |"),
                             HasSubstr("| all | 1 | 0.250 | - | - |"), HasSubstr(kOne), HasSubstr(kBoth)));
  EXPECT_THAT(EvaluationHtml(evaluation, {}, c10::kCPU), AllOf(HasSubstr(kOne), HasSubstr(kBoth)));
}

TEST_F(ResultTablesTest, ResultsHoldTheNumberOfUndefinedValues) {
  const auto json = nlohmann::json::parse(ResultsJson(Of("vqa", {Undefined("sensitivity")})));
  int found = 0;
  for (const auto& row : json["results"][0]["rows"]) {
    const bool is_cam = row["method"] == "grad-cam";
    if (row["group"] == kAllGroups) {
      EXPECT_EQ(row["undefined"], is_cam ? 1 : 2);
      EXPECT_EQ(row["n"], is_cam ? 1 : 0);
      EXPECT_EQ(row["mean"], is_cam ? nlohmann::json(0.25) : nlohmann::json());
      ++found;
    } else if (row["group"] == kNoPlace) {
      EXPECT_FALSE(is_cam);  // which has nothing there
      EXPECT_EQ(row["undefined"], 1);
      ++found;
    }
  }
  EXPECT_EQ(found, 5);
}

TEST_F(ResultTablesTest, SayWhichTargetsAreCounted) {
  EXPECT_THAT(Printed(Of("vqa", {})),
              AllOf(HasSubstr("\n3 targets with a place; without: 4 wrong, 5 that no object decides.\n"),
                    Not(HasSubstr("recall"))));
  CaseResult recall;
  recall.picture = "a";
  recall.records = {{0, "dog", "animal", "grad-cam", kPointingRecall, "", 1, {}},
                    {1, "cat", kAbsent, "grad-cam", kPointingRecall, "", 0, {}},
                    {2, "elk", kAbsent, "grad-cam", kPointingRecall, "", 0, {}}};
  const auto evaluation = Of("classification", {recall});
  constexpr const char* kCounts =
      "Of the pointing game with recall: 1 targets with a place, 2 without (they count as rejected or not).";
  EXPECT_THAT(Printed(evaluation), AllOf(HasSubstr("\n3 best classes with a place;"), HasSubstr(kCounts)));
  EXPECT_THAT(EvaluationHtml(evaluation, {}, c10::kCPU), HasSubstr(kCounts));
  const auto json = nlohmann::json::parse(ResultsJson(evaluation));
  EXPECT_EQ(json["results"][0]["recall"]["placed"], 1);
  EXPECT_EQ(json["results"][0]["recall"]["absent"], 2);
}

}  // namespace
}  // namespace wherefore
