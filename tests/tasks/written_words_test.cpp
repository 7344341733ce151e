// What else might have stood in a text, and what of it came from the picture.

#include "tasks/written_words.h"

#include <algorithm>
#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/decoding/text_scores.h"
#include "tasks/explain.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

using testing::SizeIs;

/// log p of each piece of the vocabulary behind these, and a beginning: from the network itself.
at::Tensor LogProbabilitiesBehind(const Model& model, const at::Tensor& image, const std::vector<int64_t>& ids) {
  const at::NoGradGuard no_gradients;
  Tape tape;
  auto& network = model.text_network();
  auto state = network.Start({image, {}, {}}, tape);
  auto read = model.decoding.begin;
  read.insert(read.end(), ids.begin(), ids.end());
  const auto hidden = network.Read(IdTensor(read, image).unsqueeze(0), &state, tape);
  return VocabularyLogProbabilities(network.vocabulary_layer(), hidden.select(1, -1))[0].to(at::kDouble);
}

Explanation ExplainGiven(const Model& model, int64_t alternatives, const at::Tensor& grey = {}) {
  Request request;
  request.text = "a dogs runs";  // the pieces a, dog, s, runs
  request.alternatives = alternatives;
  request.grey = grey;
  return Explain(model, SmallImage(), request);
}

TEST(WrittenWordsTest, ListsTheLikeliestThatMightHaveStoodWhereAWordBegins) {
  const auto model = SmallCaptioner();
  const auto written = ExplainGiven(model, 3).written();
  ASSERT_THAT(written.alternatives, SizeIs(4));  // three words, and behind the last
  const std::vector<std::size_t> first_pieces = {0, 1, 3, 4};
  for (std::size_t word = 0; word < first_pieces.size(); ++word) {
    const std::vector<int64_t> before(written.ids.begin(),
                                      written.ids.begin() + static_cast<std::ptrdiff_t>(first_pieces[word]));
    auto expected = LogProbabilitiesBehind(model, SmallImage(), before);
    const bool is_behind = first_pieces[word] == written.ids.size();
    if (!is_behind) expected[written.ids[first_pieces[word]]] = -INFINITY;
    const auto ids = std::get<1>(expected.sort(0, /*descending=*/true));
    ASSERT_THAT(written.alternatives[word], SizeIs(3));
    for (int64_t i = 0; i < 3; ++i) {
      const auto& found = written.alternatives[word][static_cast<std::size_t>(i)];
      EXPECT_EQ(found.id, ids[i].item<int64_t>());
      EXPECT_NEAR(found.log_probability, expected[found.id].item<double>(), 1e-5);
      EXPECT_EQ(found.is_end, found.id == model.decoding.ends[0]);
      if (!found.is_end) EXPECT_EQ(found.text, model.tokenizer->Describe({found.id}).text);
    }
  }
}

TEST(WrittenWordsTest, ListsNoMoreThanTheVocabularyHasAndNothingUnlessAsked) {
  const auto model = SmallCaptioner();
  const auto pieces = static_cast<std::size_t>(model.tokenizer->size());
  const auto all = ExplainGiven(model, 1000).written().alternatives;
  EXPECT_THAT(all.front(), SizeIs(pieces - 1));
  EXPECT_THAT(all.back(), SizeIs(pieces));
  EXPECT_TRUE(ExplainGiven(model, 0).written().alternatives.empty());
}

TEST(WrittenWordsTest, SaysHowMuchLikelierThePictureMadeEachPart) {
  const auto model = SmallCaptioner();
  const auto grey = at::full_like(SmallImage(), 0.25);
  const auto found = ExplainGiven(model, 0, grey);
  const auto& written = found.written();
  std::vector<double> gains;
  for (std::size_t piece = 0; piece < written.ids.size(); ++piece) {
    const std::vector<int64_t> before(written.ids.begin(), written.ids.begin() + static_cast<std::ptrdiff_t>(piece));
    const auto id = written.ids[piece];
    gains.push_back(
        (LogProbabilitiesBehind(model, SmallImage(), before)[id] - LogProbabilitiesBehind(model, grey, before)[id])
            .item<double>());
  }
  const std::vector<double> expected = {gains[0], gains[1] + gains[2], gains[3],
                                        gains[0] + gains[1] + gains[2] + gains[3]};
  for (std::size_t t = 0; t < expected.size(); ++t) EXPECT_NEAR(*found.targets[t].from_picture, expected[t], 1e-5);
  EXPECT_GT(std::abs(expected[3]), 1e-3);
}

TEST(WrittenWordsTest, OwesNothingToAPictureThatIsGrey) {
  for (const auto& target : ExplainGiven(SmallCaptioner(), 0, SmallImage()).targets) {
    EXPECT_NEAR(*target.from_picture, 0, 1e-6);
  }
  EXPECT_FALSE(ExplainGiven(SmallCaptioner(), 0).targets[0].from_picture.has_value());
}

TEST(WrittenWordsTest, ComparesLabelsWithAGreyPictureToo) {
  const auto model = SmallVqaModel();
  const auto grey = at::full_like(SmallImage(), 0.25);
  Request request;
  request.question = "a dogs runs";
  request.labels = {"no"};
  request.grey = grey;
  const auto found = Explain(model, SmallImage(), request);
  const auto alone = Explain(model, grey, request);
  const auto log_p = [](const Explanation& one) { return std::log(AsLabel(one.targets[0])->probability.value()); };
  EXPECT_NEAR(*found.targets[0].from_picture, log_p(found) - log_p(alone), 1e-5);
  EXPECT_NEAR(*alone.targets[0].from_picture, 0, 1e-6);
  request.versus = "yes";
  const auto contrast = Explain(model, SmallImage(), request);
  EXPECT_NEAR(*contrast.targets[0].from_picture,
              contrast.targets[0].score - Explain(model, grey, request).targets[0].score, 1e-5);
}

}  // namespace
}  // namespace wherefore
