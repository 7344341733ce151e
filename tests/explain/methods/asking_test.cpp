// Methods that ask the model about many images or activations, against the same asked one by one.

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>

#include "explain/error.h"
#include "explain/maps.h"
#include "explain/methods/ablation_cam.h"
#include "explain/methods/baselines.h"
#include "explain/methods/full_grad.h"
#include "explain/methods/integrated_gradients.h"
#include "explain/methods/methods.h"
#include "explain/methods/occlusion.h"
#include "explain/methods/recipro_cam.h"
#include "explain/methods/rise.h"
#include "explain/methods/score_cam.h"
#include "explain/methods/smooth_grad.h"
#include "tests/support/devices.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"
#include "tests/support/tiny_network.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

TargetScores ScoresOf(const at::Tensor& logits) { return {logits, logits.log_softmax(1)}; }

/// All five logits of the tiny network.
struct TinySubject : Subject {
  TinyNetwork network;

  explicit TinySubject(c10::Device device = c10::kCPU, at::ScalarType type = at::kFloat) : network(type) {
    for (auto* weights : {&network.conv1, &network.conv2, &network.linear}) *weights = weights->to(device);
    image = TinyImage(type).to(device);
    black = at::zeros_like(image.narrow(2, 0, 1).narrow(3, 0, 1));
    layer = "conv2";
    targets = 5;
    score = [this](const at::Tensor& images, Tape& tape) { return ScoresOf(network.Forward(images, tape)); };
  }

  at::Tensor Activation() {
    Tape tape({"conv2"});
    network.Forward(image, tape);
    return tape.layers()[0].value.detach();
  }

  at::Tensor Logits(const at::Tensor& images) {
    Tape tape;
    return network.Forward(images, tape);
  }
};

/// score = sum of weight times image, of images (N, 3, 8, 8); its only layer is the image's copy.
struct LinearSubject : Subject {
  at::Tensor weight = at::arange(3 * 8 * 8, at::kFloat).sin().reshape({1, 3, 8, 8});

  LinearSubject() {
    image = at::arange(3 * 8 * 8, at::kFloat).cos().reshape({1, 3, 8, 8});
    black = at::tensor({-1.0F, -2.0F, -3.0F}).reshape({1, 3, 1, 1});
    layer = "copy";
    targets = 1;
    score = [this](const at::Tensor& images, Tape& tape) {
      const auto scores = (tape.At("copy", tape.At(kImageLayer, images)) * weight).sum({1, 2, 3}).unsqueeze(1);
      return TargetScores{scores, at::log_sigmoid(scores)};
    };
  }
};

TEST(AblationCamTest, WeighsChannelsByTheShareOfTheScoreThatIsLostWithoutThem) {
  TinySubject subject;
  const auto activation = subject.Activation();
  const auto whole = subject.Logits(subject.image)[0];
  auto expected = at::zeros({5, 4, 4});
  for (int64_t channel = 0; channel < 4; ++channel) {
    auto ablated = activation.clone();
    ablated.select(1, channel).zero_();
    const auto left = subject.network.ForwardFrom("conv2", ablated)[0];
    for (int64_t target = 0; target < 5; ++target) {
      expected[target] += (whole[target] - left[target]) / whole[target].abs() * activation[0][channel];
    }
  }
  ExpectClose(AblationCam(subject, {}), expected, 1e-5);
}

TEST(ScoreCamTest, WeighsChannelsByTheScoreOfWhatTheyShow) {
  TinySubject subject;
  const auto activation = subject.Activation()[0];
  std::vector<at::Tensor> scores;
  for (int64_t channel = 0; channel < 4; ++channel) {
    const auto lowest = activation[channel].min();
    const auto range = activation[channel].max() - lowest;
    ASSERT_GT(range.item<double>(), 0);
    // 4 x 4 like the image: nothing to enlarge
    scores.push_back(subject.Logits(subject.image * ((activation[channel] - lowest) / range))[0]);
  }
  const auto weights = at::stack(scores).softmax(0);  // (4, 5)
  ExpectClose(ScoreCam(subject, {}), at::einsum("kt,khw->thw", {weights, activation}), 1e-5);
}

