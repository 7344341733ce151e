#include "models/vilt/vilt.h"

#include <string>

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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ViltTest : public testing::Test {
 protected:
  static at::Tensor Image(int64_t height, int64_t width) {
    return at::arange(3 * height * width, at::kFloat).sin().reshape({1, 3, height, width});
  }
  Explanation Ask(const at::Tensor& image, const std::string& question = "what color is the cat") const {
    Request request;
    request.question = question;
    return Explain(model_, image, request);
  }
  std::string Refusal(const at::Tensor& image, const std::string& question = "what color is the cat") const {
    return ErrorText(ErrorKind::kUsage, [&] { Ask(image, question); });
  }

  Model model_ = LoadModel(GoldenPath("hub/vilt-vqa"));
};

TEST_F(ViltTest, HasAGridOfThePhotographsShape) {
  EXPECT_THAT(Ask(Image(40, 64)).maps.sizes().vec(), ElementsAre(1, 5, 8));
  EXPECT_THAT(Ask(Image(39, 24)).maps.sizes().vec(), ElementsAre(1, 4, 3));  // what is left of a patch is not read
}

TEST_F(ViltTest, HasAProbabilityOfItsOwnForEachAnswer) {
  for (const auto& one : Ask(Image(32, 32)).predictions()) {
    EXPECT_NEAR(one.probability.value(), at::tensor(one.logit, at::kDouble).sigmoid().item<double>(), 1e-6);
  }
}

TEST_F(ViltTest, RefusesAnImageThatIsSmallerThanAPatch) {
  EXPECT_THAT(Refusal(Image(32, 4)), AllOf(HasSubstr("patches of 8 x 8 pixels"), HasSubstr("4 x 32")));
}

TEST_F(ViltTest, RefusesQuestionsThatAreEmptyOrTooLong) {
  EXPECT_THAT(Refusal(Image(32, 32), ""), HasSubstr("the question is empty"));
  std::string longest;
  for (int64_t i = 0; i <= model_.text.max_length; ++i) longest += "cat ";
  EXPECT_THAT(Refusal(Image(32, 32), longest), HasSubstr("takes at most " + std::to_string(model_.text.max_length)));
  longest.resize(longest.size() - 5);
  EXPECT_EQ(Ask(Image(32, 32), longest).question->words.size(), static_cast<std::size_t>(model_.text.max_length));
}

TEST_F(ViltTest, SaysThatAllPatchesAreReadWhereTransformersDrawsSome) {
  EXPECT_THAT(model_.info.warnings, IsEmpty());
  CopiedModel copy(GoldenPath("hub/vilt-vqa"));
  copy.Replace("\"max_image_length\": -1", "\"max_image_length\": 200");
  EXPECT_THAT(LoadModel(copy.path()).info.warnings,
              ElementsAre(AllOf(HasSubstr("'max_image_length'"), HasSubstr("200"))));
}

TEST_F(ViltTest, RefusesAConfigurationThatTheWeightsDoNotFit) {
  CopiedModel copy(GoldenPath("hub/vilt-vqa"));
  copy.Replace("\"modality_type_vocab_size\": 2", "\"modality_type_vocab_size\": 1");
  EXPECT_THAT(copy.Refusal(), HasSubstr("'modality_type_vocab_size'"));
  copy.Replace("\"modality_type_vocab_size\": 1", "\"modality_type_vocab_size\": 3");
  EXPECT_THAT(copy.Refusal(), AllOf(HasSubstr("model.safetensors"), HasSubstr("token_type_embeddings")));
}

}  // namespace
}  // namespace wherefore
