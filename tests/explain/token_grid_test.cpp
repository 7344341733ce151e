// Layers whose places are a grid of tokens, on the tape: against gradients of the flat sequence.

#include "explain/token_grid.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "explain/error.h"
#include "explain/explainer.h"
#include "tests/support/error_text.h"
#include "tests/support/numbers.h"
#include "tests/support/tiny_transformer.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Token i of 8 is (2 i, 2 i + 1).
at::Tensor Sequence() { return at::arange(16, at::kFloat).reshape({1, 8, 2}); }

/// The map of tokens 1 to 6: two channels of 2 x 3.
at::Tensor MapByHand() {
  return at::tensor({2.0F, 4.0F, 6.0F, 8.0F, 10.0F, 12.0F, 3.0F, 5.0F, 7.0F, 9.0F, 11.0F, 13.0F}).reshape({1, 2, 2, 3});
}

constexpr Places kGrid = {2, 3, 1};

TEST(TokenGridTest, IsCutOutAsAMapAndPutTogetherAgain) {
  Tape tape({"block"});
  const auto sequence = tape.At("block", Sequence(), kGrid);
  ExpectClose(sequence, Sequence(), 0);
  ASSERT_EQ(tape.layers().size(), 1U);
  ExpectClose(tape.layers()[0].value, MapByHand(), 0);
  EXPECT_TRUE(tape.layers()[0].value.is_leaf());
  EXPECT_THAT(tape.seen()[0].shape, ElementsAre(1, 2, 2, 3));
}

TEST(TokenGridTest, GetsTheGradientOfItsTokensAlone) {
  Tape tape({"block"});
  const auto sequence = tape.At("block", Sequence(), kGrid);
  const auto scores = at::stack({(sequence * Sequence()).sum(), sequence.select(1, 0).sum() + 5 * sequence[0][4][1]});
  const auto gradient = Differentiate(tape, scores).Layer("block").gradient;
  auto second = at::zeros({1, 2, 2, 3});
  second[0][1][1][0] = 5;  // token 4 is the fourth of the grid: the second row's first
  ExpectClose(gradient, at::cat({MapByHand(), second}), 0);
}

/// Scores of a sequence by two linear readers, a square and a reader of tokens as they are.
at::Tensor ScoresOf(const at::Tensor& sequence, const Tape& tape) {
  const auto weight = at::arange(6, at::kFloat).reshape({3, 2}) / 7;
  const auto read = tape.Linear(sequence, weight, at::ones({3}));
  const auto other = tape.Linear(read, at::ones({1, 3}), {});
  return at::stack({read.square().sum(), (read * other).narrow(1, 2, 4).sum() + sequence.sin().sum()});
}

TEST(TokenGridTest, TakesTheMeanOfTheGradientBeforeALinearReader) {
  Tape full({"block"});
  const auto scores = ScoresOf(full.At("block", Sequence(), kGrid), full);
  const auto expected = Differentiate(full, scores).Layer("block").gradient;
  Tape mean({"block"});
  mean.WantMean("block");
  const auto same_scores = ScoresOf(mean.At("block", Sequence(), kGrid), mean);
  const auto found = Differentiate(mean, same_scores).Layer("block");
  ExpectClose(same_scores, scores, 1e-6);
  ExpectClose(found.value, MapByHand(), 0);
  EXPECT_TRUE(found.is_mean);
  EXPECT_GT((expected - expected.mean({2, 3}, true)).abs().max().item<double>(), 0.1);
  ExpectClose(found.gradient, expected.mean({2, 3}, true).expand_as(expected), 1e-5);
}

TEST(TokenGridTest, HasTheWholeGradientWhereAnEarlierLayerIsWantedToo) {
  const auto gradient_at = [](const std::string& layer, bool of_mean) {
    Tape tape({"first", "block"});
    if (of_mean) tape.WantMean("block");
    const auto first = tape.At("first", Sequence(), kGrid);
    const auto scores = ScoresOf(tape.At("block", first * 2, kGrid), tape);
    return Differentiate(tape, scores).Layer(layer);
  };
  EXPECT_FALSE(gradient_at("block", true).is_mean);
  ExpectClose(gradient_at("block", true).gradient, gradient_at("block", false).gradient, 0);
  ExpectClose(gradient_at("first", true).gradient, gradient_at("first", false).gradient, 0);
}