TEST(ScoreCamTest, GivesNoWeightToChannelsThatAreTheSameEverywhere) {
  LinearSubject subject;
  subject.image.select(1, 1).fill_(7);
  const auto weight_of_seven = ScoreCam(subject, {});
  // The map is made of the other two channels alone: below 7, of which a share would be in it.
  EXPECT_LT(weight_of_seven.max().item<double>(), 1.01);
  subject.image.fill_(7);
  EXPECT_EQ(ScoreCam(subject, {}).abs().max().item<double>(), 0);
}

TEST(ScoreCamTest, EnlargesChannelsWithTheirSignBeforeItBringsThemToRange) {
  // They rise to the right, upwards, and both to the right and downwards: another mask, were it cut off below zero.
  const auto activation =
      at::tensor({-1.0F, 1.0F, -1.0F, 1.0F, 4.0F, 4.0F, 0.0F, 0.0F, -1.0F, 0.0F, 0.0F, 1.0F}).reshape({1, 3, 2, 2});
  // From 2 cells to 8 pixels: pixel i lies at (i + 1/2) / 4 - 1/2 between the cells' centres 0 and 1, or beyond them.
  const auto along = at::tensor({0.0F, 0.0F, 0.125F, 0.375F, 0.625F, 0.875F, 1.0F, 1.0F});
  const auto down = along.unsqueeze(1);
  const auto masks = at::stack({along.expand({8, 8}), 1 - down.expand({8, 8}), (down + along) / 2});
  LinearSubject subject;
  subject.image = at::ones({1, 3, 8, 8});  // what is seen of it is the mask
  subject.layer = "coarse";
  at::Tensor seen;
  subject.score = [&](const at::Tensor& images, Tape& tape) {
    seen = tape.At(kImageLayer, images);
    tape.At("coarse", activation);
    const auto first = seen.select(1, 0).select(1, 3).select(1, 2);   // row 3, column 2
    const auto second = seen.select(1, 1).select(1, 4).select(1, 5);  // row 4, column 5
    return ScoresOf(8 * at::stack({first, second}, 1));
  };
  const auto maps = ScoreCam(subject, {});
  ExpectClose(seen, masks.unsqueeze(1).expand({3, 3, 8, 8}), 1e-5);
  // 8 times what the masks show of the first pixel, 0.125, 0.625 and 0.25, and of the second, 0.875, 0.375 and 0.75
  const auto weights = at::tensor({1.0F, 5.0F, 2.0F, 7.0F, 3.0F, 6.0F}).reshape({2, 3}).softmax(1);
  ExpectClose(maps, at::einsum("tk,khw->thw", {weights, activation[0]}), 1e-5);
}

TEST(ReciproCamTest, ShowsTheProbabilityOfEachPlaceAlone) {
  TinySubject subject;
  const auto activation = subject.Activation();
  auto expected = at::zeros({5, 4, 4});
  for (int64_t y = 0; y < 4; ++y) {
    for (int64_t x = 0; x < 4; ++x) {
      auto window = at::zeros({4, 4});
      for (int64_t v = std::max<int64_t>(0, y - 1); v <= std::min<int64_t>(3, y + 1); ++v) {
        for (int64_t u = std::max<int64_t>(0, x - 1); u <= std::min<int64_t>(3, x + 1); ++u) {
          window[v][u] = (v == y ? 1.0 : 0.5) * (u == x ? 1.0 : 0.5);
        }
      }
      const auto probabilities = subject.network.ForwardFrom("conv2", activation * window)[0].softmax(0);
      for (int64_t target = 0; target < 5; ++target) expected[target][y][x] = probabilities[target];
    }
  }
  ExpectClose(ReciproCam(subject, {}), expected, 1e-5);
}

TEST(OcclusionTest, IsTheMeanFallOfTheSquaresThatCoverAPixel) {
  LinearSubject subject;
  MethodOptions options;
  options.occlusion_patch = 4;
  options.occlusion_stride = 3;
  // Squares begin at 0, 3 and 4. What a square hides of a linear score is its sum of weight times image.
  const auto products = (subject.weight * subject.image).sum(1)[0];
  const std::vector<int64_t> begins = {0, 3, 4};
  auto sum = at::zeros({8, 8});
  auto count = at::zeros({8, 8});
  for (const auto y : begins) {
    for (const auto x : begins) {
      const auto hidden = products.narrow(0, y, 4).narrow(1, x, 4).sum();
      sum.narrow(0, y, 4).narrow(1, x, 4) += hidden;
      count.narrow(0, y, 4).narrow(1, x, 4) += 1;
    }
  }
  ExpectClose(Occlusion(subject, options)[0], sum / count, 1e-4);
}

