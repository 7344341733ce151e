#include "tools/evaluation/adversarial.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/convolutional/trunk.h"
#include "models/decoding/decode.h"
#include "tests/support/error_text.h"
#include "tests/support/networks.h"
#include "tests/support/shared_data.h"
#include "tests/support/small_models.h"
#include "tests/support/tiny_network.h"
#include "tests/support/weight_table.h"
#include "tools/command_line/shipped_model.h"
#include "tools/photographs/photograph.h"
#include "tools/scenes/questions.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kClassifier = "models/imagenet-mobilenet-v2";

ImageOptions PreparedWith(const std::vector<double>& mean, const std::vector<double>& std) {
  ImageOptions prepared;
  prepared.mean = mean;
  prepared.std = std;
  return prepared;
}

/// Of TinyImage(): its values are -1 to 1.
ImageOptions TinyPrepared() { return PreparedWith({0.5, 0.5}, {0.5, 0.5}); }

/// By how much logit 3 of the tiny network exceeds logit 1.
at::Tensor TinyMargin(const at::Tensor& image, Tape& tape) {
  const auto logits = TinyNetwork().Forward(image, tape)[0];
  return logits[3] - logits[1];
}

/// A weighted sum: all of its gradient is known.
NoiseObjective Weighted(const at::Tensor& weights) {
  return [weights](const at::Tensor& image, Tape& tape) { return (tape.At(kImageLayer, image) * weights).sum(); };
}

/// (1, 3, 16, 16) of whole pixel values, 0 and 255 among them, as Preprocess() makes it.
at::Tensor PreparedNoise(const ImageOptions& prepared) {
  const auto pixels = at::arange(3 * 16 * 16, at::kFloat).mul(37).remainder(256).reshape({1, 3, 16, 16});
  const auto a_channel = [](const std::vector<double>& values) {
    return at::tensor(values, at::kFloat).reshape({1, 3, 1, 1});
  };
  return (pixels / 255 - a_channel(prepared.mean)) / a_channel(prepared.std);
}

void ExpectInBox(const NoisyImage& noisy, const at::Tensor& image, const ImageOptions& prepared, double epsilon) {
  const auto a_channel = [](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).reshape({1, -1, 1, 1});
  };
  const auto mean = a_channel(prepared.mean);
  const auto std = a_channel(prepared.std);
  const auto exact = image.to(at::kDouble);
  const auto found = noisy.image.to(at::kDouble);
  ASSERT_EQ(found.sizes(), exact.sizes());
  EXPECT_TRUE(((found - exact).abs() <= epsilon / 255 / std).all().item<bool>());
  EXPECT_TRUE((found >= at::minimum(-mean / std, exact)).all().item<bool>());
  EXPECT_TRUE((found <= at::maximum((1 - mean) / std, exact)).all().item<bool>());
}

TEST(AddNoiseTest, StaysWithinEpsilonAndAmongPixelsToTheLastBit) {
  const auto imagenet = PreparedWith({0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});
  const auto image = PreparedNoise(imagenet);
  const auto weights = (at::arange(image.numel(), at::kFloat) * 1.3).sin().reshape(image.sizes());
  for (const double epsilon : {0.0, 0.3, 8.0, 255.0}) {
    for (const int64_t steps : {0, 1, 40}) {
      NoiseOptions options;
      options.epsilon = epsilon;
      options.step_size = 2.7;
      options.steps = steps;
      SCOPED_TRACE(epsilon);
      const auto noisy = AddNoise(image, imagenet, Weighted(weights), {}, options);
      ExpectInBox(noisy, image, imagenet, epsilon);
      ExpectInBox(AddNoise(TinyImage(), TinyPrepared(), TinyMargin, {}, options), TinyImage(), TinyPrepared(), epsilon);
      EXPECT_EQ(at::equal(noisy.image, image), epsilon == 0);
    }
  }
}

TEST(AddNoiseTest, FindsTheCornerThatALinearObjectiveIsHighestAt) {
  const auto imagenet = PreparedWith({0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});
  const auto image = PreparedNoise(imagenet);
  const auto weights = (at::arange(image.numel(), at::kFloat) * 1.3 + 0.5).sin().reshape(image.sizes());
  const auto noisy = AddNoise(image, imagenet, Weighted(weights), {});
  const auto std = at::tensor(imagenet.std, at::kDouble).reshape({1, 3, 1, 1});
  const auto mean = at::tensor(imagenet.mean, at::kDouble).reshape({1, 3, 1, 1});
  const auto pixels = (noisy.image.to(at::kDouble) * std + mean) * 255;
  const auto before = (image.to(at::kDouble) * std + mean) * 255;
  EXPECT_LT((pixels - (before + 8 * weights.sign()).clamp(0, 255)).abs().max().item<double>(), 1e-4);
  ASSERT_EQ(noisy.objective.size(), 41U);
  EXPECT_NEAR(noisy.objective.back(), (noisy.image * weights).sum().item<double>(), 1e-3);
  EXPECT_FALSE(noisy.was_enough);
}

