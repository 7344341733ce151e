#include "models/clip/clip.h"

#include <cmath>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/families.h"
#include "tasks/explain.h"
#include "tests/support/copied_model.h"
#include "tests/support/error_text.h"
#include "tests/support/shared_data.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ClipTest : public testing::Test {
 protected:
  static at::Tensor Image() { return at::arange(3 * 32 * 32, at::kFloat).sin().reshape({1, 3, 32, 32}); }

  Explanation Among(const std::vector<std::string>& labels, Request request = {}) const {
    request.choices = labels;
    return Explain(model_, Image(), request);
  }
  std::string Refusal(const std::vector<std::string>& labels, const Request& request = {}) const {
    return ErrorText(ErrorKind::kUsage, [&] { Among(labels, request); });
  }

  Model model_ = LoadModel(GoldenPath("hub/clip"));
};

double ScoreOf(const Explanation& explanation) { return explanation.targets.at(0).score; }

TEST_F(ClipTest, ChoosesAmongTheLabelsOfARequest) {
  const auto found = Among({"a cat", "a dog", "what"});
  ASSERT_EQ(found.predictions().size(), 3U);
  double sum = 0;
  double exponentials = 0;
  for (const auto& one : found.predictions()) sum += one.probability.value();
  for (const auto& one : found.predictions()) exponentials += std::exp(one.logit);
  EXPECT_NEAR(sum, 1, 1e-6);
  EXPECT_NEAR(found.predictions()[0].probability.value(), std::exp(found.predictions()[0].logit) / exponentials, 1e-6);
}

TEST_F(ClipTest, HasASimilarityAndNoProbabilityOfASingleLabel) {
  const auto alone = Among({"a cat"});
  EXPECT_FALSE(ProbabilityOf(alone.targets[0]).has_value());
  EXPECT_FALSE(alone.predictions()[0].probability.has_value());
  Request request;
  request.labels = {"a cat"};
  const auto among_two = Among({"a dog", "a cat"}, request);
  EXPECT_NEAR(ScoreOf(alone), ScoreOf(among_two), 1e-5);
  EXPECT_TRUE(alone.maps.allclose(among_two.maps, 1e-4, 1e-7));
}

TEST_F(ClipTest, ComparesTheSimilarityOfASingleLabelWithThatOfAGreyPicture) {
  Request request;
  request.grey = at::zeros({1, 3, 32, 32});
  const auto found = Among({"a cat"}, request);
  request.choices = {"a cat"};
  const auto grey = Explain(model_, request.grey, request);
  EXPECT_NEAR(found.targets[0].from_picture.value(), ScoreOf(found) - ScoreOf(grey), 1e-5);
}

TEST_F(ClipTest, ContrastsTwoLabels) {
  Request request;
  request.labels = {"a cat"};
  request.versus = "a dog";
  EXPECT_NEAR(ScoreOf(Among({"a dog", "a cat"}, request)), ScoreOf(Among({"a cat"})) - ScoreOf(Among({"a dog"})), 1e-5);
}

TEST_F(ClipTest, SaysWhatToTypeWithoutLabels) {
  EXPECT_THAT(Refusal({}), AllOf(HasSubstr("no classes of its own"), HasSubstr("--label \"a photo of a cat\"")));
}

TEST_F(ClipTest, RefusesLabelsThatAreEmptyTooLongOrGivenTwice) {
  EXPECT_THAT(Refusal({"a cat", " "}), HasSubstr("label number 2 is empty"));
  EXPECT_THAT(Refusal({"a cat", "a cat"}), HasSubstr("the label 'a cat' was given twice"));
  std::string longest;
  for (int64_t i = 0; i <= model_.text.max_length; ++i) longest += "cat ";
  EXPECT_THAT(Refusal({longest}), HasSubstr("takes at most " + std::to_string(model_.text.max_length)));
  longest.resize(longest.size() - 5);
  EXPECT_EQ(Among({longest}).predictions().size(), 1U);
}

TEST_F(ClipTest, NamesTheLabelsThatThereAreForOneThatIsNone) {
  Request request;
  request.labels = {"a cats"};
  EXPECT_THAT(Refusal({"a cat", "a dog"}, request), AllOf(HasSubstr("no class 'a cats'"), HasSubstr("a cat")));
}

TEST_F(ClipTest, AnnouncesItsLayersWithoutLabels) {
  Tape tape({model_.info.layer});
  AnnounceLayers(model_, Image(), {}, tape);
  EXPECT_EQ(tape.layers().at(0).name, model_.info.layer);
}

TEST_F(ClipTest, ReadsALabelAtItsEnd) {
  CopiedModel copy(GoldenPath("hub/clip"));
  const auto own = ScoreOf(Among({"a cat"}));
  const auto vocabulary = model_.tokenizer->size();
  const auto other_end = copy.Contains("\"eos_token_id\": 2,") ? vocabulary - 1 : 2;
  const auto this_end = other_end == 2 ? vocabulary - 1 : 2;
  copy.Replace("\"eos_token_id\": " + std::to_string(this_end), "\"eos_token_id\": " + std::to_string(other_end));
  Request request;
  request.choices = {"a cat"};
  EXPECT_EQ(ScoreOf(Explain(LoadModel(copy.path()), Image(), request)), own);
}

TEST_F(ClipTest, ReadsTheOldKeysOfItsTowersFirst) {
  CopiedModel copy(GoldenPath("hub/clip"));
  copy.Replace("\"text_config\": {", R"("text_config": {}, "text_config_dict": {)");
  copy.Replace("\"vision_config\": {", R"("vision_config": {}, "vision_config_dict": {)");
  Request request;
  request.choices = {"a cat"};
  EXPECT_EQ(ScoreOf(Explain(LoadModel(copy.path()), Image(), request)), ScoreOf(Among({"a cat"})));
}

TEST_F(ClipTest, NamesAWeightThatTheProjectionDoesNotFit) {
  CopiedModel copy(GoldenPath("hub/clip"));
  copy.Replace("\"projection_dim\": ", "\"projection_dim\": 1");
  EXPECT_THAT(copy.Refusal(), AllOf(HasSubstr("model.safetensors"), HasSubstr("projection.weight")));
}

TEST(LabelsOfARequestTest, AreRefusedWhereAModelHasItsOwn) {
  Request request;
  request.choices = {"a cat"};
  const auto model = LoadModel(GoldenPath("hub/vit"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          Explain(model, at::zeros({1, 3, 32, 32}), request);
                        }),
              AllOf(HasSubstr("classes of its own, which --class names"), HasSubstr("--label")));
}

}  // namespace
}  // namespace wherefore