TEST(OcclusionTest, TakesASquareLargerThanTheImage) {
  LinearSubject subject;
  MethodOptions options;
  options.occlusion_patch = 100;
  const auto all = (subject.weight * subject.image).sum();
  ExpectClose(Occlusion(subject, options)[0], all.expand({8, 8}), 1e-5);
}

TEST(OcclusionTest, RefusesSquaresThatLeavePixelsOut) {
  LinearSubject subject;
  MethodOptions options;
  options.occlusion_patch = 2;
  options.occlusion_stride = 3;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Occlusion(subject, options); }),
              HasSubstr("occlusion-stride is 3, but must be at most occlusion-patch, 2"));
}

TEST(RiseTest, ShowsTheOnlyRegionThatCounts) {
  LinearSubject subject;
  subject.image = at::ones({1, 3, 8, 8});
  subject.weight = at::zeros({1, 3, 8, 8});
  subject.weight.slice(2, 5, 7).slice(3, 1, 3).fill_(1);
  subject.score = [&](const at::Tensor& images, Tape& tape) {
    const auto seen = (tape.At("copy", tape.At(kImageLayer, images)) * subject.weight).sum({1, 2, 3}).unsqueeze(1) /
                      12;  // of the region
    return TargetScores{seen, (seen + 1e-6).log()};
  };
  MethodOptions options;
  options.rise_masks = 2000;
  options.rise_cells = 4;
  const auto map = Rise(subject, options)[0];
  // A mask's cells are as large as the region, 2 x 2 pixels: the maximum may lie a pixel beside it.
  const auto highest = map.flatten().argmax().item<int64_t>();
  EXPECT_GE(highest / 8, 4);
  EXPECT_LE(highest % 8, 3);
  EXPECT_GT(map.slice(0, 5, 7).slice(1, 1, 3).mean().item<double>(), 1.2 * map.slice(1, 5).mean().item<double>());
  ExpectClose(Rise(subject, options)[0], map, 1e-9);
  options.seed = 2;
  EXPECT_GT((Rise(subject, options)[0] - map).abs().max().item<double>(), 1e-3);
}

TEST(RiseTest, IsTheProbabilityItselfWhereNothingCounts) {
  // sigmoid(0) = 1/2, whatever the mask: the mean mask, over the share that is kept, times 1/2
  LinearSubject subject;
  subject.weight.zero_();
  MethodOptions options;
  options.rise_masks = 20000;
  options.rise_keep = 0.25;
  EXPECT_LT((Rise(subject, options) - 0.5).abs().max().item<double>(), 0.02);
}

/// How many rows of a map are like its first.
int64_t RowsLikeTheFirst(const at::Tensor& map) { return (map - map[0]).abs().amax(1).lt(1e-3).sum().item<int64_t>(); }

TEST(RiseTest, ShiftsMasksDownAndAcrossByUpToACell) {
  LinearSubject subject;
  subject.weight.zero_();
  MethodOptions options;
  options.rise_masks = 1;  // sigmoid(0) = 1/2, and half of the cells are kept: the map is the mask
  options.rise_cells = 2;
  // Cells of 4 pixels: 2 x 2 of them become 12 x 12, whose first 3 rows are alike, and columns. Without a shift all 3
  // are there; a shift of 1 leaves 2, of 2 leaves 1, and after one of 3 the first row is like no other.
  std::set<std::pair<int64_t, int64_t>> found;
  for (int seed = 1; seed <= 400; ++seed) {
    options.seed = seed;
    const auto mask = Rise(subject, options)[0];
    const auto rows = RowsLikeTheFirst(mask);
    const auto columns = RowsLikeTheFirst(mask.t());
    if (rows < 8 && columns < 8) found.emplace(rows, columns);  // else the kept cells do not tell
  }
  const std::set<std::pair<int64_t, int64_t>> all = {{1, 1}, {1, 2}, {1, 3}, {2, 1}, {2, 2},
                                                     {2, 3}, {3, 1}, {3, 2}, {3, 3}};
  EXPECT_EQ(found, all);
}

