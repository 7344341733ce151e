// Every method that looks at a layer, at a transformer's grid of tokens.

#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/error.h"
#include "explain/explainer.h"
#include "explain/methods/ablation_cam.h"
#include "explain/methods/grad_cam.h"
#include "explain/methods/methods.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"
#include "tests/support/tiny_transformer.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// All five logits of the tiny transformer, and its grid before the block.
struct TransformerSubject : Subject {
  TinyTransformer network;

  explicit TransformerSubject(TinyHead head = TinyHead::kCrossAttention) : network(head, at::kDouble) {
    image = TinyPicture(at::kDouble);
    black = at::zeros_like(image.narrow(2, 0, 1).narrow(3, 0, 1));
    layer = "embeddings";
    targets = 5;
    score = [this](const at::Tensor& images, Tape& tape) {
      const auto logits = network.Forward(images, tape);
      return TargetScores{logits, logits.log_softmax(1)};
    };
  }
};

/// The activation and gradients of the grid of the flat sequence, without a tape.
Differentiated Flat(const TransformerSubject& subject) {
  const auto sequence = subject.network.Embedded(subject.image).set_requires_grad(true);
  const auto logits = subject.network.LogitsFrom("embeddings", sequence)[0];
  std::vector<at::Tensor> rows;
  for (int64_t t = 0; t < logits.size(0); ++t) {
    rows.push_back(torch::autograd::grad({logits[t]}, {sequence}, {}, /*retain_graph=*/true)[0]);
  }
  return {"embeddings", TinyMap(sequence.detach()), TinyMap(at::cat(rows))};
}

Maps MapsOf(const Method& method, const TransformerSubject& subject) {
  if (method.ask != nullptr) return method.ask(subject, {});
  ExplainerOptions options;
  options.image_rule = method.image_rule;
  options.layer_rule = method.layer_rule;
  Tape tape(LayersFor(method, subject.layer));
  const auto gradients = Differentiate(tape, subject.score(subject.image, tape).scores[0], options);
  return Combine(method, subject.layer, gradients);
}

std::vector<Method> LayerMethods() {
  std::vector<Method> methods;
  for (const auto& method : Methods()) {
    if (method.needs_layer) methods.push_back(method);
  }
  return methods;
}

/// Those made of the plain gradient at the layer and nothing else.
std::vector<Method> PlainGradientMethods() {
  std::vector<Method> methods;
  for (const auto& method : LayerMethods()) {
    const bool is_plain = method.layer_rule == RectifierRule::kPlain && !method.needs_image;
    if (method.combine != nullptr && is_plain) methods.push_back(method);
  }
  return methods;
}

std::string TestName(const testing::TestParamInfo<Method>& method) {
  std::string name;
  for (const char c : method.param.name) {
    if (c != '-') name += c;
  }
  return name;
}

class TokenGridMethodTest : public testing::TestWithParam<Method> {};
class TokenGridGradientMethodTest : public testing::TestWithParam<Method> {};

INSTANTIATE_TEST_SUITE_P(All, TokenGridMethodTest, testing::ValuesIn(LayerMethods()), TestName);
INSTANTIATE_TEST_SUITE_P(All, TokenGridGradientMethodTest, testing::ValuesIn(PlainGradientMethods()), TestName);

TEST_P(TokenGridMethodTest, GivesMapsOfTheGrid) {
  const TransformerSubject subject;
  const auto& method = GetParam();
  const auto found = MapsOf(method, subject);
  if (method.needs_image) {
    EXPECT_THAT(found.maps.sizes().vec(), ElementsAre(5, 4, 6));
  } else {
    EXPECT_THAT(found.maps.sizes().vec(), ElementsAre(5, 2, 3));
  }
  EXPECT_TRUE(found.maps.isfinite().all().item<bool>());
  EXPECT_GT(found.maps.abs().max().item<double>(), 1e-6);
}

TEST_P(TokenGridGradientMethodTest, MeetsTheFlatSequencesGradients) {
  const TransformerSubject subject;
  Gradients flat;
  flat.layers.push_back(Flat(subject));
  ExpectClose(MapsOf(GetParam(), subject).maps, Combine(GetParam(), "embeddings", flat).maps, 1e-9);
}

TEST(GradCamTest, AtAGridIsTheMeanGradientTimesTheTokens) {
  const TransformerSubject subject;
  const auto flat = Flat(subject);
  auto expected = at::zeros({5, 2, 3}, at::kDouble);
  for (int64_t t = 0; t < 5; ++t) {
    for (int64_t k = 0; k < 8; ++k) expected[t] += flat.gradient[t][k].mean() * flat.value[0][k];
  }
  ExpectClose(MapsOf(MethodNamed("grad-cam"), subject).maps, expected, 1e-9);
}

TEST(AblationCamTest, AtAGridLeavesTheClassTokenItsChannels) {
  const TransformerSubject subject;
  const auto sequence = subject.network.Embedded(subject.image);
  const auto whole = subject.network.LogitsFrom("embeddings", sequence)[0];
  auto expected = at::zeros({5, 8}, at::kDouble);
  for (int64_t k = 0; k < 8; ++k) {
    auto ablated = sequence.clone();
    ablated.slice(1, 1).select(2, k).zero_();
    expected.select(1, k).copy_(whole - subject.network.LogitsFrom("embeddings", ablated)[0]);
  }
  ExpectClose(ChannelAblation(subject, {}), expected, 1e-9);
}

TEST(MethodsTest, RefuseAttentionProbabilitiesAsALayer) {
  TransformerSubject subject;
  subject.layer = "block.attention";
  const auto expected = "'block.attention' gives no feature map but attention probabilities";
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { MapsOf(MethodNamed("grad-cam"), subject); }), HasSubstr(expected));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { MapsOf(MethodNamed("ablation-cam"), subject); }), HasSubstr(expected));
}

}  // namespace
}  // namespace wherefore