TEST(AddNoiseTest, RaisesTheObjectiveOfANetwork) {
  const auto noisy = AddNoise(TinyImage(), TinyPrepared(), TinyMargin, {});
  Tape tape;
  const double plain = TinyMargin(TinyImage(), tape).item<double>();
  const double raised = TinyMargin(noisy.image, tape).item<double>();
  EXPECT_EQ(raised, *std::max_element(noisy.objective.begin(), noisy.objective.end()));
  EXPECT_GT(raised, noisy.objective.front());
  EXPECT_GT(raised, plain);
  // No random point of the box is as high.
  for (int64_t seed = 2; seed < 50; ++seed) {
    NoiseOptions start;
    start.steps = 0;
    start.seed = seed;
    EXPECT_LT(AddNoise(TinyImage(), TinyPrepared(), TinyMargin, {}, start).objective.front(), raised);
  }
}

TEST(AddNoiseTest, BeginsAnywhereInTheBoxBySeed) {
  const auto image = at::zeros({1, 2, 40, 40});
  const auto start = [&](int64_t seed) {
    NoiseOptions options;
    options.steps = 0;
    options.seed = seed;
    return AddNoise(image, TinyPrepared(), Weighted(at::ones({1})), {}, options).image;
  };
  EXPECT_TRUE(at::equal(start(5), start(5)));
  EXPECT_FALSE(at::equal(start(5), start(6)));
  const auto in_epsilons = start(5) * 0.5 * 255 / 8;
  EXPECT_NEAR(in_epsilons.mean().item<double>(), 0, 0.05);
  EXPECT_NEAR(in_epsilons.std().item<double>(), 1 / std::sqrt(3.0), 0.02);
}

TEST(AddNoiseTest, EndsWithTheImageThatWasEnough) {
  std::vector<at::Tensor> asked;
  const auto third = [&](const at::Tensor& image) {
    asked.push_back(image);
    return asked.size() == 3;
  };
  const auto noisy = AddNoise(TinyImage(), TinyPrepared(), TinyMargin, third);
  EXPECT_TRUE(noisy.was_enough);
  EXPECT_EQ(noisy.objective.size(), 3U);
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_TRUE(at::equal(noisy.image, asked[2]));
  EXPECT_FALSE(at::equal(asked[0], asked[2]));
}

TEST(AddNoiseTest, LeavesAnImageThatTheObjectiveDoesNotDependOnAtTheStart) {
  const auto constant = [](const at::Tensor& image, Tape& tape) {
    tape.At(kImageLayer, image);
    return at::ones({1});
  };
  const auto noisy = AddNoise(TinyImage(), TinyPrepared(), constant, {});
  EXPECT_EQ(noisy.objective, std::vector<double>{1});
  EXPECT_FALSE(noisy.was_enough);
}

TEST(AddNoiseTest, RefusesWhatCannotBe) {
  const auto error = [](const NoiseObjective& objective, const ImageOptions& prepared, const NoiseOptions& options) {
    return ErrorText(ErrorKind::kUsage, [&] { AddNoise(TinyImage(), prepared, objective, {}, options); });
  };
  NoiseOptions options;
  options.epsilon = -1;
  EXPECT_THAT(error(TinyMargin, TinyPrepared(), options), HasSubstr("an epsilon from 0 to 255, not -1"));
  options.epsilon = std::nan("");
  EXPECT_THAT(error(TinyMargin, TinyPrepared(), options), HasSubstr("not nan"));
  options = {};
  options.steps = -1;
  EXPECT_THAT(error(TinyMargin, TinyPrepared(), options), HasSubstr("steps from 0"));
  EXPECT_THAT(error(TinyMargin, PreparedWith({0.5}, {0.5}), {}), HasSubstr("with 1 and 1"));
  EXPECT_THAT(error(TinyMargin, PreparedWith({0, 0}, {1, 1}), {}), HasSubstr("give the mean and std"));
  EXPECT_THAT(error(Weighted(at::full({1}, NAN)), TinyPrepared(), {}), HasSubstr("NaN"));
  const auto two = [](const at::Tensor& image, Tape& tape) {
    return tape.At(kImageLayer, image).flatten().slice(0, 0, 2);
  };
  EXPECT_THAT(error(two, TinyPrepared(), {}), HasSubstr("must be one number; this one is [2]"));
  const auto no_tape = [](const at::Tensor& image, Tape&) { return image.sum(); };
  EXPECT_THAT(error(no_tape, TinyPrepared(), {}), HasSubstr("no layer 'image'"));
}