TEST(TokenGridTest, MayBeCountedFromTheEndOrFillTheSequence) {
  const TokenGrid from_the_end("block", Sequence(), {2, 3, -7});
  ExpectClose(from_the_end.Map(), MapByHand(), 0);
  const TokenGrid at_the_end("block", Sequence(), {2, 3, -6});
  ExpectClose(at_the_end.Map(), MapByHand() + 2, 0);
  const auto whole = Sequence().narrow(1, 1, 6);
  const TokenGrid all("block", whole, {2, 3});
  ExpectClose(all.Map(), MapByHand(), 0);
  const auto same = all.WithMap(all.Map());
  ExpectClose(same, whole, 0);
  EXPECT_EQ(same.data_ptr(), whole.data_ptr()) << "nothing was to be copied";
}

TEST(TokenGridTest, MayBeAMapWithItsChannelsLast) {
  const auto output = Sequence().narrow(1, 1, 6).reshape({1, 2, 3, 2});
  Tape tape({"stage"});
  ExpectClose(tape.At("stage", output, {2, 3}), output, 0);
  ExpectClose(tape.layers()[0].value, MapByHand(), 0);
  EXPECT_THAT(tape.seen()[0].shape, ElementsAre(1, 2, 2, 3));
}

TEST(TokenGridTest, LeavesTheOutputAsItIsWhereNothingIsWantedOfIt) {
  const auto sequence = Sequence();
  Tape idle;
  EXPECT_TRUE(idle.At("block", sequence, kGrid).is_same(sequence));
  Tape other({"other"});
  EXPECT_TRUE(other.At("block", sequence, kGrid).is_same(sequence));
  EXPECT_THAT(other.seen()[0].shape, ElementsAre(1, 2, 2, 3));
}

TEST(TokenGridTest, IsSubstitutedAsAMapOfAnyNumberOfRows) {
  Tape tape({"block"});
  tape.Substitute("block", [](const at::Tensor& map) {
    EXPECT_THAT(map.sizes().vec(), ElementsAre(1, 2, 2, 3));
    return at::cat({map, map * 10, map * 0});
  });
  const auto sequence = tape.At("block", Sequence(), kGrid);
  auto expected = Sequence().repeat({3, 1, 1});
  expected.narrow(1, 1, 6)[1] *= 10;
  expected.narrow(1, 1, 6)[2] *= 0;
  ExpectClose(sequence, expected, 0);
  EXPECT_EQ(tape.layers()[0].value.size(0), 3);

  Tape batch;  // row by row
  batch.Substitute("block", [](const at::Tensor& map) { return -map; });
  const auto rows = Sequence().repeat({2, 1, 1});
  auto turned = rows.clone();
  turned.narrow(1, 1, 6) *= -1;
  ExpectClose(batch.At("block", rows, kGrid), turned, 0);
}

std::string Refusal(const at::Tensor& output, const Places& places) {
  return ErrorText(ErrorKind::kUsage, [&] { Tape({"block"}).At("block", output, places); });
}

std::string Refusal(const at::Tensor& substitute, int64_t rows = 1) {
  Tape tape;
  tape.Substitute("block", [&](const at::Tensor&) { return substitute; });
  return ErrorText(ErrorKind::kUsage, [&] { tape.At("block", Sequence().repeat({rows, 1, 1}), kGrid); });
}

TEST(TokenGridTest, IsRefusedWhereItDoesNotFitTheOutput) {
  EXPECT_EQ(Refusal(Sequence(), {3, 3, 0}),
            "layer 'block' announces a grid of 3 x 3 tokens from token 0 on, but its output has 8; the grid must lie "
            "within the sequence");
  EXPECT_THAT(Refusal(Sequence(), {2, 3, 3}), HasSubstr("from token 3 on, but its output has 8"));
  EXPECT_THAT(Refusal(Sequence(), {2, 3, -5}), HasSubstr("from token -5 on, but its output has 8"));
  EXPECT_THAT(Refusal(Sequence(), {2, 3, -9}), HasSubstr("from token -9 on, but its output has 8"));
  EXPECT_THAT(Refusal(Sequence(), {0, 3}), HasSubstr("a grid of 0 x 3 tokens; both sizes must be at least 1"));
  EXPECT_EQ(Refusal(Sequence()[0], kGrid),
            "layer 'block' announces a grid of 2 x 3 tokens in an output of 8 x 2; it must be a sequence (rows x "
            "tokens x channels), or rows x height x width x channels");
  EXPECT_THAT(Refusal(MapByHand(), {2, 4}), HasSubstr("in an output of 1 x 2 x 2 x 3"));
}

