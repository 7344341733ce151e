#include "tools/evaluation/sentence_evaluation.h"

#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "models/files/fingerprint.h"
#include "tests/support/run_main.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"
#include "tools/command_line/shipped_model.h"
#include "tools/evaluation/interval.h"
#include "tools/programs/program.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int64_t kFirstScene = 1'000'000;

LayerConcepts ShippedNames(const std::string& task) {
  const auto file = PathIn(ShippedModel(TaskNamed(task)), kConceptsFile);
  return ParseConcepts(ReadFile(file), file);
}

std::vector<double> Less(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return differences;
}

/// The order that makes a sentence true: without the channels that it names the score falls, and more than without
/// others; without the object that it names as well.
void ExpectTrue(const SentenceEvaluation& evaluation) {
  EXPECT_GE(evaluation.explained, 200);
  for (const auto* ablation : {&evaluation.zero, &evaluation.mean}) {
    ASSERT_EQ(ablation->named.size(), static_cast<std::size_t>(evaluation.explained));
    EXPECT_GT(MeanWithInterval(ablation->named).low, 0);
    EXPECT_GT(MeanWithInterval(Less(ablation->named, ablation->random)).low, 0);
  }
  // What is said to lower the score does so where it is more active.
  EXPECT_GT(MeanWithInterval(evaluation.amplified.opposing).low, 0);
  EXPECT_GT(MeanWithInterval(Less(evaluation.amplified.opposing, evaluation.amplified.random)).low, 0);
  EXPECT_GT(MeanWithInterval(Less(evaluation.amplified.opposing, evaluation.amplified.supporting)).low, 0);
  EXPECT_GT(MeanWithInterval(Less(evaluation.of_named.score, evaluation.of_other.score)).low, 0);
  EXPECT_GT(MeanWithInterval(Less(evaluation.of_named.channels, evaluation.of_other.channels)).low, 0);
}

TEST(AnswerSentenceEvaluationTest, SentencesAreTrue) {
  const auto model = LoadModel(ShippedModel(Task::kVqa));
  std::ostringstream err;
  const auto scenes = HeldOutScenes(kFirstScene, 34, {}, model.info.image);
  ExpectTrue(EvaluateAnswerSentences(model, scenes, ShippedNames("vqa"), {}, c10::kCPU, err));
}

TEST(CaptionSentenceEvaluationTest, SentencesAreTrue) {
  const auto model = LoadModel(ShippedModel(Task::kCaption));
  std::ostringstream err;
  const auto scenes = HeldOutScenes(kFirstScene, 34, {}, model.info.image);
  ExpectTrue(EvaluateCaptionSentences(model, scenes, ShippedNames("caption"), {}, c10::kCPU, err));
}

/// Names that say the contrary of what the channels do must be found out: the test can fail.
TEST(SentenceEvaluationTest, NamesThatWereShuffledNameObjectsThatDoNotMatter) {
  const auto model = LoadModel(ShippedModel(Task::kVqa));
  std::ostringstream err;
  auto names = ShippedNames("vqa");
  auto& named = names.named;
  for (std::size_t i = 0; i < named.size() / 2; ++i) {
    auto& other = named[i + named.size() / 2];
    std::swap(named[i].name, other.name);
    std::swap(named[i].category, other.category);
  }
  const auto scenes = HeldOutScenes(kFirstScene, 18, {}, model.info.image);
  const auto true_names = EvaluateAnswerSentences(model, scenes, ShippedNames("vqa"), {}, c10::kCPU, err);
  const auto shuffled = EvaluateAnswerSentences(model, scenes, names, {}, c10::kCPU, err);
  EXPECT_GT(shuffled.absent, 2 * true_names.absent);
}

/// "red or red" are the red objects, "red and not red" none.
TEST(SentenceEvaluationTest, ReadsTheFormulasOfCompoundNames) {
  const auto model = LoadModel(ShippedModel(Task::kVqa));
  std::ostringstream err;
  const auto plain = ShippedNames("vqa");
  auto same = plain;
  auto contradictory = plain;
  for (auto* names : {&same, &contradictory}) {
    const auto combined = names == &same ? FormulaOperator::kOr : FormulaOperator::kAndNot;
    for (auto& channel : names->named) {
      if (channel.category == "background") continue;
      channel.formula = {{FormulaOperator::kAnd, channel.name, channel.category},
                         {combined, channel.name, channel.category}};
      channel.name = FormulaText(channel.formula);
      channel.category = kCompound;
    }
  }
  const auto scenes = HeldOutScenes(kFirstScene, 2, {}, model.info.image);
  const auto of_plain = EvaluateAnswerSentences(model, scenes, plain, {}, c10::kCPU, err);
  const auto of_same = EvaluateAnswerSentences(model, scenes, same, {}, c10::kCPU, err);
  ASSERT_GT(of_plain.of_named.score.size(), 5);
  EXPECT_EQ(of_same.absent, of_plain.absent);
  EXPECT_EQ(of_same.of_named.score, of_plain.of_named.score);
  const auto of_none = EvaluateAnswerSentences(model, scenes, contradictory, {}, c10::kCPU, err);
  EXPECT_EQ(of_none.absent + of_none.of_background, of_none.explained);
}

TEST(SentenceProgramTest, PrintsTablesOfModelsWithNames) {
  TemporaryDirectory directory;
  const auto outcome =
      RunMain(RunEvaluateSentences, {"--model", ShippedModel(Task::kVqa), "--scenes", "2", "--importance",
                                     "gradient-x-activation", "--out", directory.path()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("## scene-vqa"), HasSubstr("the sentence's supporting ones"),
                                 HasSubstr("those that the sentence names first")));
  const auto json = nlohmann::json::parse(ReadFile(directory.PathOf("sentences-scene-vqa.json")));
  EXPECT_EQ(json["ablation"]["zero"]["supporting"]["count"], json["explained"]);
  EXPECT_GT(json["amplification"]["opposing"]["mean"], 0);
}

TEST(SentenceProgramTest, RefusesModelsWithoutNamesOrWithAnothersNames) {
  TemporaryDirectory directory;
  SaveSmallModels(directory.path());
  const auto expect = [](const std::vector<std::string>& arguments, int code, const std::string& text) {
    const auto outcome = RunMain(RunEvaluateSentences, arguments);
    EXPECT_EQ(outcome.code, code) << text;
    EXPECT_THAT(outcome.err, HasSubstr(text));
    EXPECT_EQ(outcome.out, "");
  };
  const auto film = directory.PathOf("film");
  expect({"--model", film}, 1, "has no concepts.json: name its channels with dissect-neurons");
  WriteFileWhole(PathIn(film, kConceptsFile), FormatConcepts(ShippedNames("vqa")));
  expect({"--model", film}, 1, "of another model");
  expect({"--scenes", "0"}, 2, "--scenes must be at least 1, not 0");
  expect({"--importance", "guess"}, 2, "guess");
}

}  // namespace
}  // namespace wherefore
