#include "tasks/explain.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/methods/methods.h"
#include "tests/support/error_text.h"
#include "tests/support/networks.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Request Asking(const std::string& question) {
  Request request;
  request.question = question;
  return request;
}

TEST(VqaTest, AnswersWithTheQuestionsWordsAndTheBestAnswers) {
  const auto found = Explain(SmallVqaModel(), SmallImage(), Asking("a dogs runs"));
  EXPECT_EQ(found.task, Task::kVqa);
  EXPECT_THAT(found.question->words, ElementsAre("a", "dogs", "runs"));
  EXPECT_FALSE(found.writes());
  EXPECT_EQ(found.predictions().size(), 3U);
  ASSERT_NE(AsLabel(found.targets[0]), nullptr);
  EXPECT_EQ(AsLabel(found.targets[0])->label, found.predictions()[0].label);
}

TEST(VqaTest, SaysWhereTheQuestionsWordsStand) {
  const auto question = Explain(SmallVqaModel(), SmallImage(), Asking("a  dogs runs")).question.value();
  EXPECT_EQ(question.asked, "a  dogs runs");
  EXPECT_EQ(question.text, "a  dogs runs");
  EXPECT_EQ(question.spans.at(1).begin, 3);
  EXPECT_EQ(question.spans.at(1).end, 7);
}

TEST(VqaTest, MeasuresEachWordByHowTheScoreChangesWithItsEmbeddings) {
  const auto model = SmallVqaModel();
  model.network->to(at::kDouble);
  const auto image = SmallImage().to(at::kDouble);
  auto request = Asking("a dogs runs");
  request.labels = {"no"};
  const auto found = Explain(model, image, request);
  const auto embeddings = model.network->named_parameters()["embed.weight"];
  const auto before = embeddings.clone();
  // "dogs" is the pieces 5 and 6: gradient x embedding is what scaling both does.
  const std::vector<std::vector<int64_t>> ids = {{4}, {5, 6}, {7}};
  for (std::size_t word = 0; word < ids.size(); ++word) {
    constexpr double kStep = 1e-5;
    std::vector<double> scores;
    for (const double factor : {1 + kStep, 1 - kStep}) {
      for (const int64_t id : ids[word]) embeddings[id].copy_(before[id] * factor);
      Tape tape;
      scores.push_back(AnswererIn(model).Logits(image, {4, 5, 6, 7}, tape)[0][1].item<double>());
    }
    embeddings.copy_(before);
    const double slope = (scores[0] - scores[1]) / (2 * kStep);
    EXPECT_NEAR(found.targets[0].word_gradient_times_embedding[word], slope, 1e-6 * std::abs(slope) + 1e-9);
    EXPECT_GT(found.targets[0].word_gradient_norm[word], 0);
  }
}

TEST(VqaTest, SubtractsTheMapOfTheAnswerThatItContrastsWith) {
  const auto model = SmallVqaModel();
  auto request = Asking("a dog");
  request.labels = {"yes", "dog"};
  const auto each = Explain(model, SmallImage(), request);
  request.labels = {"yes"};
  request.versus = "dog";
  const auto contrast = Explain(model, SmallImage(), request);
  ExpectClose(contrast.maps[0], each.maps[0] - each.maps[1], 1e-4);
  EXPECT_NE(AsContrast(contrast.targets[0]), nullptr);
  EXPECT_NEAR(contrast.targets[0].score, each.targets[0].score - each.targets[1].score, 1e-6);
  for (std::size_t word = 0; word < 2; ++word) {
    EXPECT_NEAR(
        contrast.targets[0].word_gradient_times_embedding[word],
        each.targets[0].word_gradient_times_embedding[word] - each.targets[1].word_gradient_times_embedding[word],
        1e-6);
  }
}

/// Of methods that ask the model many times, enough to see that they can.
MethodOptions FewPasses() {
  MethodOptions options;
  options.rise_masks = options.steps = options.samples = 3;
  options.occlusion_patch = options.occlusion_stride = 32;
  return options;
}