TEST(TokenGridTest, RefusesSubstitutesThatDoNotFit) {
  EXPECT_EQ(Refusal(Sequence()),
            "the substitute for layer 'block' is 1 x 8 x 2, but must be 1 x 2 x 2 x 3 (rows x channels x height x "
            "width)");
  EXPECT_THAT(Refusal(at::zeros({4, 2, 3, 2})), HasSubstr("is 4 x 2 x 3 x 2, but must be 4 x 2 x 2 x 3"));
  EXPECT_EQ(Refusal(at::zeros({3, 2, 2, 3}), 2),
            "the substitute for layer 'block' has 3 rows, but the tokens beside its grid have 2; they must have as "
            "many, or 1");
}

/// The gradients (5, L, 8) of all logits with respect to a flat sequence, one by one and without a tape.
at::Tensor FlatGradients(const at::Tensor& logits, const at::Tensor& sequence) {
  std::vector<at::Tensor> rows;
  for (int64_t t = 0; t < logits.size(1); ++t) {
    rows.push_back(torch::autograd::grad({logits[0][t]}, {sequence}, {}, /*retain_graph=*/true)[0]);
  }
  return at::cat(rows);
}

at::Tensor Text() { return (at::arange(24, at::kDouble) * 1.6).cos().reshape({1, 3, 8}); }

class TransformerGridTest : public testing::TestWithParam<TinyHead> {
 protected:
  TinyTransformer network_ = TinyTransformer(GetParam(), at::kDouble);
  at::Tensor picture_ = TinyPicture(at::kDouble);
};

INSTANTIATE_TEST_SUITE_P(Heads, TransformerGridTest,
                         testing::Values(TinyHead::kMean, TinyHead::kClassToken, TinyHead::kCrossAttention),
                         [](const auto& head) {
                           if (head.param == TinyHead::kMean) return "Mean";
                           return head.param == TinyHead::kClassToken ? "ClassToken" : "CrossAttention";
                         });

TEST_P(TransformerGridTest, MeetsTheGradientsOfTheFlatSequence) {
  const auto gradients = Explain({"embeddings"}, [&](Tape& tape) { return network_.Forward(picture_, tape)[0]; });
  const auto sequence = network_.Embedded(picture_).set_requires_grad(true);
  const auto logits = network_.LogitsFrom("embeddings", sequence);
  const auto& layer = gradients.Layer("embeddings");
  ExpectClose(gradients.scores, logits[0].detach(), 1e-12);
  ExpectClose(layer.value, TinyMap(sequence.detach()), 0);
  ExpectClose(layer.gradient, TinyMap(FlatGradients(logits, sequence)), 1e-9);
}

TEST_P(TransformerGridTest, MeetsFiniteDifferences) {
  const auto gradients = Explain({"embeddings"}, [&](Tape& tape) { return network_.Forward(picture_, tape)[0][3]; });
  const auto sequence = network_.Embedded(picture_);
  const auto numeric = FiniteDifferences(sequence, [&](const at::Tensor& changed) {
    return network_.LogitsFrom("embeddings", changed)[0][3].item<double>();
  });
  ExpectClose(gradients.Layer("embeddings").gradient, TinyMap(numeric), 1e-6);
}

TEST_P(TransformerGridTest, IsRecordedBehindAnEarlierOne) {
  Tape tape({"embeddings", "block"});
  const auto scores = network_.Forward(picture_, tape)[0];
  ASSERT_EQ(tape.layers().size(), 2U);
  EXPECT_TRUE(tape.layers()[0].value.is_leaf());
  EXPECT_FALSE(tape.layers()[1].value.is_leaf());
  const auto gradients = Differentiate(tape, scores);
  Tape nothing;
  const auto embedded = network_.Embedded(picture_).set_requires_grad(true);
  const auto block = network_.Block(embedded, nothing);
  const auto logits = network_.Logits(block, nothing);
  ExpectClose(gradients.Layer("embeddings").gradient, TinyMap(FlatGradients(logits, embedded)), 1e-9);
  ExpectClose(gradients.Layer("block").gradient, TinyMap(FlatGradients(logits, block)), 1e-9);
  ExpectClose(gradients.Layer("block").value, TinyMap(block.detach()), 1e-12);
}

