#include "tasks/name_channels.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/methods/methods.h"
#include "tasks/explain.h"
#include "tests/support/error_text.h"
#include "tests/support/networks.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// All channels of the small models' attention layer are "even" or "odd".
LayerConcepts EvenAndOdd(const std::string& layer = kSmallStage) {
  LayerConcepts names;
  names.layer = layer;
  names.channels = kSmallStageChannels;
  names.images = 1;
  names.definition = "2017";
  for (int64_t channel = 0; channel < names.channels; ++channel) {
    names.named.push_back({channel, channel % 2 == 0 ? "even" : "odd", "number", 0.2, 0});
  }
  return names;
}

Explanation Answers(const std::string& method = "grad-cam", const std::string& layer = kSmallStage) {
  Request request;
  request.question = "a dogs runs";
  request.method = method;
  request.layer = layer;
  request.top = 3;
  request.method_options.rise_masks = 3;
  return Explain(SmallFilmModel(), SmallImage(), request);
}

TEST(ImportanceOfTargetsTest, IsTheMeanGradientAndWhatMakesTheMap) {
  const auto found = Answers();
  const auto channels = kSmallStageChannels;
  EXPECT_EQ(found.alpha.sizes().vec(), (std::vector<int64_t>{3, channels}));
  EXPECT_EQ(found.activation.sizes().vec(), (std::vector<int64_t>{channels, 6, 8}));
  EXPECT_EQ(found.alpha.scalar_type(), at::kFloat);
  ExpectClose(at::matmul(found.alpha, found.activation.flatten(1)).reshape({3, 6, 8}), found.maps, 1e-5);
  EXPECT_FLOAT_EQ(static_cast<float>(found.targets[1].channels.top[0].weight), found.alpha[1].max().item<float>());
  // HiResCAM's map is gradient times activation, summed over channels.
  ExpectClose(found.gradient_times_activation.sum(1), Answers("hires-cam").maps.mean({1, 2}), 1e-5);
}

TEST(ImportanceOfTargetsTest, IsTheSameWithLittleMemoryAndByEveryMethodOfALayer) {
  const auto found = Answers();
  for (const auto& method : Methods()) {
    const auto other = Answers(method.name);
    const bool has_layer = (method.needs_layer || method.ask != nullptr) && method.layer_rule == RectifierRule::kPlain;
    EXPECT_EQ(other.alpha.defined(), has_layer) << method.name;
    EXPECT_EQ(other.activation.defined(), has_layer) << method.name;
    if (!has_layer) continue;
    ExpectClose(other.alpha, found.alpha, 1e-5, method.name);
    ExpectClose(other.gradient_times_activation, found.gradient_times_activation, 1e-5, method.name);
  }
  Request request;
  request.top = 3;
  const auto at_once = Explain(SmallClassifier(), SmallImage(), request);
  request.memory_bound = 1;
  const auto one_by_one = Explain(SmallClassifier(), SmallImage(), request);
  ExpectClose(one_by_one.alpha, at_once.alpha, 1e-5);
  ExpectClose(one_by_one.gradient_times_activation, at_once.gradient_times_activation, 1e-5);
  ExpectClose(one_by_one.activation, at_once.activation, 0);
}

TEST(ImportanceOfTargetsTest, ByAblationIsWhatTheScoreLosesWithoutTheChannel) {
  Request request;
  request.question = "a dogs runs";
  request.top = 3;
  request.method = "gradient";  // that explains at no layer
  request.neuron_layer = kSmallStage;
  EXPECT_FALSE(Explain(SmallFilmModel(), SmallImage(), request).ablation.defined());
  request.ablate_channels = true;
  const auto model = SmallFilmModel();
  const auto found = Explain(model, SmallImage(), request);
  ASSERT_EQ(found.ablation.sizes(), found.alpha.sizes());
  const at::NoGradGuard no_gradients;
  for (const int64_t channel : {int64_t{0}, kSmallStageChannels - 1}) {
    Tape tape;
    tape.Substitute(kSmallStage, [&](const at::Tensor& output) {
      auto without = output.clone();
      without.select(1, channel).zero_();
      return without;
    });
    const auto ids = model.tokenizer->Encode(request.question).ids;
    const auto left = AnswererIn(model).Logits(SmallImage(), ids, tape)[0];
    for (std::size_t t = 0; t < 3; ++t) {
      const double fall = found.targets[t].score - left[AsLabel(found.targets[t])->index].item<double>();
      EXPECT_NEAR(found.ablation[static_cast<int64_t>(t)][channel].item<double>(), fall, 1e-5);
    }
  }
}

TEST(ImportanceOfTargetsTest, ThrowsWhereItWasNotAskedFor) {
  const auto found = Answers();
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { found.ImportanceBy(Importance::kAblation); }),
              HasSubstr("by ablation was not measured; explain with --importance ablation"));
}