/// An image for small models.
at::Tensor SmallPixels(const ModelInfo& info) {
  auto image = at::empty({1, 3, info.image.height, info.image.width});
  for (int64_t channel = 0; channel < 3; ++channel) {
    const auto c = static_cast<std::size_t>(channel);
    image[0][channel] =
        ((at::arange(image[0][0].numel(), at::kFloat) * (0.3 + 0.1 * channel)).sin().abs() - info.image.mean[c])
            .div(info.image.std[c])
            .reshape(image[0][0].sizes());
  }
  return image;
}

TEST(FoolClassifierTest, SaysSoWhereAModelCannotBeFooled) {
  const auto model = SmallClassifier();
  for (const auto& parameter : model.network->named_parameters()) {
    if (parameter.key() == "classifier.1.weight") parameter.value().zero_();
  }
  const auto noise = FoolLabels(model, SmallPixels(model.info), "");
  EXPECT_FALSE(noise.is_fooled);
  EXPECT_FALSE(noise.noisy.was_enough);
  EXPECT_EQ(noise.after.index, noise.before.index);
  EXPECT_EQ(noise.right, noise.before.index);
}

TEST(FoolClassifierTest, LeavesTheNetworkAsItIs) {
  const auto model = SmallClassifier();
  const WeightTable same(*SmallClassifier().network);
  FoolLabels(model, SmallPixels(model.info), "");
  for (const auto& parameter : model.network->named_parameters()) {
    EXPECT_TRUE(at::equal(parameter.value(), same[parameter.key()])) << parameter.key();
    EXPECT_FALSE(parameter.value().grad().defined()) << parameter.key();
  }
}

TEST(FoolClassifierTest, RefusesWhatCannotBe) {
  const auto model = SmallClassifier();
  const auto image = SmallPixels(model.info);
  const auto error = [&](const std::string& right, const std::string& wrong) {
    return ErrorText(ErrorKind::kUsage, [&] { FoolLabels(model, image, "", {right, wrong, {}}); });
  };
  EXPECT_THAT(error("tenhc", ""), HasSubstr("did you mean 'tench"));
  EXPECT_THAT(error("x", "2"), HasSubstr("the class '2' is the right one"));
  auto one = SmallClassifier();
  one.labels = {"x"};
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { FoolLabels(one, image, ""); }), HasSubstr("of one class"));
}

/// The best class or answer of logits (1, C), and its probability.
std::pair<int64_t, double> BestOfLogits(const at::Tensor& logits) {
  const auto [probability, index] = logits[0].to(at::kDouble).softmax(0).max(0);
  return {index.item<int64_t>(), probability.item<double>()};
}

TEST(FoolClassifierTest, MakesPhotographsOfTheSharedModelWrongWithGreatConfidence) {
  WHEREFORE_NEEDS_SHARED(kClassifier);
  WHEREFORE_NEEDS_SHARED("photos/single");
  const auto model = LoadModel(SharedPath(kClassifier));
  for (const char* name : {"chelsea.png", "coffee.png", "hot_dog.jpg"}) {
    SCOPED_TRACE(name);
    const auto image = Preprocess(LoadPhotograph(SharedPath(std::string("photos/single/") + name)), model.info.image);
    for (const char* wrong : {"", "goldfish"}) {
      const auto noise = FoolLabels(model, image, "", {"", wrong, {}});
      Tape tape;
      const auto before = BestOfLogits(TrunkIn(model).Logits(image, tape));
      const auto after = BestOfLogits(TrunkIn(model).Logits(noise.noisy.image, tape));
      EXPECT_TRUE(noise.is_fooled);
      EXPECT_TRUE(noise.noisy.was_enough);
      EXPECT_EQ(noise.right, before.first);
      EXPECT_NE(after.first, before.first);
      EXPECT_GT(after.second, 0.9999);
      EXPECT_EQ(noise.after.index, after.first);
      EXPECT_NEAR(noise.after.probability.value(), after.second, 1e-6);
      EXPECT_THAT(noise.after.label, HasSubstr(wrong));
      ExpectInBox(noise.noisy, image, model.info.image, 8);
    }
  }
}

