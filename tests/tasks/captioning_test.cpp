#include "tasks/explain.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/explainer.h"
#include "models/decoding/decode.h"
#include "models/decoding/text_scores.h"
#include "tests/support/counted.h"
#include "tests/support/error_text.h"
#include "tests/support/networks.h"
#include "tests/support/numbers.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Request Given(const std::string& caption, const std::vector<std::string>& phrases = {}) {
  Request request;
  request.text = caption;
  request.phrases = phrases;
  return request;
}

/// The captioner, made to say this piece above all others.
Model CaptionerThatPrefers(int64_t id, double by) {
  auto model = SmallCaptioner();
  model.network->named_parameters()["output.bias"][id] += by;
  return model;
}

TEST(CaptioningTest, ExplainsEachWordThenEachPhraseThenTheWhole) {
  const auto found = Explain(SmallCaptioner(), SmallImage(), Given("a dogs runs", {"a dogs"}));
  const auto& written = found.written();
  EXPECT_EQ(written.text, "a dogs runs");
  EXPECT_TRUE(written.is_given);
  EXPECT_THAT(written.words, ElementsAre("a", "dogs", "runs"));
  EXPECT_THAT(written.pieces, ElementsAre("▁a", "▁dog", "s", "▁runs"));
  std::vector<std::string> texts;
  std::vector<std::string> kinds;
  for (const auto& target : found.targets) {
    texts.push_back(TextOf(target));
    kinds.emplace_back(KindOf(target));
    EXPECT_EQ(TextIn(written.text, AsText(target)->span), TextOf(target));
  }
  EXPECT_THAT(texts, ElementsAre("a", "dogs", "runs", "a dogs", "a dogs runs"));
  EXPECT_THAT(kinds, ElementsAre("word", "word", "word", "phrase", "text"));
  EXPECT_EQ(AsText(found.targets[1])->first_word, 1);
  EXPECT_EQ(AsText(found.targets[3])->first_word, 0);
  EXPECT_EQ(AsText(found.targets[3])->word_count, 2);
  EXPECT_THAT(found.maps.sizes().vec(), ElementsAre(5, 2, 2));
}

TEST(CaptioningTest, AddsUpTheMapsAndScoresOfWords) {
  const auto found = Explain(SmallCaptioner(), SmallImage(), Given("a dogs runs", {"a dogs"}));
  const auto& maps = found.maps;
  ExpectClose(maps[3], maps[0] + maps[1], 1e-5);
  ExpectClose(maps[4], maps[0] + maps[1] + maps[2], 1e-5);
  const auto& log_probs = found.written().log_probs;  // of a, dog, s, runs
  ASSERT_EQ(log_probs.size(), 4U);
  const double dogs = log_probs[1] + log_probs[2];
  const std::vector<double> sums = {log_probs[0], dogs, log_probs[3], log_probs[0] + dogs,
                                    log_probs[0] + dogs + log_probs[3]};
  for (std::size_t t = 0; t < sums.size(); ++t) {
    EXPECT_NEAR(found.targets[t].score, sums[t], 1e-5) << t;
    EXPECT_NEAR(AsText(found.targets[t])->probability, std::exp(sums[t]), 1e-6) << t;
    EXPECT_EQ(ScoreKindOf(found.targets[t]), ScoreKind::kLogProbability);
  }
  EXPECT_NEAR(found.written().log_probability, found.targets[4].score, 1e-5);
}

TEST(CaptioningTest, ExplainsACaptionerThatAttends) {
  const auto model = SmallAttendingCaptioner();
  for (const char* method : {"grad-cam", "guided-backprop", "guided-grad-cam"}) {
    auto request = Given("a dogs runs", {"a dogs"});
    request.method = method;
    const auto found = Explain(model, SmallImage(), request);
    EXPECT_EQ(found.maps.size(0), 5) << method;
    EXPECT_GT(found.maps[0].abs().sum().item<double>(), 0) << method;
    if (request.method == "grad-cam") ExpectClose(found.maps[3], found.maps[0] + found.maps[1], 1e-5);
  }
  Request own;
  own.beam = 2;
  EXPECT_FALSE(Explain(model, SmallImage(), own).written().is_given);
}