TEST_P(TransformerGridTest, LeavesAJointSequencesTextItsGradient) {
  const auto gradients = Explain({"embeddings", "text"}, [&](Tape& tape) {
    return network_.Forward(picture_, tape, tape.Input("text", Text()))[0];
  });
  const auto sequence = network_.Embedded(picture_, Text()).set_requires_grad(true);
  const auto flat = FlatGradients(network_.LogitsFrom("embeddings", sequence), sequence);
  ExpectClose(gradients.FindInput("text")->gradient, flat.narrow(1, 0, 3), 1e-9);
  ExpectClose(gradients.Layer("embeddings").gradient, TinyMap(flat), 1e-9);
  EXPECT_GT(flat.narrow(1, 0, 3).abs().max().item<double>(), 1e-3);
}

TEST_P(TransformerGridTest, GivesTextItsWholeGradientThroughALaterGrid) {
  const auto gradients = Explain(
      {"block", "text"}, [&](Tape& tape) { return network_.Forward(picture_, tape, tape.Input("text", Text()))[0]; });
  Tape nothing;
  const auto embedded = network_.Embedded(picture_, Text()).set_requires_grad(true);
  const auto block = network_.Block(embedded, nothing);
  const auto logits = network_.Logits(block, nothing);
  ExpectClose(gradients.FindInput("text")->gradient, FlatGradients(logits, embedded).narrow(1, 0, 3), 1e-9);
  ExpectClose(gradients.Layer("block").gradient, TinyMap(FlatGradients(logits, block)), 1e-9);
}

TEST_P(TransformerGridTest, GivesBatchesTheirOwnGradients) {
  const auto pictures = at::cat({picture_, picture_.flip({3})});
  const auto together =
      Explain({"embeddings"}, [&](Tape& tape) { return network_.Forward(pictures, tape).select(1, 2); });
  for (int64_t row = 0; row < 2; ++row) {
    const auto alone =
        Explain({"embeddings"}, [&](Tape& tape) { return network_.Forward(pictures.narrow(0, row, 1), tape)[0][2]; });
    ExpectClose(together.Layer("embeddings").gradient.narrow(0, row, 1), alone.Layer("embeddings").gradient, 1e-9);
  }
}

TEST(TransformerGradientTest, OfAMeanIsItsWeightAtEveryPlace) {
  const TinyTransformer network(TinyHead::kMean, at::kDouble);
  const auto gradients =
      Explain({"block"}, [&](Tape& tape) { return network.Forward(TinyPicture(at::kDouble), tape)[0]; });
  const auto expected = (network.head_weights / 6).reshape({5, 8, 1, 1}).expand({5, 8, 2, 3});
  ExpectClose(gradients.Layer("block").gradient, expected, 1e-12);
}

TEST(TransformerGradientTest, OfCrossAttentionMeetsTheFormulaWorkedByHand) {
  // logit = sum over p of a_p s_p with a = softmax(q . x_p / sqrt(K)) and s_p = w . x_p, so that
  // d logit / d x_p = a_p w + a_p (s_p - logit) q / sqrt(K).
  const TinyTransformer network(TinyHead::kCrossAttention, at::kDouble);
  const auto gradients =
      Explain({"block"}, [&](Tape& tape) { return network.Forward(TinyPicture(at::kDouble), tape)[0]; });
  Tape nothing;
  const auto x = network.Block(network.Embedded(TinyPicture(at::kDouble)), nothing)[0];  // (7, 8)
  const auto a = (at::mm(network.head_queries, x.t()) / std::sqrt(8.0)).softmax(1);      // (5, 7)
  const auto s = at::mm(network.head_weights, x.t());                                    // (5, 7)
  const auto logits = (a * s).sum(1, /*keepdim=*/true);                                  // (5, 1)
  const auto by_value = a.unsqueeze(2) * network.head_weights.unsqueeze(1);              // (5, 7, 8)
  const auto by_key = (a * (s - logits)).unsqueeze(2) * network.head_queries.unsqueeze(1) / std::sqrt(8.0);
  ExpectClose(gradients.Layer("block").gradient, TinyMap(by_value + by_key), 1e-9);
}

