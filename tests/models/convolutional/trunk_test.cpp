#include "models/convolutional/trunk.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tests/support/formula_weights.h"
#include "tests/support/numbers.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

constexpr double kTolerance = 1e-4;

std::string UsageError(const std::function<void()>& run) { return ErrorText(ErrorKind::kUsage, run); }

/// A small network's layers; every fifth of a large one's, which meets each kind of its parts.
std::vector<std::string> SomeLayers(Trunk& trunk, const at::Tensor& image) {
  Tape tape({trunk.stage_names().back()});
  trunk.Logits(image, tape);
  const auto& seen = tape.seen();
  const std::size_t step = seen.size() > 100 ? 5 : 1;
  std::vector<std::string> names;
  for (std::size_t i = 1; i < seen.size(); i += step) names.push_back(seen[i].name);  // 0 is the image
  return names;
}

class TapedTrunkTest : public testing::TestWithParam<const char*> {};

TEST_P(TapedTrunkTest, GivesTheSameLogitsWhereverItIsCut) {
  const auto trunk = FormulaTrunk(GetParam());
  const auto image = FormulaImage().slice(2, 0, 96).slice(3, 0, 64);
  Tape plain;
  const auto expected = trunk->Logits(image, plain);
  EXPECT_FALSE(expected.requires_grad());
  for (const auto& name : SomeLayers(*trunk, image)) {
    Tape tape({name});
    const auto logits = trunk->Logits(image, tape);
    ExpectClose(logits, expected, 1e-5, name);
    EXPECT_TRUE(logits.requires_grad()) << name;
  }
}

