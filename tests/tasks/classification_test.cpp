#include "tasks/explain.h"

#include <limits>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tests/support/networks.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The weights (3, 1280) of the small classifier's last layer, which may be written to.
at::Tensor LastWeights(const Model& model) { return model.network->named_parameters()["classifier.1.weight"]; }

TEST(ClassificationTest, EqualsCamUpToTheNumberOfPositions) {
  // Zhou et al. 2016: the map of a class is the sum of the feature maps, weighted as the last layer weights them.
  const auto model = SmallClassifier();
  Tape tape({"features.18"});
  TrunkIn(model).Logits(SmallImage(), tape);
  const auto activation = tape.layers()[0].value.detach();
  const auto cam = at::matmul(LastWeights(model), activation[0].flatten(1)).reshape({3, 2, 2});
  Request request;
  request.labels = {"0", "1", "2"};
  ExpectClose(Explain(model, SmallImage(), request).maps, cam / 4, 1e-5);
}

TEST(ClassificationTest, ExplainsItsBestClassUnlessToldOtherwise) {
  const auto model = SmallClassifier();
  const auto found = Explain(model, SmallImage());
  ASSERT_EQ(found.targets.size(), 1U);
  ASSERT_NE(AsLabel(found.targets[0]), nullptr);
  EXPECT_EQ(AsLabel(found.targets[0])->index, found.predictions()[0].index);
  EXPECT_FLOAT_EQ(static_cast<float>(found.targets[0].score), static_cast<float>(found.predictions()[0].logit));
  EXPECT_FALSE(found.question.has_value());
  EXPECT_EQ(found.task, Task::kClassification);
  EXPECT_EQ(found.layer, "features.18");
  EXPECT_EQ(found.method, "grad-cam");
  EXPECT_EQ(found.device, "cpu");
  EXPECT_EQ(found.targets[0].channels.top.size(), 5U);
  EXPECT_THAT(found.maps.sizes().vec(), ElementsAre(1, 2, 2));
}

TEST(ClassificationTest, ExplainsByTheModelsOwnMethodUnlessToldOtherwise) {
  auto model = SmallClassifier();
  model.info.method = "counterfactual";
  Request request;
  const auto by_default = Explain(model, SmallImage(), request);
  request.method = "grad-cam";
  const auto told = Explain(model, SmallImage(), request);
  EXPECT_EQ(by_default.method, "counterfactual");
  EXPECT_EQ(told.method, "grad-cam");
  ExpectClose(by_default.maps, -told.maps, 1e-6);
}

TEST(ClassificationTest, SubtractsTheMapOfTheClassThatItContrastsWith) {
  const auto model = SmallClassifier();
  Request request;
  request.labels = {"Tinca tinca", "x"};
  const auto each = Explain(model, SmallImage(), request);
  request.labels = {"Tinca tinca"};
  request.versus = "x";
  const auto contrast = Explain(model, SmallImage(), request);
  ExpectClose(contrast.maps[0], each.maps[0] - each.maps[1], 1e-4);
  EXPECT_NEAR(contrast.targets[0].score, each.targets[0].score - each.targets[1].score, 1e-6);
}

TEST(ClassificationTest, TurnsTheSignForACounterfactual) {
  const auto model = SmallClassifier();
  Request request;
  request.method = "counterfactual";
  ExpectClose(Explain(model, SmallImage(), request).maps, -Explain(model, SmallImage()).maps, 1e-6);
}

TEST(ClassificationTest, GivesTheSameWithLittleMemory) {
  const auto model = SmallClassifier();
  Request request;
  request.top = 3;
  const auto at_once = Explain(model, SmallImage(), request);
  request.memory_bound = 1;
  const auto one_by_one = Explain(model, SmallImage(), request);
  ExpectClose(one_by_one.maps, at_once.maps, 1e-5);
  EXPECT_EQ(one_by_one.targets[2].channels.top[0].channel, at_once.targets[2].channels.top[0].channel);
}

TEST(ClassificationTest, ReachesThePixelsWithoutALayerWhereTheMethodDoes) {
  const auto model = SmallClassifier();
  Request request;
  request.method = "guided-backprop";
  const auto found = Explain(model, SmallImage(), request);
  EXPECT_THAT(found.pixels.sizes().vec(), ElementsAre(1, 3, 48, 64));
  ExpectClose(found.maps, found.pixels.sum(1), 1e-6);
  EXPECT_EQ(found.layer, "");
  EXPECT_THAT(found.targets[0].channels.top, IsEmpty());
}

TEST(ClassificationTest, ReportsAMapThatHasNothingToShow) {
  const auto model = SmallClassifier();
  LastWeights(model)[0].zero_();
  LastWeights(model)[1].fill_(-1);  // times activations that are never negative
  LastWeights(model)[2].fill_(1);
  Request request;
  request.labels = {"0", "1", "2"};
  const auto found = Explain(model, SmallImage(), request);
  EXPECT_TRUE(found.IsEmpty(0));
  EXPECT_TRUE(found.IsEmpty(1));
  EXPECT_FALSE(found.IsEmpty(2));
  EXPECT_THAT(found.warnings,
              ElementsAre("the map of 'tench, Tinca tinca' is zero everywhere: the score does not change with what the "
                          "model sees there, so there is nothing to show",
                          "the map of 'Goldfisch ä' is nowhere above zero: no region speaks for it, so there is "
                          "nothing to show"));
}

TEST(ClassificationTest, ExplainsByFullGradWithHalfWeights) {
  Request request;
  request.method = "full-grad";
  request.labels = {"1"};
  const auto half = SmallClassifier();
  half.network->to(at::kHalf);
  const auto found = Explain(half, SmallImage().to(half.image_options()), request);
  EXPECT_EQ(found.maps.sizes().vec(), (std::vector<int64_t>{1, 48, 64}));
  if (!half.NeedsHalfInFloat32()) GTEST_SKIP() << "this LibTorch computes float16 on the CPU, with its own rounding";
  const auto same = SmallClassifier();
  same.network->to(at::kHalf);
  same.network->to(at::kFloat);
  ExpectClose(found.maps, Explain(same, SmallImage(), request).maps, 1e-4);
}

TEST(ClassificationTest, RefusesAnImageThatMakesItsMapsNoNumbers) {
  const auto model = SmallClassifier();
  const auto image = at::full({1, 3, 48, 64}, std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Explain(model, image); }),
              HasSubstr("the maps of model 'small' have values that are no numbers"));
}

TEST(ClassificationTest, RefusesALayerThatIsNotThereOrHasNoMap) {
  const auto model = SmallClassifier();
  Request request;
  request.layer = "featurs.18";
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Explain(model, SmallImage(), request); }),
              HasSubstr("the model has no layer 'featurs.18'; did you mean 'features.18'"));
  request.layer = "classifier.0";
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Explain(model, SmallImage(), request); }),
              HasSubstr("layer 'classifier.0' gives no feature map"));
}

TEST(ClassificationTest, RefusesWhatIsNoImage) {
  EXPECT_EQ(ErrorText(ErrorKind::kUsage,
                      [] {
                        Explain(SmallClassifier(), at::zeros({3, 48, 64}));
                      }),
            "an image must be (1, 3, height, width); this one is (3, 48, 64)");
}

}  // namespace
}  // namespace wherefore