TEST(IntegratedGradientsTest, IsWeightTimesDifferenceForALinearScore) {
  LinearSubject subject;
  ExpectClose(IntegratedGradients(subject, {}), subject.weight * (subject.image - subject.black), 1e-5);
}

TEST(IntegratedGradientsTest, AddsUpToWhatTheScoreGainsOverBlack) {
  TinySubject subject;
  MethodOptions options;
  options.steps = 2000;
  const auto pixels = at::stack({IntegratedGradients(subject, options)})[0];
  const auto gained = subject.Logits(subject.image)[0] - subject.Logits(at::zeros_like(subject.image))[0];
  ExpectClose(pixels.sum({1, 2, 3}), gained, 1e-3);
}

TEST(SmoothGradTest, IsTheGradientWithoutNoiseAndForALinearScore) {
  LinearSubject linear;
  ExpectClose(SmoothGrad(linear, {}), linear.weight, 1e-5);
  TinySubject subject;
  MethodOptions options;
  options.samples = 3;
  options.noise = 0;
  const auto plain =
      Explain({kImageLayer}, [&](Tape& tape) { return subject.network.Forward(subject.image, tape)[0]; });
  ExpectClose(SmoothGrad(subject, options), plain.Layer(kImageLayer).gradient, 1e-5);
  options.noise = 0.5;
  options.samples = 50;
  EXPECT_GT((SmoothGrad(subject, options) - plain.Layer(kImageLayer).gradient).abs().max().item<double>(), 1e-4);
}

TEST(SmoothGradTest, AddsNoiseByTheImagesRange) {
  LinearSubject subject;
  subject.image = 1 + 3 * at::arange(3 * 64 * 64, at::kFloat).cos().reshape({1, 3, 64, 64});  // from -2 to 4
  subject.score = [](const at::Tensor& images, Tape& tape) {
    const auto squares = tape.At("copy", tape.At(kImageLayer, images)).square().sum({1, 2, 3}).unsqueeze(1);
    return TargetScores{squares, at::log_sigmoid(squares)};
  };
  MethodOptions options;
  options.samples = 16;
  options.noise = 0.2;
  // The gradient is twice the image and its noise, of which 16 have a mean of a quarter of their deviation.
  const auto left = (SmoothGrad(subject, options) - 2 * subject.image).to(at::kDouble);
  const double deviation = 2 * 0.2 * 6 / 4;
  // Of 12288 values: standard errors of 0.64 % of the deviation for the deviation, and of 0.9 % for the mean.
  EXPECT_NEAR(left.square().mean().sqrt().item<double>(), deviation, 0.05 * deviation);
  EXPECT_NEAR(left.mean().item<double>(), 0, 0.05 * deviation);
}

TEST(BaselinesTest, KnowNothingOfTheModel) {
  TinySubject subject;
  const auto noise = RandomMaps(subject, {});
  EXPECT_EQ(noise.sizes(), at::IntArrayRef({5, 4, 4}));
  EXPECT_GT((noise[0] - noise[1]).abs().max().item<double>(), 0.1);
  ExpectClose(RandomMaps(subject, {}), noise, 1e-9);
  const auto center = CenterMaps(subject, {});
  EXPECT_EQ(center.sizes(), at::IntArrayRef({5, 4, 4}));
  EXPECT_EQ(center[0][0][0].item<double>(), 0);
  EXPECT_EQ(center[0][1][2].item<double>(), center.max().item<double>());
}

TEST(BaselinesTest, HoldTheOnlyPixelForTheMiddle) {
  LinearSubject subject;
  subject.image = subject.image.narrow(2, 0, 1).narrow(3, 0, 1);
  EXPECT_EQ(CenterMaps(subject, {}).item<double>(), 1);
  subject.image = subject.image.expand({1, 3, 1, 2});
  EXPECT_EQ(CenterMaps(subject, {}).abs().max().item<double>(), 0) << "two corners and nothing between them";
}