TEST(VqaTest, ExplainsFilmByEveryMethodAtTheTrunkAndAtItsModules) {
  const auto model = SmallFilmModel();
  for (const auto& method : Methods()) {
    for (const char* layer : {kSmallStage, "stem", "function_modules.0", "function_modules.1"}) {
      auto request = Asking("a dogs runs");
      request.method = method.name;
      request.layer = layer;
      request.top = 3;
      request.method_options = FewPasses();
      const auto found = Explain(model, SmallImage(), request);
      const auto shape = method.needs_image ? std::vector<int64_t>{3, 48, 64} : std::vector<int64_t>{3, 6, 8};
      if (method.combine != nullptr) {
        EXPECT_EQ(found.maps.sizes().vec(), shape) << method.name << " at " << layer;
      }
      EXPECT_EQ(found.maps.size(0), 3) << method.name << " at " << layer;
      EXPECT_GT(found.maps.abs().sum().item<double>(), 0) << method.name << " at " << layer;
      for (const auto& target : found.targets) {
        for (const double norm : target.word_gradient_norm) EXPECT_GT(norm, 0) << method.name << " at " << layer;
      }
    }
  }
}

TEST(VqaTest, ReachesThePixelsThroughFilmAsFiniteDifferencesDo) {
  const auto model = SmallFilmModel();
  model.network->to(at::kDouble);
  const auto image = SmallImage().to(at::kDouble);
  auto request = Asking("a dog");
  request.method = "gradient";
  request.labels = {"no"};
  const auto found = Explain(model, image, request);
  for (const int64_t place : {0, 3000, 5555, 9215}) {
    constexpr double kStep = 1e-6;
    std::vector<double> scores;
    for (const double step : {kStep, -kStep}) {
      auto moved = image.clone();
      moved.view({-1})[place] += step;
      Tape tape;
      scores.push_back(AnswererIn(model).Logits(moved, {4, 5}, tape)[0][1].item<double>());
    }
    const double slope = (scores[0] - scores[1]) / (2 * kStep);
    EXPECT_NEAR(found.pixels[0].flatten()[place].item<double>(), slope, 1e-4 * std::abs(slope) + 1e-7);
  }
}

TEST(VqaTest, ReportsWordsThatTheVocabularyLacks) {
  const auto found = Explain(SmallVqaModel(), SmallImage(), Asking("a zebra runs"));
  EXPECT_THAT(found.warnings, testing::Contains(HasSubstr("the model's vocabulary lacks 'zebra'")));
  EXPECT_THAT(found.question->words, ElementsAre("a", "zebra", "runs"));
}

TEST(VqaTest, RefusesQuestionsThatItCannotRead) {
  const auto model = SmallVqaModel();
  const auto refusal = [&](const std::string& question) {
    return ErrorText(ErrorKind::kUsage, [&] { Explain(model, SmallImage(), Asking(question)); });
  };
  EXPECT_EQ(refusal(""), "the question is empty; give at least one word");
  EXPECT_EQ(refusal("  "), "the question is empty; give at least one word");
  EXPECT_THAT(refusal("zebra zebu"), HasSubstr("the model knows none of the words of the question 'zebra zebu'"));
  EXPECT_THAT(refusal("a \xFF"), HasSubstr("UTF-8"));
  std::string long_question;
  for (int i = 0; i < 30; ++i) long_question += "a ";
  EXPECT_EQ(refusal(long_question), "the question has 30 pieces; the model takes at most 24: shorten it");
}

TEST(VqaTest, OffersTheNearestAnswersForOneThatItCannotGive) {
  auto request = Asking("a dog");
  request.labels = {"dig"};
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Explain(SmallVqaModel(), SmallImage(), request); }),
              HasSubstr("the model has no answer 'dig'; did you mean 'dog'"));
}

}  // namespace
}  // namespace wherefore
