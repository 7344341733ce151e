#include "tools/report/wording.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/explanations.h"
#include "tools/report/text_report.h"

namespace wherefore {
namespace {

TEST(WordingTest, RoundsProbabilitiesAsMuchAsTheyBear) {
  EXPECT_EQ(Percent(1), "100.0 %");
  EXPECT_EQ(Percent(0.98765), "98.8 %");
  EXPECT_EQ(Percent(0.0123), "1.2 %");
  EXPECT_EQ(Percent(0.00123), "0.12 %");
  EXPECT_EQ(Percent(0.00005), "under 0.01 %");
  EXPECT_EQ(Percent(0), "under 0.01 %");
}

ExplainedTarget Scored(ExplainedTarget target, double score) {
  target.score = score;
  return target;
}

ExplainedTarget Word(const std::string& text, double probability = 0.37) {
  return Scored(TextTargetOf(TextPart::kWord, text, probability), -1);
}

TEST(WordingTest, SaysWhatAScoreMeans) {
  EXPECT_EQ(ScoreSentence(Scored(Word("dog", 0.5), -0.693147)),
            "The model found this word 50.0 % likely here (log-probability -0.693).");
  for (const auto part : {TextPart::kPhrase, TextPart::kWhole}) {
    EXPECT_EQ(ScoreSentence(Scored(TextTargetOf(part, "a dog", 0.5), -0.693147)),
              "All its words together: 50.0 % likely (log-probability -0.693).");
  }
  EXPECT_EQ(ScoreSentence(Scored(LabelTargetOf("dog", 0.25), 7)), "The model found this 25.0 % likely (logit 7.000).");
  ExplainedTarget contrast;
  contrast.about = ContrastTarget{0, "dog", 1, "cat"};
  EXPECT_EQ(ScoreSentence(Scored(contrast, -2.5)), "'dog' is behind 'cat' (logit margin -2.500).");
  EXPECT_EQ(ScoreSentence(Scored(contrast, 2.5)), "'dog' is ahead of 'cat' (logit margin 2.500).");
  EXPECT_EQ(NameOf(contrast), "dog rather than cat");
}

TEST(WordingTest, NamesTheThirdsOfAMap) {
  const auto place = [](int64_t row, int64_t column) {
    auto map = at::zeros({7, 9});
    map[row][column] = 1;
    return PlaceOfPeak(map);
  };
  EXPECT_EQ(place(0, 0), "upper left");
  EXPECT_EQ(place(3, 4), "centre");
  EXPECT_EQ(place(6, 8), "lower right");
  EXPECT_EQ(place(0, 4), "top");
  EXPECT_EQ(place(3, 8), "right");
  EXPECT_EQ(PlaceOfPeak(at::ones({1, 1})), "centre");
}

TEST(WordingTest, TitlesAnExplanation) {
  Explanation explanation;
  explanation.task = Task::kVqa;
  explanation.question = Asked({"what", "animal", "is", "this?"});
  explanation.said = std::vector<Prediction>{{3, "dog", 2, 0.9}};
  EXPECT_EQ(Title(explanation), "what animal is this? dog");
  explanation.task = Task::kClassification;
  explanation.question = std::nullopt;
  EXPECT_EQ(Title(explanation), "dog");
  explanation.task = Task::kCaption;
  explanation.said = Written({"a", "dog", "runs"});
  EXPECT_EQ(Title(explanation), "a dog runs");
}

TEST(TextReportTest, ShowsAnswersTargetsAndThePullOfWords) {
  ExplainedPhotograph explained;
  auto& explanation = explained.explanation;
  explanation.task = Task::kVqa;
  explanation.question = Asked({"wo", "läuft", "er"});
  explanation.said = std::vector<Prediction>{{0, "dog", 2, 0.75}, {1, "cat", 1, 0.25}};
  auto target = Scored(LabelTargetOf("dog", 0.75), 2);
  target.word_gradient_times_embedding = {-0.5, 1, 0};
  explanation.targets = {target};
  explanation.maps = at::zeros({1, 3, 3});
  explanation.maps[0][0][2] = 1;
  EXPECT_EQ(TextReport(explained),
            "wo läuft er\n"
            "          75.0 %  dog\n"
            "          25.0 %  cat\n"
            "\n"
            "                    logit          likely  strongest at\n"
            "  dog               2.000          75.0 %  upper right\n"
            "\n"
            "Pull of each question word on 'dog' (gradient x embedding):\n"
            "  wo     ------          -0.500\n"
            "  läuft  ++++++++++++     1.000\n"
            "  er                      0.000\n");
}

/// The target's channels for ring (one, strong) and red, against them blue; a third of the support unnamed.
ExplainedTarget Named(ExplainedTarget target) {
  ConceptRanking ranking;
  ranking.supporting.total = 3;
  ranking.supporting.concepts = {{"ring", "shape", {{{4, 1}, 0.3, 1}}, 1, 1.0 / 3},
                                 {"rot", "color", {{{0, 1}, 0.2, 1}}, 1, 0.3334}};
  ranking.supporting.unnamed = 1.0 / 3;
  ranking.opposing.total = -1;
  ranking.opposing.concepts = {{"blue", "color", {{{1, -1}, 0.2, 1}}, -1, 1}};
  target.concepts = ranking;
  target.sentence = "A sentence about " + TextOf(target) + ".";
  return target;
}

TEST(TextReportTest, SaysOfAnswersWhatTheirChannelsStandFor) {
  ExplainedPhotograph explained;
  auto& explanation = explained.explanation;
  explanation.task = Task::kVqa;
  explanation.targets = {Named(LabelTargetOf("dog"))};
  explanation.maps = at::zeros({1, 3, 3});
  EXPECT_EQ(TextReport(explained).find("stand for"), std::string::npos) << "the names are not of this layer";
  explanation.names = LayerConcepts();
  explanation.names->layer = "layer4";
  const auto text = TextReport(explained);
  const std::string wanted =
      "\nWhat the channels of layer 'layer4' stand for (importance: gradient-x-activation):\n"
      "  A sentence about dog.\n";
  EXPECT_EQ(text.substr(text.size() - wanted.size()), wanted);
}

TEST(TextReportTest, TabulatesTheWordsOfACaptionOfWhichSomethingNamedCanBeSaid) {
  ExplainedPhotograph explained;
  auto& explanation = explained.explanation;
  explanation.task = Task::kCaption;
  explanation.said = Written({"dog", "the"});
  auto silent = Word("the");
  silent.concepts = ConceptRanking();
  explanation.targets = {Named(Word("dog")), silent, Named(TextTargetOf(TextPart::kWhole, "dog"))};
  explanation.maps = at::zeros({3, 3, 3});
  explanation.names = LayerConcepts();
  explanation.names->layer = "layer4";
  explanation.named_by = Importance::kGradientTimesActivation;
  const auto text = TextReport(explained);
  const std::string wanted =
      "\nWhat the channels of layer 'layer4' stand for (importance: gradient-x-activation):\n"
      "       spoke for it         more would lower it  without a name\n"
      "  dog  ring 33 %, rot 33 %  blue 100 %           33 %, 0 %\n"
      "  A sentence about dog.\n";
  EXPECT_EQ(text.substr(text.find("\nWhat the")), wanted);
}

TEST(TextReportTest, SaysWhereACaptionWasCutAndWhereThereIsNothingToShow) {
  ExplainedPhotograph explained;
  auto& explanation = explained.explanation;
  explanation.task = Task::kCaption;
  auto written = Written({"dog", "dog"});
  written.end_log_probability = std::nullopt;
  explanation.said = written;
  explanation.targets = {Word("dog")};
  explanation.targets[0].why_empty = "zero everywhere";
  explanation.maps = at::zeros({1, 3, 3});
  const auto text = TextReport(explained);
  EXPECT_EQ(text.substr(0, 12), "dog dog ...\n");
  EXPECT_NE(text.find("nothing to show"), std::string::npos);
}

}  // namespace
}  // namespace wherefore
