#include "explain/methods/methods.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <torch/csrc/autograd/function.h>

#include "explain/error.h"
#include "explain/methods/eigen_cam.h"
#include "explain/methods/grad_cam.h"
#include "explain/methods/grad_cam_plus_plus.h"
#include "explain/methods/guided_grad_cam.h"
#include "explain/methods/hires_cam.h"
#include "explain/methods/layer_cam.h"
#include "explain/methods/xgrad_cam.h"
#include "tests/support/numbers.h"
#include "tests/support/tiny_network.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

// Two channels of 2 x 2.
at::Tensor HandActivation() {
  return at::tensor({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F, 7.0F, 8.0F}).reshape({1, 2, 2, 2});
}
at::Tensor HandGradient() {
  return at::tensor({4.0F, 0.0F, 0.0F, 0.0F, -1.0F, -1.0F, -1.0F, -1.0F}).reshape({1, 2, 2, 2});
}

TEST(GradCamTest, MeetsAMapWorkedByHand) {
  // alpha = (1, -1): A1 - A2 = -4 everywhere
  ExpectClose(ChannelImportance(HandGradient()), at::tensor({1.0F, -1.0F}).reshape({1, 2}), 1e-6);
  ExpectClose(GradCam(HandActivation(), HandGradient()), at::full({1, 2, 2}, -4.0F), 1e-6);
}

TEST(GradCamTest, CounterfactualTurnsTheSign) {
  ExpectClose(CounterfactualGradCam(HandActivation(), HandGradient()), at::full({1, 2, 2}, 4.0F), 1e-6);
}

TEST(HiResCamTest, MultipliesElementByElement) {
  // 4 * 1 - 5, 0 - 6, 0 - 7, 0 - 8
  ExpectClose(HiResCam(HandActivation(), HandGradient()), at::tensor({-1.0F, -6.0F, -7.0F, -8.0F}).reshape({1, 2, 2}),
              1e-6);
}

TEST(GradCamTest, TakesTheLargestGradientInPlaceOfTheMean) {
  // weights 4 and -1
  ExpectClose(MaxPooledGradCam(HandActivation(), HandGradient()),
              at::tensor({-1.0F, 2.0F, 5.0F, 8.0F}).reshape({1, 2, 2}), 1e-6);
}

TEST(GradCamPlusPlusTest, MeetsAMapWorkedByHand) {
  // The first channel sums to 10 and has one gradient, 4: its weight is 4 / (2 + 10 * 4) = 2/21; the second has no
  // positive gradient.
  ExpectClose(GradCamPlusPlus(HandActivation(), HandGradient()), HandActivation().select(1, 0) * (2.0 / 21), 1e-6);
}

TEST(XGradCamTest, MeetsAMapWorkedByHand) {
  // Weights 4 * 1 / 10 and -26 / 26.
  const auto expected = HandActivation().select(1, 0) * 0.4 - HandActivation().select(1, 1);
  ExpectClose(XGradCam(HandActivation(), HandGradient()), expected, 1e-6);
}

TEST(XGradCamTest, ConservesGradientTimesActivationAndForgivesSilentChannels) {
  const auto activation = at::rand({1, 6, 5, 7});
  activation.select(1, 2).zero_();
  const auto gradient = at::randn({3, 6, 5, 7});
  ExpectClose(XGradCam(activation, gradient).sum({1, 2}), (activation * gradient).sum({1, 2, 3}), 1e-4);
}

TEST(LayerCamTest, LeavesNegativeGradientsOut) {
  ExpectClose(LayerCam(HandActivation(), HandGradient()), at::tensor({4.0F, 0.0F, 0.0F, 0.0F}).reshape({1, 2, 2}),
              1e-6);
}

TEST(EigenCamTest, FindsTheOnePatternThatAllChannelsShare) {
  // A_k = c_k P: the projection on c / |c| is |c| P, whichever Gram matrix is smaller.
  const auto pattern = at::rand({4, 4});
  for (const int64_t channels : {3, 40}) {
    const auto weights = at::rand({channels}) + 0.1;
    const auto activation = (weights.reshape({-1, 1, 1}) * pattern).unsqueeze(0);
    ExpectClose(EigenCam(activation)[0], weights.norm() * pattern, 1e-5);
    ExpectClose(EigenGradCam(activation, at::ones_like(activation))[0], weights.norm() * (pattern - pattern.mean()),
                1e-4);
  }
}

TEST(EigenCamTest, IsTheFirstComponentOfTheDecomposition) {
  const auto activation = at::rand({1, 12, 3, 5});
  const auto places = activation[0].flatten(1).t();  // (15, 12)
  const auto first = std::get<2>(at::linalg_svd(places, false))[0];
  const auto projection = at::mv(places, first).reshape({3, 5});
  ExpectClose(EigenCam(activation)[0], projection * projection.sum().sign(), 1e-4);
}