TEST(CaptioningTest, CarriesAllWordsBackInOnePass) {
  const auto model = SmallCaptioner();
  Tape tape({"features.18"});
  const auto feature = Counted::apply(CaptionerIn(model).Encode(SmallImage(), tape));
  const auto scores = TextScores(model.text_network(), CaptionerIn(model).StartFrom(feature), {4, 5, 7},
                                 {{0}, {1}, {2}, {0, 1, 2}}, {}, tape)[0];
  Counted::passes = 0;
  EXPECT_EQ(Differentiate(tape, scores).layers[0].gradient.size(0), 4);
  EXPECT_EQ(Counted::passes, 1);
}

TEST(CaptioningTest, ReachesThePixelsAsFiniteDifferencesDo) {
  const auto model = SmallCaptioner();
  model.network->to(at::kDouble);
  const auto image = SmallImage().to(at::kDouble);
  auto request = Given("a dogs runs");
  request.method = "gradient";
  const auto found = Explain(model, image, request);
  for (const int64_t place : {0, 3000, 5555, 9215}) {
    constexpr double kStep = 1e-5;
    std::vector<at::Tensor> scores;
    for (const double step : {kStep, -kStep}) {
      auto moved = image.clone();
      moved.view(-1)[place] += step;
      std::vector<double> row;
      for (const auto& target : Explain(model, moved, request).targets) row.push_back(target.score);
      scores.push_back(at::tensor(row, at::kDouble));
    }
    const auto slope = (scores[0] - scores[1]) / (2 * kStep);
    ExpectClose(found.pixels.flatten(1).select(1, place), slope, 1e-4, "pixel " + std::to_string(place));
  }
}

TEST(CaptioningTest, ExplainsTheModelsOwnCaptionUpToItsGreatestLength) {
  const auto model = CaptionerThatPrefers(5, 30);
  const auto found = Explain(model, SmallImage());
  EXPECT_EQ(found.written().text, "dog dog dog dog dog dog dog dog dog");
  EXPECT_FALSE(found.written().is_given);
  EXPECT_FALSE(found.written().end_log_probability.has_value()) << "cut at nine pieces";
  EXPECT_EQ(found.targets.size(), 10U);
}

TEST(CaptioningTest, SearchesWithTheBeamThatIsAskedFor) {
  const auto model = CaptionerThatPrefers(2, -3);  // END, lest captions are empty
  std::vector<std::string> texts;
  for (const int64_t beam : {1, 4}) {
    Request request;
    request.beam = beam;
    const auto found = Explain(model, SmallImage(), request);
    Tape tape;
    DecodeOptions options;
    options.begin = model.decoding.begin;
    options.ends = model.decoding.ends;
    options.max_length = model.text.max_length;
    options.beam = beam;
    const auto ids = Decode(model.text_network(),
                            CaptionerIn(model).StartFrom(CaptionerIn(model).Encode(SmallImage(), tape)), options)
                         .ids;
    EXPECT_EQ(found.written().words, model.tokenizer->Describe(ids).words);
    texts.push_back(found.written().text);
  }
  EXPECT_NE(texts[0], texts[1]) << "a beam that changes nothing tests nothing";
}

TEST(CaptioningTest, WritesAsTheModelDoesWhereTheRequestSaysNothing) {
  auto model = CaptionerThatPrefers(2, -3);  // END, lest captions are empty
  Request greedy;
  greedy.beam = 1;
  const auto by_default = Explain(model, SmallImage()).written().text;
  EXPECT_EQ(by_default, Explain(model, SmallImage(), greedy).written().text);
  model.decoding.beam = 4;
  EXPECT_NE(Explain(model, SmallImage()).written().text, by_default);
  EXPECT_EQ(Explain(model, SmallImage(), greedy).written().text, by_default);
  model.decoding.forced = {5};
  EXPECT_EQ(DecodingOf(model).forced, (std::vector<int64_t>{5}));
  EXPECT_EQ(DecodingOf(model).beam, 4);
  Request prompted;
  prompted.prompt = "runs a";
  EXPECT_EQ(DecodingOf(model, prompted).forced, (std::vector<int64_t>{5, 7, 4}));
}

