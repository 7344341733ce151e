#include "tools/evaluation/result_files.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wherefore {
namespace {

constexpr const char* kColumns = "model,case,target,group,method,measure,part,value,over\r\n";

Evaluation Of(const CaseResult& result, const std::string& model = "mine") {
  Evaluation evaluation;
  evaluation.setup = "{}";
  ModelEvaluation one;
  one.model.info.name = model;
  one.cases = {result};
  one.summary = Summary(one.cases);
  evaluation.models.push_back(one);
  return evaluation;
}

CaseResult Case(const std::string& name) {
  CaseResult result;
  result.name = result.picture = name;
  return result;
}

TEST(ResultFilesTest, QuoteWhatCsvWouldCut) {
  auto result = Case("1, 2.png");
  result.records = {{0, "a \"b\", c", "animal", "grad-cam", "pointing", "", 0.5, {}},
                    {1, "two\nlines", "animal", "grad-cam", "inside-outside", "", 0.5, 0.25},
                    {2, "it's; plain", "animal", "grad-cam", "sanity-decoder", "SSIM: output", -0.5, {}}};
  EXPECT_EQ(
      ResultsCsv(Of(result, "the \"best\"")),
      kColumns + std::string("\"the \"\"best\"\"\",\"1, 2.png\",\"a \"\"b\"\", c\",animal,grad-cam,pointing,,0.5,\r\n"
                             "\"the \"\"best\"\"\",\"1, 2.png\",\"two\nlines\",animal,grad-cam,inside-outside,,0.5,0.25"
                             "\r\n\"the \"\"best\"\"\",\"1, 2.png\",it's; plain,animal,grad-cam,sanity-decoder,"
                             "SSIM: output,-0.5,\r\n"));
}

TEST(ResultFilesTest, CountWhatIsUndefinedWithoutALineForIt) {
  auto result = Case("1.png");
  result.records = {{0, "dog", "animal", "grad-cam", "sensitivity", "", 0.25, {}}};
  result.undefined.push_back({"animal", "gradient", "sensitivity", ""});
  result.undefined.push_back({"animal", "gradient", "sensitivity", ""});
  const auto evaluation = Of(result);
  EXPECT_EQ(ResultsCsv(evaluation), kColumns + std::string("mine,1.png,dog,animal,grad-cam,sensitivity,,0.25,\r\n"));
  const auto results = nlohmann::json::parse(ResultsJson(evaluation))["results"][0];
  int rows = 0;
  for (const auto& row : results["rows"]) {
    ++rows;
    const bool is_defined = row["method"] == "grad-cam";
    EXPECT_EQ(row["n"], is_defined ? 1 : 0);
    EXPECT_EQ(row["mean"].is_null(), !is_defined);
    EXPECT_TRUE(row["low"].is_null()) << "of one picture";
    EXPECT_TRUE(row["high"].is_null());
    EXPECT_EQ(row["undefined"], is_defined ? 0 : 2);
  }
  EXPECT_EQ(rows, 2 * 2) << "two methods, of the group and of all";
}

}  // namespace
}  // namespace wherefore