TEST(GradCamTest, EqualsCamForAverageAndLinearUpToTheNumberOfPositions) {
  // With a linear layer on the average of each channel, d score / d A_k = w_k / (h w): Grad-CAM = CAM / (h w).
  const auto activation = at::rand({1, 6, 5, 7});
  const auto weight = at::randn({4, 6});
  const auto gradients = Explain({"conv"}, [&](Tape& tape) {
    return at::linear(tape.At("conv", activation).mean({2, 3}), weight)[0];
  });
  const auto& layer = gradients.Layer("conv");
  const auto cam = at::einsum("tk,khw->thw", {weight, activation[0]});
  ExpectClose(GradCam(layer.value, layer.gradient), cam / 35.0, 1e-5);
}

TEST(GradCamTest, TakesOneActivationATargetToo) {
  const auto activation = at::rand({3, 4, 2, 2});
  const auto gradient = at::randn({3, 4, 2, 2});
  const auto together = GradCam(activation, gradient);
  for (int64_t t = 0; t < 3; ++t) {
    ExpectClose(together.slice(0, t, t + 1), GradCam(activation.slice(0, t, t + 1), gradient.slice(0, t, t + 1)), 1e-6);
  }
}

TEST(GuidedGradCamTest, IsTheGuidedGradientTimesTheUnnormalisedPositiveMap) {
  const auto guided = at::randn({1, 3, 4, 4});
  const auto map = at::tensor({2.0F, 2.0F, 2.0F, 2.0F}).reshape({1, 2, 2});
  ExpectClose(GuidedGradCam(guided, map), guided * 2, 1e-6);
  ExpectClose(GuidedGradCam(guided, -map), guided * 0, 1e-6);
}

Maps RunMethod(const std::string& method_name, int target, TinyNetwork* network) {
  const auto& method = MethodNamed(method_name);
  ExplainerOptions options;
  options.image_rule = method.image_rule;
  options.layer_rule = method.layer_rule;
  const auto gradients = Explain(
      LayersFor(method, "conv2"), [&](Tape& tape) { return network->Forward(TinyImage(), tape)[0][target]; }, options);
  return Combine(method, "conv2", gradients);
}

/// The two rules written out for TinyNetwork: what each ReLU lets through.
at::Tensor ByHand(TinyNetwork* network, int target, bool guided) {
  const auto z1 = at::conv2d(TinyImage(), network->conv1, {}, 1, 1);
  const auto z2 = at::conv2d(z1.clamp_min(0), network->conv2, {}, 1, 1);
  auto g = network->linear[target].reshape({1, 4, 4, 4});
  const auto rectify = [&](const at::Tensor& gradient, const at::Tensor& z) {
    const auto positive = gradient.clamp_min(0);
    return guided ? at::where(z > 0, positive, at::zeros_like(positive)) : positive;
  };
  g = at::conv_transpose2d(rectify(g, z2), network->conv2, {}, 1, 1);
  return at::conv_transpose2d(rectify(g, z1), network->conv1, {}, 1, 1);
}

TEST(GuidedBackpropagationTest, MeetsTheRuleWrittenOut) {
  TinyNetwork network;
  for (int target = 0; target < 5; ++target) {
    ExpectClose(RunMethod("guided-backprop", target, &network).pixels, ByHand(&network, target, true), 1e-5);
    ExpectClose(RunMethod("deconvnet", target, &network).pixels, ByHand(&network, target, false), 1e-5);
  }
}

TEST(GradCamTest, OfGuidedGradientsFollowsTheRuleToTheLayer) {
  TinyNetwork network;
  Tape recorded({"conv2"});
  network.Forward(TinyImage(), recorded);
  const auto activation = recorded.layers()[0].value.detach();
  // Nothing but a linear layer follows conv2; one ReLU, conv2's own, follows conv1.
  ExpectClose(RunMethod("grad-cam-guided-relu", 1, &network).maps, RunMethod("grad-cam", 1, &network).maps, 1e-6);
  const auto at_conv1 = [&](const std::string& name) {
    const auto& method = MethodNamed(name);
    ExplainerOptions options;
    options.layer_rule = method.layer_rule;
    const auto gradients = Explain(
        {"conv1"}, [&](Tape& tape) { return network.Forward(TinyImage(), tape)[0][1]; }, options);
    return gradients.Layer("conv1").gradient;
  };
  const auto incoming = network.linear[1].reshape({1, 4, 4, 4});
  const auto positive = incoming.clamp_min(0);
  const auto guided = at::where(activation > 0, positive, at::zeros_like(positive));
  ExpectClose(at_conv1("grad-cam-guided-relu"), at::conv_transpose2d(guided, network.conv2, {}, 1, 1), 1e-5);
  ExpectClose(at_conv1("grad-cam-deconvnet-relu"), at::conv_transpose2d(positive, network.conv2, {}, 1, 1), 1e-5);
}

TEST(GuidedBackpropagationTest, IsNotThePlainGradient) {
  TinyNetwork network;
  const auto plain = RunMethod("gradient", 0, &network).pixels;
  EXPECT_GT((plain - RunMethod("guided-backprop", 0, &network).pixels).abs().max().item<double>(), 1e-3);
  EXPECT_GT((plain - RunMethod("deconvnet", 0, &network).pixels).abs().max().item<double>(), 1e-3);
}

