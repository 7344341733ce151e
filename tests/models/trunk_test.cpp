#include "models/trunk.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/error.h"
#include "explain/grad_cam.h"
#include "explain/hires_cam.h"
#include "tests/support/formula_weights.h"
#include "tests/support/json_numbers.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

constexpr double kTolerance = 1e-4;

std::shared_ptr<Trunk> FormulaTrunk(const std::string& type) {
  TrunkOptions options;
  options.type = type;
  auto trunk = MakeTrunk(options);
  SetFormulaWeights(*trunk);
  return trunk;
}

std::string MessageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// The repository's own reference files and those beside it: more networks may be added to either.
std::vector<std::string> GoldenTrunks() {
  std::set<std::string> names;
  std::vector<std::string> paths;
  for (const auto& folder : {GoldenPath("trunks"), SharedPath("golden/trunks")}) {
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".json" || !names.insert(entry.path().stem().string()).second) continue;
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class GoldenTrunkTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTrunkTest, MeetsTorchvisionsLogitsActivationAndMap) {
  const auto golden = ReadJson(GetParam());
  const auto trunk = FormulaTrunk(golden["network"]);
  const std::string layer = golden["layer"];
  Tape tape({layer});
  const auto logits = trunk->Logits(FormulaImage(), tape)[0];
  EXPECT_EQ(logits.argmax().item<int64_t>(), golden["argmax"]);
  const double best = golden["logit_argmax"];
  EXPECT_NEAR(logits.max().item<double>(), best, kTolerance * std::abs(best));
  ExpectClose(logits.slice(0, 0, 8), Numbers(golden["logits_first8"]), kTolerance, "logits");

  const auto& activation = tape.layers().at(0).value;
  EXPECT_EQ(nlohmann::json(activation.sizes().vec()), golden["activation_shape"]);
  const double mean = golden["activation_mean"];
  EXPECT_NEAR(activation.mean().item<double>(), mean, kTolerance * activation.abs().mean().item<double>());
  const auto gradient = torch::autograd::grad({logits.max()}, {activation})[0];
  ExpectClose(ChannelImportance(gradient)[0].slice(0, 0, 8), Numbers(golden["alpha_first8"]), kTolerance, "alpha");
  const double sum = golden["alpha_abs_sum"];
  EXPECT_NEAR(ChannelImportance(gradient).abs().sum().item<double>(), sum, kTolerance * sum);
  ExpectClose(GradCam(activation, gradient)[0], Numbers(golden["signed_map"]), kTolerance, "map");
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTrunkTest, testing::ValuesIn(GoldenTrunks()), [](const auto& parameter) {
  return std::filesystem::path(parameter.param).stem().string();
});

/// Activation and gradient of ResNet-18's layer3 for a class, with formula weights.
std::pair<at::Tensor, at::Tensor> ResNet18Layer3(int64_t target, at::ScalarType type) {
  const auto trunk = FormulaTrunk("resnet18");
  trunk->to(type);
  Tape tape({"layer3"});
  const auto logits = trunk->Logits(FormulaImage().to(type), tape)[0];
  const auto& activation = tape.layers().at(0).value;
  return {activation.detach(), torch::autograd::grad({logits[target]}, {activation})[0]};
}

TEST(TrunkTest, MeetsGradCamAndHiResCamOfAnotherLibraryOnResNet18) {
  const auto golden = ReadJson(GoldenPath("methods/resnet18_layer3.json"));
  const auto [activation, gradient] = ResNet18Layer3(golden["target"], at::kFloat);
  ExpectClose(GradCam(activation, gradient)[0], Numbers(golden["grad_cam"]), kTolerance);

  // In the reference's float32 one unit of layer4 lies on the other side of its ReLU's zero than in float64: all that it
  // reaches, rows 1 to 7 and columns 9 to 13, is off by up to 6e-4, everything else agrees to 1e-5. Means over space
  // (Grad-CAM) hardly notice; products element by element do. float64 decides: ours is right.
  const auto found = HiResCam(activation, gradient)[0];
  const auto [exact_activation, exact_gradient] = ResNet18Layer3(golden["target"], at::kDouble);
  ExpectClose(found, HiResCam(exact_activation, exact_gradient)[0], 1e-5);
  const auto reference = Numbers(golden["hires_cam"]);
  auto outside = (found.to(at::kDouble) - reference).abs();
  outside.slice(0, 1, 8).slice(1, 9, 14).zero_();
  EXPECT_LT(outside.max().item<double>(), 1e-5 * reference.abs().max().item<double>());
  ExpectClose(found, reference, 1e-3);
}

TEST(TrunkTest, ResumesAtAnyLayerWithTheSameLogitsInEveryRow) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> layers = {
      {"resnet18", {"conv1", "layer2", "layer4.0", "layer4.1.conv2", "layer3.0.downsample"}},
      {"densenet121", {"features.denseblock4", "features.denseblock4.denselayer3.conv1", "features.norm5"}},
      {"googlenet", {"inception5a", "inception5b.branch2.0", "inception5b.branch4.1.conv"}},
      {"squeezenet1_1", {"features.12", "features.11.expand3x3", "classifier.1"}},
      {"mobilenet_v2", {"features.14.conv.1", "features.18", "features.18.0"}},
      {"alexnet", {"features.10", "features.12"}},
  };
  for (const auto& [type, names] : layers) {
    const auto trunk = FormulaTrunk(type);
    const auto image = FormulaImage();
    Tape plain;
    const auto expected = trunk->Logits(image, plain);
    EXPECT_FALSE(expected.requires_grad());
    for (const auto& name : names) {
      Tape tape({name});
      ExpectClose(trunk->Logits(image, tape), expected, 1e-5, type + " " + name);
      tape.Resume(3);
      const auto rows = trunk->Logits(image, tape);
      ASSERT_EQ(rows.size(0), 3) << type << " " << name;
      for (int64_t row = 0; row < 3; ++row) ExpectClose(rows[row], expected[0], 1e-4, type + " " + name);
      EXPECT_TRUE(rows.requires_grad()) << type << " " << name;
    }
  }
}

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
  EXPECT_THAT(MessageOf([&] { trunk->Logits(FormulaImage(), tape); }), HasSubstr("until 'classifier.4' only"));
  options.type = "mobilenet_v2";
  options.until = kFeatureMap;
  EXPECT_EQ(MakeTrunk(options)->stage_names().back(), "features.18");
  EXPECT_EQ(MakeTrunk(options)->feature_channels(), 1280);
  options.until = "features.81";
  EXPECT_THAT(MessageOf([&] { MakeTrunk(options); }), HasSubstr("no stage 'features.81'; did you mean 'features.1"));
}

TEST(TrunkTest, FreezesItsWeightsAndEvaluates) {
  TrunkOptions options;
  options.type = "squeezenet1_1";
  const auto trunk = MakeTrunk(options);
  EXPECT_FALSE(trunk->is_training());
  for (const auto& parameter : trunk->parameters()) EXPECT_FALSE(parameter.requires_grad());
}

TEST(TrunkTest, SaysWhatIsWrongWithOptionsAndImages) {
  const auto make = [](TrunkOptions options) { return MessageOf([&] { MakeTrunk(options); }); };
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
  EXPECT_THAT(MessageOf([&] { trunk->Logits(at::ones({1, 1, 64, 64}), tape); }),
              HasSubstr("takes images (N, 3, height, width), not (1, 1, 64, 64)"));
  EXPECT_THAT(MessageOf([&] { trunk->Forward(at::ones({1, 3, 64, 64}), tape, "layer5"); }),
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
    const auto message = MessageOf([&] {
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