/// Also in a branch beside others that have one row.
TEST_P(TapedTrunkTest, TakesSeveralRowsInThePlaceOfAnyLayersOutput) {
  const auto trunk = FormulaTrunk(GetParam());
  const auto image = FormulaImage().slice(2, 0, 96).slice(3, 0, 64);
  const auto with = [&](const std::string& name, const std::function<at::Tensor(const at::Tensor&)>& make) {
    Tape tape;
    tape.Substitute(name, make);
    return trunk->Logits(image, tape);
  };
  for (const auto& name : SomeLayers(*trunk, image)) {
    const auto together = with(name, [](const at::Tensor& x) { return at::cat({x, x * 0.5, x * 0}); });
    ASSERT_EQ(together.size(0), 3) << name;
    for (int64_t row = 0; row < 3; ++row) {
      const auto alone = with(name, [&](const at::Tensor& x) { return x * (1 - 0.5 * static_cast<double>(row)); });
      ExpectClose(together.narrow(0, row, 1), alone, 1e-4, name);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, TapedTrunkTest,
                         testing::Values("alexnet", "vgg11_bn", "googlenet", "resnet18", "resnet50", "squeezenet1_1",
                                         "densenet121", "mobilenet_v2"),
                         [](const auto& parameter) { return parameter.param; });

TEST(TrunkTest, PadsLikeTensorflowWhereAsked) {
  TrunkOptions options;
  options.type = "mobilenet_v2";
  options.padding = Padding::kTensorflowSame;
  options.until = "features.0";
  const auto trunk = MakeTrunk(options);
  SetFormulaWeights(*trunk);
  const auto image = FormulaImage();
  Tape tape;
  const auto found = trunk->Forward(image, tape, "features.0");
  const auto weight = trunk->named_parameters()["features.0.0.weight"];
  // Batch normalisation with mean 0 and variance 1 only divides by sqrt(1 + 1e-5).
  const auto expected =
      (at::conv2d(at::constant_pad_nd(image, {0, 1, 0, 1}), weight, {}, 2) / std::sqrt(1 + 1e-5)).clamp(0, 6);
  ExpectClose(found, expected, 1e-5);
  // An odd size needs one pixel on either side: 223 -> 112 outputs.
  EXPECT_EQ(trunk->Forward(image.slice(2, 0, 223), tape, "features.0").sizes(), at::IntArrayRef({1, 32, 112, 112}));
}

TEST(TrunkTest, BuildsOnlyWhatIsAskedFor) {
  TrunkOptions options;
  options.type = "vgg16";
  options.until = "classifier.4";
  const auto trunk = MakeTrunk(options);
  EXPECT_EQ(trunk->stage_names().back(), "classifier.4");
  EXPECT_EQ(trunk->named_parameters().find("classifier.6.weight"), nullptr);
  EXPECT_NE(trunk->named_parameters().find("classifier.3.weight"), nullptr);
  Tape tape;
  EXPECT_THAT(UsageError([&] { trunk->Logits(FormulaImage(), tape); }), HasSubstr("until 'classifier.4' only"));
  options.type = "mobilenet_v2";
  options.until = kFeatureMap;
  EXPECT_EQ(MakeTrunk(options)->stage_names().back(), "features.18");
  EXPECT_EQ(MakeTrunk(options)->feature_channels(), 1280);
  options.until = "features.81";
  EXPECT_THAT(UsageError([&] { MakeTrunk(options); }), HasSubstr("no stage 'features.81'; did you mean 'features.1"));
}

TEST(TrunkTest, HasNoFeatureStageWhereItEndsBeforeIt) {
  TrunkOptions options;
  options.type = "resnet18";
  options.until = "layer2";
  const auto early = MakeTrunk(options);
  EXPECT_EQ(early->stage_names().back(), "layer2");
  EXPECT_EQ(early->named_parameters().find("layer3.0.conv1.weight"), nullptr);
  EXPECT_EQ(early->feature_stage(), "");
  options.until = "layer4";
  EXPECT_EQ(MakeTrunk(options)->feature_stage(), "layer4");
  EXPECT_EQ(MakeTrunk(options)->feature_channels(), 512);
}

TEST(TrunkTest, FreezesItsWeightsAndEvaluates) {
  TrunkOptions options;
  options.type = "squeezenet1_1";
  const auto trunk = MakeTrunk(options);
  EXPECT_FALSE(trunk->is_training());
  for (const auto& parameter : trunk->parameters()) EXPECT_FALSE(parameter.requires_grad());
}

TEST(TrunkTest, SaysWhatIsWrongWithOptionsAndImages) {
  const auto make = [](TrunkOptions options) { return UsageError([&] { MakeTrunk(options); }); };
  TrunkOptions options;
  options.type = "resnet5";
  EXPECT_THAT(make(options), HasSubstr("there is no network 'resnet5'; did you mean 'resnet50'"));
  options.type = "resnet18";
  options.padding = Padding::kTensorflowSame;
  EXPECT_THAT(make(options), HasSubstr("mobilenet_v2 only, not for resnet18"));
  options.padding = Padding::kSymmetric;
  options.transform_input = true;
  EXPECT_THAT(make(options), HasSubstr("an option of googlenet only"));
  options.transform_input = false;
  options.classes = 0;
  EXPECT_THAT(make(options), HasSubstr("at least one class, not 0"));
  options.classes = 10;
  const auto trunk = MakeTrunk(options);
  Tape tape;
  EXPECT_THAT(UsageError([&] {
                trunk->Logits(at::ones({1, 1, 64, 64}), tape);
              }),
              HasSubstr("takes images (N, 3, height, width), not (1, 1, 64, 64)"));
  EXPECT_THAT(UsageError([&] {
                trunk->Forward(at::ones({1, 3, 64, 64}), tape, "layer5");
              }),
              HasSubstr("no stage 'layer5'; did you mean 'layer1'"));
}

TEST(TrunkTest, NamesTheSmallestImageThatEachNetworkTakes) {
  for (const auto& type : TrunkTypes()) {
    // Head and depth do not matter here: one of each family is enough.
    if (type.rfind("vgg1", 0) == 0 && type != "vgg11") continue;
    if ((type.rfind("resn", 0) == 0 || type.rfind("wide", 0) == 0) && type != "resnet18") continue;
    TrunkOptions options;
    options.type = type;
    options.classes = 2;
    const auto trunk = MakeTrunk(options);
    const auto message = UsageError([&] {
      Tape tape;
      trunk->Logits(at::zeros({1, 3, 0, 0}), tape);
    });
    ASSERT_THAT(message, HasSubstr("at least ")) << type;
    const int64_t smallest = std::stol(message.substr(message.find("at least ") + 9));
    Tape tape;
    EXPECT_EQ(trunk->Logits(at::ones({1, 3, smallest, smallest}), tape).sizes(), at::IntArrayRef({1, 2})) << type;
  }
}

TEST(TrunkTest, TransformsTheInputOfGoogLeNetWhereAsked) {
  TrunkOptions options;
  options.type = "googlenet";
  options.until = "conv1";
  const auto plain = MakeTrunk(options);
  options.transform_input = true;
  const auto transformed = MakeTrunk(options);
  SetFormulaWeights(*plain);
  SetFormulaWeights(*transformed);
  const auto image = FormulaImage();
  // torchvision: channel 0 becomes x * (0.229 / 0.5) + (0.485 - 0.5) / 0.5, and so on
  auto by_hand = image.clone();
  by_hand.select(1, 0).mul_(0.229 / 0.5).add_((0.485 - 0.5) / 0.5);
  by_hand.select(1, 1).mul_(0.224 / 0.5).add_((0.456 - 0.5) / 0.5);
  by_hand.select(1, 2).mul_(0.225 / 0.5).add_((0.406 - 0.5) / 0.5);
  Tape tape;
  ExpectClose(transformed->Forward(image, tape, "conv1"), plain->Forward(by_hand, tape, "conv1"), 1e-5);
}

TEST(TrunkTest, KnowsTheKeysThatOnlyTrainingUses) {
  EXPECT_TRUE(IsTrainingOnlyKey("resnet18", "bn1.num_batches_tracked"));
  EXPECT_TRUE(IsTrainingOnlyKey("googlenet", "aux1.conv.conv.weight"));
  EXPECT_FALSE(IsTrainingOnlyKey("resnet18", "aux1.conv.conv.weight"));
  EXPECT_FALSE(IsTrainingOnlyKey("googlenet", "conv1.conv.weight"));
}

}  // namespace
}  // namespace wherefore