TEST(CaptioningTest, ExplainsTheSamePiecesAgainWhateverTheirTextWouldGive) {
  const auto model = CaptionerThatPrefers(6, 30);  // "s", which begins no word
  const auto own = Explain(model, SmallImage());
  ASSERT_EQ(own.written().ids, std::vector<int64_t>(9, 6));
  ASSERT_NE(model.tokenizer->Encode(own.written().text).ids, own.written().ids);
  Request request;
  AskAbout(own, &request);
  const auto again = Explain(model, SmallImage(), request);
  EXPECT_EQ(again.written().ids, own.written().ids);
  EXPECT_EQ(again.written().text, own.written().text);
  EXPECT_FALSE(again.written().is_given);
  EXPECT_FALSE(again.written().end_log_probability.has_value()) << "cut at nine pieces, as it was";
  EXPECT_NEAR(again.written().log_probability, own.written().log_probability, 1e-5);
  ExpectClose(again.maps, own.maps, 1e-6);
  Tape tape;
  EXPECT_EQ(SubjectOf(model, SmallImage(), request).score(SmallImage(), tape).scores.size(1), 2);
  request.ids.resize(2);
  EXPECT_TRUE(Explain(model, SmallImage(), request).written().end_log_probability.has_value());
}

TEST(CaptioningTest, RefusesPiecesThatItCannotRead) {
  const auto model = SmallCaptioner();
  const auto refusal = [&](Request request, const std::vector<int64_t>& ids) {
    request.ids = ids;
    return ErrorText(ErrorKind::kUsage, [&] { Explain(model, SmallImage(), request); });
  };
  EXPECT_EQ(refusal(Given("a dog"), {4, 5}),
            "the caption is given twice, by its text and by its pieces; leave one of them out");
  EXPECT_EQ(refusal({}, std::vector<int64_t>(10, 5)), "the caption has 10 pieces; the model takes at most 9");
  EXPECT_NE(refusal({}, {8}), "");
}

TEST(CaptioningTest, SaysWhereTheModelHasNothingToSay) {
  const auto model = CaptionerThatPrefers(2, 50);  // END
  EXPECT_EQ(ErrorText(ErrorKind::kNothingToExplain, [&] { Explain(model, SmallImage()); }),
            "the model ended its caption before the first word; give one of your own with --caption");
}

TEST(CaptioningTest, ReportsWordsThatTheVocabularyLacks) {
  const auto found = Explain(SmallCaptioner(), SmallImage(), Given("a zebra runs"));
  EXPECT_THAT(found.warnings, testing::Contains("the model's vocabulary lacks 'zebra'; it read an unknown word in its "
                                                "place"));
}

TEST(CaptioningTest, NamesTheFlagAndTheFieldOfWhatAnotherKindOfModelIsAsked) {
  Request request;
  request.labels = {"dog"};
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { Explain(SmallCaptioner(), SmallImage(), request); }),
            "the model 'small' writes text and has no list of labels, so --class (Request::labels) has nothing to say; "
            "leave it out");
  request = {};
  request.beam = 1;
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { Explain(SmallClassifier(), SmallImage(), request); }),
            "the model 'small' chooses among labels and writes no text, so --beam (Request::beam) has nothing to say; "
            "leave it out");
}

TEST(CaptioningTest, RefusesCaptionsAndPhrasesThatItCannotRead) {
  const auto model = SmallCaptioner();
  const auto refusal = [&](const Request& request) {
    return ErrorText(ErrorKind::kUsage, [&] { Explain(model, SmallImage(), request); });
  };
  EXPECT_THAT(refusal(Given("zebra")), HasSubstr("the model knows none of the words of the caption 'zebra'"));
  EXPECT_EQ(refusal(Given(" ")), "the caption is empty; give at least one word");
  EXPECT_THAT(refusal(Given("dog \xFF")), HasSubstr("UTF-8"));
  EXPECT_EQ(refusal(Given("a a a a a a a a a a")), "the caption has 10 pieces; the model takes at most 9: shorten it");
  EXPECT_EQ(refusal(Given("a dogs runs", {"a runs"})),
            "'a runs' is no part of the caption 'a dogs runs'; give words that stand there side by side");
  EXPECT_EQ(refusal(Given("a dog", {""})), "a phrase to explain is empty; give words of the caption");
}