TEST(BaselinesTest, AskTheModelNothing) {
  TinySubject subject;
  subject.score = [](const at::Tensor&, Tape&) -> TargetScores { throw std::logic_error("asked"); };
  EXPECT_EQ(RandomMaps(subject, {}).size(0), 5);
  EXPECT_EQ(CenterMaps(subject, {}).size(0), 5);
}

/// Few of everything, for the tiny network.
MethodOptions FewOfEverything() {
  MethodOptions options;
  options.rise_masks = 7;
  options.rise_cells = 2;
  options.samples = options.steps = 5;
  options.occlusion_patch = 2;
  options.occlusion_stride = 1;
  return options;
}

class AskingMethodTest : public testing::TestWithParam<Method> {};

TEST_P(AskingMethodTest, GivesTheSameInBatchesOfOne) {
  TinySubject subject;
  auto options = FewOfEverything();
  int64_t last = 0;
  int64_t total = -1;
  options.progress = [&](int64_t done, int64_t of) {
    EXPECT_GT(done, last);
    last = done;
    total = of;
  };
  const auto together = GetParam().ask(subject, options).maps;
  last = 0;
  options.memory_bound = 1;
  ExpectClose(GetParam().ask(subject, options).maps, together, 1e-5);
  EXPECT_EQ(last, std::max<int64_t>(0, total));
}

std::vector<Method> AskingMethods() {
  std::vector<Method> asking;
  for (const auto& method : Methods()) {
    // The tiny network has no modules with biases: FullGradTest has it.
    if (method.ask != nullptr && method.name != "full-grad") asking.push_back(method);
  }
  return asking;
}

/// A test's name takes letters, digits and underscores only.
std::string TestName(const Method& method) {
  std::string name;
  for (const char c : method.name) {
    if (c != '-') name += c;
  }
  return name;
}

std::string TestName(c10::Device device) { return device.is_cpu() ? "Cpu" : "Cuda"; }

INSTANTIATE_TEST_SUITE_P(All, AskingMethodTest, testing::ValuesIn(AskingMethods()),
                         [](const auto& method) { return TestName(method.param); });

/// Maps of another device that are the CPU's, and of every target not zero everywhere.
void ExpectMapsOfTheCpu(const at::Tensor& found, const at::Tensor& expected, c10::Device device) {
  EXPECT_EQ(found.device().type(), device.type());
  ExpectClose(found, expected, 1e-4);
  EXPECT_GT(expected.flatten(1).abs().amax(1).min().item<double>(), 0);
}

/// In double precision.
class AskingMethodOnDeviceTest : public testing::TestWithParam<std::tuple<c10::Device, Method>> {};

TEST_P(AskingMethodOnDeviceTest, GivesTheMapsOfTheCpu) {
  const auto device = std::get<0>(GetParam());
  const auto& method = std::get<1>(GetParam());
  const TinySubject on_cpu(c10::kCPU, at::kDouble);
  const auto expected = method.ask(on_cpu, FewOfEverything());
  const TinySubject on_device(device, at::kDouble);
  const auto found = method.ask(on_device, FewOfEverything());
  ExpectMapsOfTheCpu(found.maps, expected.maps, device);
  ASSERT_EQ(found.pixels.defined(), expected.pixels.defined());
  if (expected.pixels.defined()) ExpectMapsOfTheCpu(found.pixels, expected.pixels, device);
}

INSTANTIATE_TEST_SUITE_P(On, AskingMethodOnDeviceTest,
                         testing::Combine(testing::ValuesIn(Devices()), testing::ValuesIn(AskingMethods())),
                         [](const auto& both) {
                           return TestName(std::get<0>(both.param)) + "_" + TestName(std::get<1>(both.param));
                         });

/// In double precision.
class AskingOnDeviceTest : public testing::TestWithParam<c10::Device> {};

INSTANTIATE_TEST_SUITE_P(On, AskingOnDeviceTest, testing::ValuesIn(Devices()),
                         [](const auto& device) { return TestName(device.param); });

using AskFunction = at::Tensor (*)(const Subject& subject, const MethodOptions& options);

/// All images that a method asks about, first the subject's own.
at::Tensor ImagesAskedAbout(AskFunction ask, c10::Device device) {
  TinySubject subject(device, at::kDouble);
  std::vector<at::Tensor> images_asked;
  const auto score = subject.score;
  subject.score = [&](const at::Tensor& images, Tape& tape) {
    images_asked.push_back(images.detach().to(at::kCPU));
    return score(images, tape);
  };
  ask(subject, FewOfEverything());
  return at::cat(images_asked);
}