TEST(TransformerGradientTest, OfAClassTokenDoesNotReachTheLastBlocksGrid) {
  const TinyTransformer network(TinyHead::kClassToken);
  const auto gradients = Explain({"block"}, [&](Tape& tape) { return network.Forward(TinyPicture(), tape)[0]; });
  EXPECT_EQ(gradients.Layer("block").gradient.abs().max().item<double>(), 0);
}

TEST(AttentionTest, IsCutWhereItIsWantedFirstAndRecordedBehindThat) {
  const TinyTransformer network(TinyHead::kCrossAttention, at::kDouble);
  Tape tape({"block.attention", "block", "head.attention"});
  const auto scores = network.Forward(TinyPicture(at::kDouble), tape)[0];
  ASSERT_EQ(tape.layers().size(), 3U);
  EXPECT_TRUE(tape.layers()[0].value.is_leaf());
  EXPECT_FALSE(tape.layers()[1].value.is_leaf());
  EXPECT_FALSE(tape.layers()[2].value.is_leaf());
  const auto gradients = Differentiate(tape, scores);
  const auto& head = gradients.Layer("head.attention");
  EXPECT_TRUE(head.is_attention);
  EXPECT_FALSE(gradients.Layer("block").is_attention);
  ExpectClose(head.value.sum(3), at::ones({1, 1, 5, 1}, at::kDouble).squeeze(3), 1e-12);
  // A logit is its query's row of probabilities times w . x_p.
  Tape nothing;
  const auto x = network.Block(network.Embedded(TinyPicture(at::kDouble)), nothing)[0];
  const auto s = at::mm(network.head_weights, x.t());
  auto expected = at::zeros({5, 1, 5, 7}, at::kDouble);
  for (int64_t t = 0; t < 5; ++t) expected[t][0][t] = s[t];
  ExpectClose(head.gradient, expected, 1e-9);
}

TEST(AttentionTest, MeetsFiniteDifferencesAtItsCut) {
  const TinyTransformer network(TinyHead::kMean, at::kDouble);
  const auto forward = [&](Tape& tape) { return network.Forward(TinyPicture(at::kDouble), tape)[0][1]; };
  const auto gradients = Explain({"block.attention"}, forward);
  const auto& attention = gradients.Layer("block.attention");
  EXPECT_THAT(attention.value.sizes().vec(), ElementsAre(1, 2, 7, 7));
  const auto numeric = FiniteDifferences(attention.value.contiguous(), [&](const at::Tensor& changed) {
    Tape tape;
    tape.Substitute("block.attention", [&](const at::Tensor&) { return changed; });
    return forward(tape).item<double>();
  });
  ExpectClose(attention.gradient, numeric, 1e-6);
}

TEST(AttentionTest, NeedNotBeComputedWhereNobodyWantsIt) {
  const auto probabilities = at::rand({1, 2, 3, 4});
  Tape idle;
  EXPECT_FALSE(idle.WantsAttention("attention"));
  EXPECT_TRUE(idle.Attention("attention", probabilities).is_same(probabilities));
  idle.FusedAttention("attention", {1, 2, 3, 4});
  EXPECT_TRUE(idle.seen().empty());

  Tape other({"layer"});
  EXPECT_FALSE(other.WantsAttention("attention"));
  other.FusedAttention("attention", {1, 2, 3, 4});
  other.At("layer", probabilities);
  ASSERT_EQ(other.seen().size(), 2U);
  EXPECT_TRUE(other.seen()[0].is_attention);
  EXPECT_THAT(other.seen()[0].shape, ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(other.seen()[1].is_attention);

  EXPECT_TRUE(Tape({"attention"}).WantsAttention("attention"));
  Tape substituting;
  substituting.Substitute("attention", [](const at::Tensor& x) { return x * 2; });
  EXPECT_TRUE(substituting.WantsAttention("attention"));
  ExpectClose(substituting.Attention("attention", probabilities), probabilities * 2, 0);
}

}  // namespace
}  // namespace wherefore
