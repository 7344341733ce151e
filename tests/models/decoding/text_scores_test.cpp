#include "models/decoding/text_scores.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "explain/explainer.h"
#include "models/decoding/decode.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

DecoderState StartOf(const Model& model) {
  Tape tape;
  return model.text_network().Start({SmallImage().to(model.image_options()), {}, {}}, tape);
}

/// The small captioner with weights of this dtype.
Model CaptionerOf(at::ScalarType type) {
  auto model = SmallCaptioner();
  model.network->to(type);
  return model;
}

TEST(EndLogProbabilityTest, AddsUpTheProbabilitiesOfAllIdsThatEndATextOnce) {
  const auto log_probs = at::tensor({0.1, 0.2, 0.3, 0.4}, at::kDouble).log().unsqueeze(0);
  DecodeOptions options;
  options.ends = {2};
  EXPECT_EQ(EndLogProbability(log_probs, options)[0].item<double>(), std::log(0.3));
  options.ends = {3, 1, 3};
  EXPECT_NEAR(EndLogProbability(log_probs, options)[0].item<double>(), std::log(0.6), 1e-12);
}

/// A text that the model wrote has the END that the same text has where it is given, however it was found.
TEST(EndLogProbabilityTest, IsTheSameOfTextsThatWereWrittenAndGiven) {
  const auto model = SmallCaptioner();
  auto options = model.decoding;
  options.ends = {2, 6};
  options.max_length = 20;
  const auto written = Decode(model.text_network(), StartOf(model), options);
  ASSERT_TRUE(written.finished);
  const auto given = TextLogProbabilities(model.text_network(), StartOf(model), written.ids, options);
  ASSERT_EQ(given.size(), written.ids.size() + 1);
  EXPECT_NEAR(written.end_log_prob, given.back(), 1e-5);
  EXPECT_NEAR(DecodeGreedy(model.text_network(), StartOf(model), options).at(0).end_log_prob, given.back(), 1e-5);
  options.ends = {2};
  const auto of_one = TextLogProbabilities(model.text_network(), StartOf(model), written.ids, options);
  EXPECT_LT(of_one.back(), given.back() - 1e-3) << "one id is less likely than both";
}

TEST(TextScoresTest, AreInFloat32WhateverTheWeights) {
  const VocabularyLayer layer = {at::linspace(-2, 3, 400).reshape({100, 4}).to(at::kBFloat16), {}};
  const auto hidden = at::tensor({0.5, -1.0, 2.0, 0.25}).unsqueeze(0).to(at::kBFloat16);
  const auto log_probs = VocabularyLogProbabilities(layer, hidden);
  EXPECT_EQ(log_probs.scalar_type(), at::kFloat);
  EXPECT_NEAR(log_probs.exp().sum().item<double>(), 1, 1e-5) << "rounded to bfloat16 they miss it by some thousandths";
  const auto in_double = VocabularyLogProbabilities({layer.weight.to(at::kDouble), {}}, hidden.to(at::kDouble));
  EXPECT_EQ(in_double.scalar_type(), at::kDouble);
}

TEST(TextScoresTest, AddUpPiecesInFloat32AndCarryGradientsInTheWeightsDtype) {
  const std::vector<int64_t> ids = {4, 5, 6, 7};
  for (const auto type : {at::kBFloat16, at::kFloat}) {
    const auto model = CaptionerOf(type);
    const auto& options = model.decoding;
    const auto log_probs = TextLogProbabilities(model.text_network(), StartOf(model), ids, options);
    const auto gradients = Explain({model.info.layer}, [&](Tape& tape) {
      const auto start = model.text_network().Start({SmallImage().to(model.image_options()), {}, {}}, tape);
      return TextScores(model.text_network(), start, ids, {{1, 2}, {0, 1, 2, 3}}, options, tape)[0];
    });
    EXPECT_EQ(gradients.scores.scalar_type(), at::kFloat);
    EXPECT_EQ(gradients.layers[0].gradient.scalar_type(), type);
    EXPECT_GT(gradients.layers[0].gradient.abs().sum().item<double>(), 0);
    const double tolerance = type == at::kFloat ? 1e-5 : 0.05;  // a row alone is multiplied in another order
    EXPECT_NEAR(gradients.scores[0].item<double>(), log_probs[1] + log_probs[2], tolerance);
    EXPECT_NEAR(gradients.scores[1].item<double>(), log_probs[0] + log_probs[1] + log_probs[2] + log_probs[3],
                tolerance);
  }
}

}  // namespace
}  // namespace wherefore
