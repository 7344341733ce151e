#include "neurons/concept_scores.h"

#include <cmath>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

constexpr ScoreSimilarity kAll[] = {ScoreSimilarity::kSoftWpmi, ScoreSimilarity::kCosine, ScoreSimilarity::kRank};

at::Tensor Matrix(std::initializer_list<double> values, int64_t columns) {
  return at::tensor(std::vector<double>(values), at::kDouble).view({-1, columns});
}

/// Pictures that show one of eight concepts each. Channel k < 8 responds to concept k, the others to nothing.
struct Planted {
  explicit Planted(uint64_t seed = 3) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    const auto noise = [&](int64_t columns) {
      return at::randn({kPictures, columns}, generator, at::TensorOptions(at::kDouble));
    };
    const auto shows = at::zeros({kPictures, 8}, at::kDouble);
    for (int64_t i = 0; i < kPictures; ++i) shows[i][(i * 5 + i / 8) % 8].fill_(1);
    scores = 0.2 + 0.1 * shows + 0.02 * noise(8);
    activations = at::cat({shows, at::zeros({kPictures, 24}, at::kDouble)}, 1) + 0.3 * noise(32);
  }

  static constexpr int64_t kPictures = 1200;
  at::Tensor scores;
  at::Tensor activations;
  std::vector<std::string> names = {"cat", "dog", "sky", "sea", "car", "tree", "bread", "snow"};
};

ScoreOptions Options(ScoreSimilarity similarity) {
  ScoreOptions options;
  options.similarity = similarity;
  options.scale = 50;  // the planted scores are nearer to each other than CLIP's
  return options;
}

TEST(ConceptScoresTest, NamesPlantedChannelsByEverySimilarity) {
  const Planted planted;
  for (const auto similarity : kAll) {
    const auto result = NameByScores(planted.activations, planted.scores, planted.names, Options(similarity));
    ASSERT_EQ(result.named.size(), 32U);
    int64_t beyond = 0;
    for (const auto& named : result.named) {
      if (named.channel < 8) {
        EXPECT_EQ(named.name, planted.names[static_cast<std::size_t>(named.channel)]) << result.measure;
        EXPECT_GT(named.iou, result.chance_iou) << result.measure;
        EXPECT_TRUE(IsDetector(result, named));
      } else if (named.iou > result.chance_iou) {
        ++beyond;
      }
    }
    EXPECT_LE(beyond, 5) << result.measure;  // of 24; by chance one or two
    EXPECT_EQ(result.definition, "clip-dissect");
    EXPECT_EQ(result.channels, 32);
    EXPECT_EQ(result.images, Planted::kPictures);
    EXPECT_EQ(result.named[0].category, "concept");
  }
  EXPECT_EQ(NameByScores(planted.activations, planted.scores, planted.names).measure, "SoftWPMI");
}

TEST(ConceptScoresTest, MakesNothingOfShuffledChannels) {
  const Planted planted;
  const auto order = at::randperm(Planted::kPictures, at::make_generator<at::CPUGeneratorImpl>(7), {});
  const auto shuffled = planted.activations.index_select(0, order);
  for (const auto similarity : kAll) {
    const auto result = NameByScores(shuffled, planted.scores, planted.names, Options(similarity));
    int64_t beyond = 0;
    for (const auto& named : result.named) beyond += named.iou > result.chance_iou ? 1 : 0;
    EXPECT_LE(beyond, 6) << result.measure;  // of 32; by chance one or two
  }
}

/// Two pictures for each channel, of twenty; by the formula, term by term.
TEST(ConceptScoresTest, WorksSoftWpmiOutByHand) {
  auto activations = at::zeros({20, 2}, at::kDouble);
  activations[3][0].fill_(2);
  activations[7][0].fill_(1);
  activations[7][1].fill_(5);
  activations[0][1].fill_(4);
  auto scores = at::zeros({20, 2}, at::kDouble);
  scores[3][0].fill_(0.1);
  scores[7][1].fill_(0.2);
  const auto probability = [](double own, double other) { return 1 / (1 + std::exp(10 * (other - own))); };
  const double p3 = probability(0.1, 0);  // of concept 0 in picture 3
  const double p7 = probability(0, 0.2);
  const double first = 0.998;
  const double second = 0.998 - 0.5 * (0.998 - 0.97);
  const auto log_of = [](double shows, double p) { return std::log(1 + shows * (p - 1) + 1e-7); };
  const double l00 = log_of(first, p3) + log_of(second, p7);
  const double l01 = log_of(first, 1 - p3) + log_of(second, 1 - p7);
  const double l10 = log_of(first, p7) + log_of(second, 0.5);
  const double l11 = log_of(first, 1 - p7) + log_of(second, 0.5);
  const auto prior = [](double a, double b) { return std::log((std::exp(a) + std::exp(b)) / 2); };
  const auto expected =
      Matrix({l00 - prior(l00, l10), l01 - prior(l01, l11), l10 - prior(l00, l10), l11 - prior(l01, l11)}, 2);
  const auto found = ScoreSimilarities(activations, scores);
  EXPECT_TRUE(at::allclose(found, expected, 0, 1e-12)) << found << expected;
  ScoreOptions half;
  half.share = 0.5;
  EXPECT_NEAR(ScoreSimilarities(activations, scores, half)[0][0].item<double>(), l00 - 0.5 * prior(l00, l10), 1e-12);
}