TEST_P(AskingOnDeviceTest, DrawsTheSameMasksAndNoise) {
  const std::vector<std::pair<AskFunction, int64_t>> cases = {{Rise, 7}, {SmoothGrad, 5}};
  for (const auto& [ask, drawn] : cases) {
    const auto expected = ImagesAskedAbout(ask, c10::kCPU);
    EXPECT_EQ(expected.size(0), 1 + drawn);
    // The draws are not one drawn again and again.
    EXPECT_GT((expected.slice(0, 1) - expected[1]).abs().max().item<double>(), 1e-3);
    ExpectClose(ImagesAskedAbout(ask, GetParam()), expected, 1e-6);
  }
}

/// FullGrad looks for modules with biases.
struct BiasedNetwork : torch::nn::Module {
  torch::nn::Conv2d conv = register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(2, 3, 3)));
};

TEST_P(AskingOnDeviceTest, GivesFullGradsMapsOfTheCpu) {
  at::manual_seed(5);
  const auto network = std::make_shared<BiasedNetwork>();
  network->to(at::kDouble);
  const auto maps_on = [&](c10::Device device) {
    network->to(device);
    Subject subject;
    subject.image = TinyImage(at::kDouble).to(device);
    subject.trunk = network.get();
    subject.score = [&](const at::Tensor& images, Tape& tape) {
      const auto x = tape.At("conv", network->conv->forward(tape.At(kImageLayer, images)));
      return ScoresOf(x.square().sum({2, 3}));
    };
    return FullGrad(subject, {});
  };
  const auto expected = maps_on(c10::kCPU);
  ExpectMapsOfTheCpu(maps_on(GetParam()), expected, GetParam());
}

TEST(AskingTest, RunsWhatComesBeforeTheLayerOnceABatch) {
  TinySubject subject;
  int64_t before = 0;  // rows that the network ran for up to the layer, and behind it
  int64_t behind = 0;
  subject.score = [&](const at::Tensor& images, Tape& tape) {
    const auto logits = subject.network.Forward(images, tape);
    before += images.size(0);
    behind += logits.size(0);
    return ScoresOf(logits);
  };
  // Channels and places of conv2.
  const std::vector<std::pair<AskFunction, int64_t>> cases = {{AblationCam, 4}, {ChannelAblation, 4}, {ReciproCam, 16}};
  for (const auto& [ask, rows] : cases) {
    for (const bool one_by_one : {false, true}) {
      MethodOptions options;
      if (one_by_one) options.memory_bound = 1;
      before = behind = 0;
      ask(subject, options);
      // Once more for the image itself.
      EXPECT_EQ(before, 1 + (one_by_one ? rows : 1));
      EXPECT_EQ(behind, 1 + rows);
    }
  }
}

TEST(AskingTest, RefusesLayersThatAreNoFeatureMap) {
  LinearSubject subject;
  subject.score = [&](const at::Tensor& images, Tape& tape) {
    return ScoresOf(tape.At("pooled", tape.At(kImageLayer, images).mean({2, 3})));
  };
  subject.layer = "pooled";
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { AblationCam(subject, {}); }),
              HasSubstr("'pooled' gives no feature map"));
  subject.layer = "poled";
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Occlusion(subject, {}); }), HasSubstr("did you mean 'pooled'?"));
}

TEST(MethodOptionsTest, AreSetByNameWithinTheirRange) {
  MethodOptions options;
  options.Set("rise-masks", 100);
  options.Set("noise", 0.1);
  EXPECT_EQ(options.rise_masks, 100);
  EXPECT_EQ(options.noise, 0.1);
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { options.Set("rise-mask", 1); }),
              HasSubstr("did you mean 'rise-masks' or"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { options.Set("steps", 2.5); }),
              HasSubstr("steps is 2.5, but must be a whole number"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { options.Set("rise-keep", 0); }),
              HasSubstr("rise-keep is 0, but must be from 0.001 to 1"));
}

}  // namespace
}  // namespace wherefore
