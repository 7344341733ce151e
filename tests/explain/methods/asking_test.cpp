// Methods that ask the model about many images or activations, against the same asked one by one.

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "explain/maps.h"
#include "explain/methods/ablation_cam.h"
#include "explain/methods/baselines.h"
#include "explain/methods/integrated_gradients.h"
#include "explain/methods/methods.h"
#include "explain/methods/occlusion.h"
#include "explain/methods/recipro_cam.h"
#include "explain/methods/rise.h"
#include "explain/methods/score_cam.h"
#include "explain/methods/smooth_grad.h"
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

  TinySubject() {
    image = TinyImage();
    black = at::zeros({1, 2, 1, 1});
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

class AskingMethodTest : public testing::TestWithParam<Method> {};

TEST_P(AskingMethodTest, GivesTheSameInBatchesOfOne) {
  TinySubject subject;
  MethodOptions options;
  options.rise_masks = 7;
  options.rise_cells = 2;
  options.samples = options.steps = 5;
  options.occlusion_patch = 2;
  options.occlusion_stride = 1;
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

INSTANTIATE_TEST_SUITE_P(All, AskingMethodTest, testing::ValuesIn(AskingMethods()), [](const auto& method) {
  std::string name;
  for (const char c : method.param.name) {
    if (c != '-') name += c;
  }
  return name;
});

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