TEST(ConceptScoresTest, CorrelatesAsByHand) {
  const auto activations = Matrix({1, 0, 2, 0, 3, 0, 10, 0}, 2);  // and a channel that never changes
  const auto scores = Matrix({1, 4, 2, 3, 3, 3, 4, 1}, 2);
  const auto rank = ScoreSimilarities(activations, scores, Options(ScoreSimilarity::kRank));
  // Ranks 1 2 3 4 with 1 2 3 4, and with 4 2.5 2.5 1.
  EXPECT_TRUE(at::allclose(rank, Matrix({1, -4.5 / std::sqrt(5 * 4.5), 0, 0}, 2), 0, 1e-12)) << rank;
  const auto cosine = ScoreSimilarities(activations, scores, Options(ScoreSimilarity::kCosine));
  // Less their means: -3 -2 -1 6, -1.5 -0.5 0.5 1.5 and 1.25 0.25 0.25 -1.75.
  const double a = std::sqrt(50.0);
  EXPECT_TRUE(at::allclose(cosine, Matrix({14 / (a * std::sqrt(5.0)), -15 / (a * std::sqrt(4.75)), 0, 0}, 2), 0, 1e-12))
      << cosine;
  const auto named = NameByScores(activations, scores, {"up", "down"}, Options(ScoreSimilarity::kRank)).named;
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0].name, "up");
}

TEST(ConceptScoresTest, DrawsTheSameForTheSameSeed) {
  const Planted planted;
  auto options = Options(ScoreSimilarity::kCosine);
  const auto chance = [&] {
    return NameByScores(planted.activations, planted.scores, planted.names, options).chance_iou;
  };
  const double first = chance();
  EXPECT_EQ(chance(), first);
  options.seed = 2;
  EXPECT_NE(chance(), first);
}

TEST(ConceptScoresTest, RefusesBadInput) {
  const auto text = [](const std::function<void()>& run) { return ErrorText(ErrorKind::kUsage, run); };
  const auto a = at::rand({5, 3});
  const auto s = at::rand({5, 2});
  auto bad = s.clone();
  bad[1][1].fill_(NAN);
  EXPECT_THAT(text([&] { ScoreSimilarities(a, at::rand({4, 2})); }), HasSubstr("[5, 3] and [4, 2]"));
  EXPECT_THAT(text([&] { ScoreSimilarities(a, bad); }), HasSubstr("scores hold NaN"));
  EXPECT_THAT(text([&] { ScoreSimilarities(bad, s); }), HasSubstr("activations hold NaN"));
  EXPECT_THAT(text([&] { ScoreSimilarities(a.narrow(0, 0, 1), s.narrow(0, 0, 1)); }), HasSubstr("two pictures"));
  EXPECT_THAT(text([&] { ScoreSimilarities(a, s.narrow(1, 0, 1)); }), HasSubstr("take a correlation"));
  EXPECT_THAT(text([&] { NameByScores(a, s, {"x"}); }), HasSubstr("scores of 2 concepts, but names of 1"));
  EXPECT_THAT(text([&] { NameByScores(a, s, {"x", "x"}); }), HasSubstr("'x' appears twice"));
  EXPECT_THAT(text([&] { NameByScores(a, s, {"x", ""}); }), HasSubstr("without a name"));
  EXPECT_EQ(ReadScoreSimilarity("rank"), ScoreSimilarity::kRank);
  EXPECT_THAT(text([] { ReadScoreSimilarity("cosin"); }), HasSubstr("did you mean 'cosine'"));
}

}  // namespace
}  // namespace wherefore