TEST(GuidedGradCamTest, MultipliesTheGuidedGradientWithThePlainGradCam) {
  TinyNetwork network;
  const auto coarse = RunMethod("grad-cam", 3, &network).maps;
  const auto fine = RunMethod("guided-grad-cam", 3, &network);
  ExpectClose(fine.pixels, GuidedGradCam(ByHand(&network, 3, true), coarse), 1e-5);
  ExpectClose(fine.maps, fine.pixels.sum(1), 1e-6);
}

TEST(RectifierTest, FindsReluAndRelu6AndLeavesTheGraphAsItWas) {
  const auto x = at::randn({4}).requires_grad_();
  const auto score = at::hardtanh(at::relu(x * 2), 0, 6).sum();
  {
    const RectifierGuard guard(score, RectifierRule::kGuided);
    EXPECT_EQ(guard.count(), 2);
  }
  EXPECT_TRUE(score.grad_fn()->next_edge(0).function->pre_hooks().empty());
  {
    const RectifierGuard guard(score, RectifierRule::kDeconvnet);
    EXPECT_EQ(score.grad_fn()->next_edge(0).function->post_hooks().size(), 1U);
  }
  EXPECT_TRUE(score.grad_fn()->next_edge(0).function->post_hooks().empty());
}

TEST(RectifierTest, DoesNotMistakeAGuardAgainstZeroForARectifier) {
  const auto x = at::randn({4}).requires_grad_();
  EXPECT_EQ(RectifierGuard((x / x.norm().clamp_min(1e-12)).sum(), RectifierRule::kGuided).count(), 0);
  EXPECT_EQ(RectifierGuard(x.clamp_min(0).sum(), RectifierRule::kGuided).count(), 1);
}

TEST(RectifierTest, RefusesActivationsWithoutAGuidedRule) {
  const auto x = at::randn({4}).requires_grad_();
  const auto quarter = at::full({1}, 0.25);
  auto in_place = x * 1;
  at::threshold_(in_place, 1, 0);
  const std::vector<at::Tensor> scores = {at::gelu(x).sum(),
                                          at::silu(x).sum(),
                                          at::leaky_relu(x).sum(),
                                          at::hardtanh(x).sum(),
                                          at::prelu(x, quarter).sum(),
                                          in_place.sum(),
                                          at::maximum(x, at::zeros({4})).sum(),
                                          at::clamp_min(x, at::zeros({4})).sum()};
  for (const auto& score : scores) {
    EXPECT_NO_THROW(RectifierGuard(score, RectifierRule::kPlain));
    try {
      const RectifierGuard guard(score, RectifierRule::kGuided);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("defined for ReLU and ReLU6; this model also has "));
    }
  }
}

TEST(MethodsTest, KnowEveryNameOnce) {
  std::vector<std::string> names;
  for (const auto& method : Methods()) {
    EXPECT_EQ(&MethodNamed(method.name), &method);
    EXPECT_NE(method.combine == nullptr, method.ask == nullptr) << method.name;
    if (method.combine != nullptr) {
      EXPECT_TRUE(method.needs_layer || method.needs_image) << method.name;
    }
    EXPECT_FALSE(method.summary.empty()) << method.name;
    EXPECT_FALSE(method.cost.empty()) << method.name;
    names.push_back(method.name);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
}

TEST(MethodsTest, OfferTheNearestNameForAnUnknownOne) {
  try {
    MethodNamed("gradcam");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no method 'gradcam'; did you mean 'grad-cam'"));
  }
}

TEST(MethodsTest, RefuseALayerThatGivesNoFeatureMap) {
  const auto gradients = Explain({"pool"}, [](Tape& tape) { return tape.At("pool", at::ones({1, 8})).sum(); });
  try {
    Combine(MethodNamed("grad-cam"), "pool", gradients);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("layer 'pool' gives no feature map (rows x channels x height x width) but 1 x 8"));
  }
}

/// Two channels of 1 x 2 places: gradient times activation is 12 and -12 at the first place, 2 and -2 at the second.
Gradients GradientsThatCancel(double slightly) {
  const auto value = at::tensor({3.0, 1.0, 4.0, 2.0}, at::kDouble).reshape({1, 2, 1, 2});
  const auto gradient = at::tensor({4.0, 2.0, -3.0 + slightly, -1.0}, at::kDouble).reshape({1, 2, 1, 2});
  Gradients gradients;
  gradients.layers.push_back({"block", value, gradient});
  return gradients;
}

TEST(MethodsTest, SayWhereAMapIsZeroButForRounding) {
  const auto cancels = [](const char* method, double slightly) {
    return Combine(MethodNamed(method), "block", GradientsThatCancel(slightly)).cancels.item<bool>();
  };
  EXPECT_TRUE(cancels("hires-cam", 0));
  EXPECT_TRUE(cancels("hires-cam", 1e-6));   // 4e-6 of 24: rounding
  EXPECT_FALSE(cancels("hires-cam", 1e-3));  // 4e-3 of 24
  EXPECT_FALSE(cancels("layer-cam", 0)) << "which takes the positive gradient alone";
  EXPECT_FALSE(cancels("grad-cam", 0));
}

}  // namespace
}  // namespace wherefore