TEST(FoolAnswererTest, MakesTheShippedModelAnswerWrong) {
  const auto model = LoadModel(ShippedModel(Task::kVqa));
  int asked = 0;
  for (const auto& scene : HeldOutScenes(900'000, 2, {}, model.info.image)) {
    Random random(scene.scene.seed);
    for (const auto& question : MakeQuestions(scene.scene, random, 1)) {
      SCOPED_TRACE(question.Text());
      ++asked;
      const auto noise = FoolLabels(model, scene.image, question.Text(), {question.answer, "", {}});
      Tape tape;
      const auto ids = model.tokenizer->Encode(question.Text()).ids;
      const auto after = BestOfLogits(AnswererIn(model).Logits(noise.noisy.image, ids, tape));
      EXPECT_TRUE(noise.is_fooled);
      EXPECT_NE(model.labels[static_cast<std::size_t>(after.first)], question.answer);
      EXPECT_EQ(after.second > 0.9999, noise.noisy.was_enough) << after.second;
      EXPECT_GT(noise.noisy.objective.back(), noise.noisy.objective.front());
      ExpectInBox(noise.noisy, scene.image, model.info.image, 8);
    }
  }
  EXPECT_GE(asked, 5);
}

TEST(FoolAnswererTest, GivesTheAnswerThatIsWanted) {
  const auto model = LoadModel(ShippedModel(Task::kVqa));
  const auto scenes = HeldOutScenes(900'000, 1, {}, model.info.image);
  const auto plain = FoolLabels(model, scenes[0].image, "how many objects are there");
  const std::string wanted = plain.before.label == "2" ? "3" : "2";
  const auto noise = FoolLabels(model, scenes[0].image, "how many objects are there", {"", wanted, {}});
  EXPECT_TRUE(noise.is_fooled);
  EXPECT_EQ(noise.after.label, wanted);
}

TEST(FoolCaptionerTest, MakesTheShippedModelLoseAWord) {
  const auto model = LoadModel(ShippedModel(Task::kCaption));
  const auto scenes = HeldOutScenes(900'000, 2, {}, model.info.image);
  for (const auto& scene : scenes) {
    CaptionNoiseRequest whole;
    whole.noise.enough = 0;
    const auto other = FoolCaptioner(model, scene.image, whole);
    EXPECT_TRUE(other.is_fooled);
    EXPECT_NE(other.after, other.before);
    const auto word = other.before.back();  // a noun
    const auto noise = FoolCaptioner(model, scene.image, {word, 1, {}});
    Tape tape;
    DecodeOptions options;
    options.begin = model.decoding.begin;
    options.ends = model.decoding.ends;
    options.max_length = model.text.max_length;
    const auto said = Decode(model.text_network(),
                             CaptionerIn(model).StartFrom(CaptionerIn(model).Encode(noise.noisy.image, tape)), options);
    EXPECT_TRUE(noise.is_fooled) << word;
    EXPECT_TRUE(noise.noisy.was_enough);
    EXPECT_EQ(model.tokenizer->Describe(said.ids).words, noise.after);
    EXPECT_THAT(noise.before, Contains(word));
    EXPECT_THAT(noise.after, Not(Contains(word)));
    ExpectInBox(noise.noisy, scene.image, model.info.image, 8);
  }
  const auto error = ErrorText(ErrorKind::kNothingToExplain, [&] {
    FoolCaptioner(model, scenes[0].image, {"zebra", 1, {}});
  });
  EXPECT_THAT(error, HasSubstr("'zebra' is no word of the caption 'a"));
}

TEST(FoolCaptionerTest, LowersTheProbabilityOfTheWholeCaption) {
  const auto model = LoadModel(ShippedModel(Task::kCaption));
  const auto scene = HeldOutScenes(900'000, 1, {}, model.info.image)[0];
  const auto noise = FoolCaptioner(model, scene.image);
  EXPECT_TRUE(noise.is_fooled);
  EXPECT_TRUE(noise.noisy.was_enough);
  EXPECT_GT(noise.noisy.objective.back(), -std::log(1 - 0.9999));
  EXPECT_LT(noise.noisy.objective.front(), noise.noisy.objective.back());
}

}  // namespace
}  // namespace wherefore