/// The word "dogs" of "a dogs runs", rather than something else in its place.
Request RatherThan(const std::string& versus, int64_t word = 2) {
  auto request = Given("a dogs runs");
  request.word = word;
  request.versus = versus;
  return request;
}

TEST(CaptioningTest, ExplainsWhyThisWordAndNotAnother) {
  const auto model = SmallCaptioner();
  const auto found = Explain(model, SmallImage(), RatherThan("runs"));
  const auto this_word = Explain(model, SmallImage(), Given("a dogs runs"));
  const auto other_word = Explain(model, SmallImage(), Given("a runs"));
  ASSERT_EQ(found.targets.size(), 1U);
  const auto& target = found.targets[0];
  EXPECT_EQ(TextOf(target), "dogs");
  EXPECT_EQ(VersusOf(target), "runs");
  EXPECT_EQ(ScoreKindOf(target), ScoreKind::kLogProbabilityMargin);
  EXPECT_NEAR(target.score, this_word.targets[1].score - other_word.targets[1].score, 1e-5);
  ExpectClose(found.maps[0], this_word.maps[1] - other_word.maps[1], 1e-5);
  EXPECT_GT(found.maps.abs().max().item<double>(), 1e-4);
}

TEST(CaptioningTest, ExplainsWhyThisTextAndNotAnother) {
  const auto model = SmallCaptioner();
  const auto found = Explain(model, SmallImage(), RatherThan("runs", 0));
  const auto one = Explain(model, SmallImage(), Given("a dogs runs"));
  const auto other = Explain(model, SmallImage(), Given("runs"));
  EXPECT_EQ(TextOf(found.targets[0]), "a dogs runs");
  EXPECT_NEAR(found.targets[0].score, one.targets.back().score - other.targets.back().score, 1e-5);
  ExpectClose(found.maps[0], one.maps[one.maps.size(0) - 1] - other.maps[other.maps.size(0) - 1], 1e-5);
}

TEST(CaptioningTest, AsksWhyThisWordByMethodsThatAskTheModelToo) {
  auto request = RatherThan("runs");
  request.method = "occlusion";
  const auto model = SmallCaptioner();
  const auto subject = SubjectOf(model, SmallImage(), request);
  Tape tape;
  const at::NoGradGuard no_gradients;
  const auto scores = subject.score(SmallImage(), tape);
  EXPECT_NEAR(scores.scores[0][0].item<double>(), Explain(model, SmallImage(), RatherThan("runs")).targets[0].score,
              1e-5);
}

TEST(CaptioningTest, ExplainsOneWordAlone) {
  auto request = Given("a dogs runs");
  request.word = 3;
  const auto found = Explain(SmallCaptioner(), SmallImage(), request);
  ASSERT_EQ(found.targets.size(), 1U);
  EXPECT_EQ(TextOf(found.targets[0]), "runs");
}

TEST(CaptioningTest, RefusesAContrastThatIsNone) {
  const auto refused = [](const Request& request) {
    return ErrorText(ErrorKind::kUsage, [&] { Explain(SmallCaptioner(), SmallImage(), request); });
  };
  EXPECT_THAT(refused(RatherThan("dogs")), HasSubstr("cannot be contrasted with itself"));
  EXPECT_THAT(refused(RatherThan("runs", 4)), HasSubstr("there is no word 4 in 'a dogs runs'; give 1 to 3"));
  EXPECT_THAT(refused(RatherThan("zebra")), HasSubstr("vocabulary lacks words of 'zebra'"));
  auto with_phrase = RatherThan("runs");
  with_phrase.phrases = {"a dogs"};
  EXPECT_THAT(refused(with_phrase), HasSubstr("leave them out where one is chosen"));
}

}  // namespace
}  // namespace wherefore