TEST(NameChannelsTest, SaysOfAGradientThatMoreWouldLowerTheScore) {
  Request request;
  request.question = "a dogs runs";
  request.ablate_channels = true;
  auto found = Explain(SmallFilmModel(), SmallImage(), request);
  NamingOptions options;
  NameChannels(&found, EvenAndOdd(), options);
  EXPECT_THAT(found.targets[0].sentence, HasSubstr("; more activity of the channels for "));
  options.importance = Importance::kAblation;
  NameChannels(&found, EvenAndOdd(), options);
  EXPECT_THAT(found.targets[0].sentence, HasSubstr("; against it spoke the channels for "));
}

TEST(NameChannelsTest, SaysWhatSpokeForEveryTarget) {
  auto found = Answers();
  NamingOptions options;
  options.importance = Importance::kAlpha;
  NameChannels(&found, EvenAndOdd(), options);
  ASSERT_TRUE(found.names);
  for (std::size_t t = 0; t < 3; ++t) {
    const auto& target = found.targets[t];
    const auto alpha = found.alpha[static_cast<int64_t>(t)].to(at::kDouble);
    const auto even = alpha.slice(0, 0, alpha.size(0), 2).clamp_min(0).sum().item<double>();
    const auto& supporting = target.concepts->supporting;
    ASSERT_EQ(supporting.concepts.size(), 2U);
    const auto& item = supporting.concepts[supporting.concepts[0].name == "even" ? 0 : 1];
    EXPECT_NEAR(item.weight, even, 1e-6 * even);
    EXPECT_NEAR(item.share, even / alpha.clamp_min(0).sum().item<double>(), 1e-6);
    EXPECT_THAT(target.sentence, StartsWith("The answer '" + TextOf(target) + "' was supported by the channels for "));
  }
}

/// Of a layer before the explained one, and of a method without any: the same as if that layer were explained.
TEST(NameChannelsTest, NamesTheChannelsOfAnotherLayerThanTheExplainedOne) {
  const auto expected = Answers();
  for (const char* method : {"grad-cam", "guided-grad-cam", "gradient"}) {
    Request request;
    request.question = "a dogs runs";
    request.top = 3;
    request.method = method;
    request.layer = "function_modules.1";
    const auto map_alone = Explain(SmallFilmModel(), SmallImage(), request);
    request.neuron_layer = kSmallStage;
    auto found = Explain(SmallFilmModel(), SmallImage(), request);
    EXPECT_EQ(found.neuron_layer, kSmallStage);
    ExpectClose(found.maps, map_alone.maps, 1e-5, method);
    ExpectClose(found.alpha, expected.alpha, 1e-5, method);
    ExpectClose(found.activation, expected.activation, 1e-6, method);
    NameChannels(&found, EvenAndOdd());
    EXPECT_TRUE(found.targets[0].concepts);
  }
}

TEST(NameChannelsTest, RanksTheImportanceThatIsAskedFor) {
  auto found = Answers();
  NamingOptions options;
  options.count = 1;
  options.importance = Importance::kGradientTimesActivation;
  NameChannels(&found, EvenAndOdd(), options);
  EXPECT_EQ(found.named_by, Importance::kGradientTimesActivation);
  const auto& supporting = found.targets[0].concepts->supporting;
  EXPECT_EQ(supporting.concepts.size(), 1U);
  const auto total = found.gradient_times_activation[0].to(at::kDouble).clamp_min(0).sum().item<double>();
  EXPECT_NEAR(supporting.total, total, 1e-9 * total);
}

TEST(NameChannelsTest, NamesWordsAndTheCaption) {
  Request request;
  request.text = "a dogs runs";
  request.phrases = {"a dogs"};
  auto found = Explain(SmallAttendingCaptioner(), SmallImage(), request);
  NameChannels(&found, EvenAndOdd());
  EXPECT_THAT(found.targets[1].sentence, StartsWith("The word 'dogs' "));
  EXPECT_THAT(found.targets[3].sentence, StartsWith("The phrase 'a dogs' "));
  EXPECT_THAT(found.targets[4].sentence, StartsWith("The whole caption "));
}

TEST(NameChannelsTest, RefusesNamesOfAnotherLayer) {
  auto found = Answers();
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { NameChannels(&found, EvenAndOdd("stem")); }),
              HasSubstr("of layer 'stem', but the importance is of those of 'features.6'; set "
                        "Request::neuron_layer"));
  auto fewer = EvenAndOdd();
  fewer.channels = 31;
  fewer.named.pop_back();
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { NameChannels(&found, fewer); }), HasSubstr("31 channels"));
  auto without = Answers("gradient");
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { NameChannels(&without, EvenAndOdd()); }),
              HasSubstr("but the importance is of none; set Request::neuron_layer"));
  EXPECT_FALSE(found.names);
}

}  // namespace
}  // namespace wherefore
