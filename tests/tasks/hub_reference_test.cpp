// Hugging Face directories of every family, tiny and of other sizes than those of shared/hf, against what transformers
// says of them: tests/golden/hub/compare_hub.py made both.

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/families.h"
#include "models/images/image_processor.h"
#include "tasks/explain.h"
#include "tests/support/json_numbers.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"

namespace wherefore {
namespace {

constexpr double kTolerance = 1e-4;  // of logits, log-probabilities, and of a map's largest absolute value

/// The script's picture: uint8 (side, side, 3).
at::Tensor FormulaPicture(int64_t side, int64_t seed) {
  const auto numbers = at::arange(side, at::kLong);
  const auto x = numbers.reshape({1, side, 1});
  const auto y = numbers.reshape({side, 1, 1});
  const auto channel = at::arange(3, at::kLong);
  return (31 * x + 17 * y + 101 * channel + (3 + seed) * x * y).remainder(256).to(at::kByte);
}

void ExpectMap(const at::Tensor& found, const nlohmann::json& expected) {
  const auto map = Numbers(expected);
  const double largest = map.abs().max().item<double>();
  EXPECT_GT(largest, 0);
  EXPECT_LE((found.to(at::kDouble) - map).abs().max().item<double>(), kTolerance * largest);
}

class HubReferenceTest : public testing::TestWithParam<const char*> {
 protected:
  HubReferenceTest()
      : model_(LoadModel(GoldenPath(std::string("hub/") + GetParam()))),
        reference_(ReadJson(GoldenPath(std::string("hub/") + GetParam() + "/reference.json"))),
        image_(
            ImageProcessor(model_.info.image).Prepare(FormulaPicture(reference_["side"], reference_["seed"])).values) {}

  Explanation ExplainBy(Request request) const {
    request.method = "grad-cam";
    return Explain(model_, image_, request);
  }

  void ExpectLabel(const nlohmann::json& expected) const {
    Request request;
    request.question = expected.value("question", "");
    request.choices = expected.value("labels", request.choices);
    const auto found = ExplainBy(request);
    EXPECT_EQ(found.layer, expected["layer"]);
    EXPECT_EQ(found.predictions()[0].index, expected["index"]);
    EXPECT_NEAR(found.predictions()[0].logit, expected["logit"], kTolerance);
    ExpectMap(found.maps[0], expected["grad_cam"]);
  }

  void ExpectText(const nlohmann::json& expected) const {
    Request request;
    request.question = expected["question"];
    EXPECT_EQ(nlohmann::json(ExplainBy(request).written().ids), expected["written"]);
    request.text = expected["text"];
    const auto found = ExplainBy(request);
    EXPECT_EQ(found.layer, expected["layer"]);
    EXPECT_EQ(nlohmann::json(found.written().ids), expected["ids"]);
    for (std::size_t i = 0; i < expected["log_p"].size(); ++i) {
      EXPECT_NEAR(found.written().log_probs[i], expected["log_p"][i], kTolerance);
    }
    ExpectMap(found.maps[found.maps.size(0) - 1], expected["grad_cam"]);
  }

  Model model_;
  nlohmann::json reference_;
  at::Tensor image_;
};

INSTANTIATE_TEST_SUITE_P(Hub, HubReferenceTest,
                         testing::Values("vit", "resnet", "convnext", "clip", "vilt-vqa", "blip-caption", "blip-vqa",
                                         "vit-gpt2", "git", "paligemma", "llava"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           for (auto& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST_P(HubReferenceTest, MeetsWhatTransformersSays) {
  for (const char* task : {"classification", "caption", "vqa"}) {
    if (!reference_.contains(task)) continue;
    const auto& expected = reference_[task];
    expected.contains("index") ? ExpectLabel(expected) : ExpectText(expected);
  }
}

TEST(HubMapsTest, NamesMapsThatANormalisationMakesZero) {
  const auto model = LoadModel(GoldenPath("hub/blip-caption"));
  const auto image = ImageProcessor(model.info.image).Prepare(FormulaPicture(32, 1)).values;
  Request request;
  request.text = "a black cat";
  request.method = "hires-cam";
  request.layer = "vision_model.encoder.layers.1";  // which the last normalisation alone reads
  const auto found = Explain(model, image, request);
  for (std::size_t t = 0; t < found.targets.size(); ++t) {
    EXPECT_TRUE(found.IsEmpty(t));
    EXPECT_THAT(found.targets[t].why_empty, testing::HasSubstr("take layer 'vision_model.post_layernorm'"));
  }
  request.layer = "";
  const auto behind = Explain(model, image, request);
  EXPECT_EQ(behind.targets.back().why_empty.find("rounding"), std::string::npos);
}

/// No family's default layer and method give a map that is zero by construction.
TEST_P(HubReferenceTest, IsExplainedByDefaultWhereItsHeadCanSee) {
  Request request;
  if (model_.CanDo(Task::kVqa)) request.question = "what color is the cat";
  if (model_.writes()) request.text = "a black cat";
  if (model_.zero_shot_network() != nullptr) request.choices = {"a black cat", "a dog"};
  const auto found = Explain(model_, image_, request);
  EXPECT_GT(found.maps.abs().max().item<double>(), 0);
  for (const auto& target : found.targets)
    EXPECT_EQ(target.why_empty.find("zero"), std::string::npos) << target.why_empty;
}

}  // namespace
}  // namespace wherefore
