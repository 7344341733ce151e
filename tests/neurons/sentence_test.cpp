#include "neurons/sentence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// `count` channels of that name, all of the same IoU.
ConceptWeight Concept(const std::string& name, std::size_t count, double share, double iou = 0.2) {
  ConceptWeight item;
  item.name = name;
  item.share = share;
  for (std::size_t i = 0; i < count; ++i) item.channels.push_back({{static_cast<int64_t>(i), 1}, iou, 1});
  return item;
}

/// Red, ring and striped for it, blue against it.
ConceptRanking Example() {
  ConceptRanking ranking;
  ranking.chance_iou = 0.03;
  ranking.supporting.total = 2;
  ranking.supporting.concepts = {Concept("red", 3, 0.41, 0.12), Concept("ring", 1, 0.12, 0.05),
                                 Concept("striped", 14, 0.004, 0.3)};
  ranking.supporting.unnamed = 0.37;
  ranking.opposing.total = -1;
  ranking.opposing.concepts = {Concept("blue", 1, 0.3)};
  ranking.opposing.unnamed = 0.7;
  return ranking;
}

TEST(SentenceTest, SaysWhatSpokeForATargetAndWhatWouldLowerIt) {
  EXPECT_EQ(
      Sentence(Example(), {"answer", "red", ""}),
      "The answer 'red' was supported by the channels for red (three channels, 41 %), ring (12 %) and striped (14 "
      "channels, 0.4 %); more activity of the channel for blue (30 %) would lower its score. The names are weak to "
      "strong (IoU 0.05 to 0.30; by chance 0.03). Without a name: 37 % of the support, 70 % of the opposition.");
}

TEST(SentenceTest, NamesNoMoreThanAReaderCanTakeIn) {
  auto ranking = Example();
  ranking.supporting.concepts.push_back(Concept("heart", 1, 0.001, 0.9));
  EXPECT_EQ(Sentence(ranking, {"word", "x", ""}), Sentence(Example(), {"word", "x", ""}));
}

TEST(SentenceTest, NamesEachKindOfTarget) {
  const auto begin = [](const std::string& kind) { return Sentence(Example(), {kind, "a dog", "a cat"}); };
  EXPECT_THAT(begin("word"), StartsWith("The word 'a dog' was supported by "));
  EXPECT_THAT(begin("phrase"), StartsWith("The phrase 'a dog' was "));
  EXPECT_THAT(begin("caption"), StartsWith("The whole caption was "));
  EXPECT_THAT(begin("class"), StartsWith("The class 'a dog' was "));
  EXPECT_THAT(begin("contrast"), StartsWith("'a dog' rather than 'a cat' was "));
}

TEST(SentenceTest, SpeaksOfOneChannelAsOne) {
  auto ranking = Example();
  ranking.supporting.concepts = {Concept("ring", 1, 0.5, 0.2)};
  ranking.opposing.concepts = {Concept("blue", 2, 0.5)};
  EXPECT_THAT(
      Sentence(ranking, {"word", "x", ""}),
      HasSubstr("supported by the channel for ring (50 %); more activity of the channels for blue (two channels, "
                "50 %) would lower its score. The names are fair (IoU 0.20; by chance 0.03)."));
  ranking.opposing.concepts.clear();
  EXPECT_THAT(Sentence(ranking, {"word", "x", ""}), HasSubstr(" The name is fair (IoU 0.20; by chance 0.03)."));
}

TEST(SentenceTest, InventsNothingWhereNothingIsNamed) {
  auto ranking = Example();
  ranking.supporting.concepts.clear();
  ranking.supporting.unnamed = 1;
  EXPECT_THAT(
      Sentence(ranking, {"word", "x", ""}),
      StartsWith("The word 'x' was supported by channels without a name only; more activity of the channel for"));
  ranking.opposing.concepts.clear();
  ranking.opposing.unnamed = 1;
  EXPECT_EQ(Sentence(ranking, {"word", "x", ""}),
            "The word 'x' was supported by channels without a name only; only channels without a name would lower its "
            "score with more activity. Without a name: 100 % of the support, 100 % of the opposition.");
  ranking.opposing = {};
  EXPECT_EQ(Sentence(ranking, {"word", "x", ""}),
            "The word 'x' was supported by channels without a name only; no channel would lower its score with more "
            "activity. Without a name: 100 % of the support.");
  EXPECT_EQ(Sentence({}, {"word", "x", ""}),
            "The word 'x' was supported by no channel; no channel would lower its score with more activity.");
}

/// A gradient does not tell what would be without a channel: evaluate-sentences shows that the score often stays.
TEST(SentenceTest, SaysThatChannelsSpokeAgainstATargetWhereAblationDoes) {
  const SentenceSubject subject = {"word", "x", "", Importance::kAblation};
  EXPECT_THAT(Sentence(Example(), subject), HasSubstr("; against it spoke the channel for blue (30 %). The names"));
  EXPECT_EQ(Sentence({}, subject), "The word 'x' was supported by no channel; no channel spoke against it.");
}

TEST(SentenceTest, SaysWhichConceptsDoNotFire) {
  auto ranking = Example();
  const auto before = Sentence(ranking, {"word", "x", ""});
  ranking.supporting.concepts[0].channels[0].fires = false;
  EXPECT_EQ(Sentence(ranking, {"word", "x", ""}), before) << "two others fire";
  ranking.supporting.concepts[1].channels[0].fires = false;
  ranking.opposing.concepts[0].channels[0].fires = false;
  EXPECT_THAT(Sentence(ranking, {"word", "x", ""}),
              HasSubstr(" Not firing in this photograph: ring and blue. Without"));
}

TEST(SentenceTest, TakesTextsOfTheUsersOwn) {
  auto german = DefaultSentenceTemplates();
  german["answer"] = "{target}, {target}:";
  german["supported_many"] = "{subject} wegen {concepts}";
  german["concept_many"] = "{count} für {concept}";
  german["concept_one"] = "{concept}";
  german["last_separator"] = " und ";
  german["numbers"] = "ein zwei drei";
  CheckSentenceTemplates(german, "f");
  EXPECT_THAT(Sentence(Example(), {"answer", "red", ""}, german),
              StartsWith("red, red: wegen drei für red, ring und 14 für striped; more activity"));
}

TEST(SentenceTest, FillsInNamesThatLookLikePlaceholdersAsTheyAre) {
  auto ranking = Example();
  ranking.supporting.concepts[0].name = "{concepts} {x";
  EXPECT_THAT(Sentence(ranking, {"word", "{subject}", ""}),
              StartsWith("The word '{subject}' was supported by the channels for {concepts} {x (three"));
}

TEST(SentenceTest, RefusesDamagedTemplates) {
  const auto refused = [](const std::function<void(SentenceTemplates&)>& change) {
    auto templates = DefaultSentenceTemplates();
    change(templates);
    return ErrorText(ErrorKind::kBadFile, [&] { CheckSentenceTemplates(templates, "de.json"); });
  };
  EXPECT_THAT(refused([](auto& texts) { texts.erase("word"); }),
              StartsWith("de.json: key 'word' is missing; all are needed, as in \"The word '{target}'\""));
  EXPECT_THAT(refused([](auto& texts) { texts["wrod"] = ""; }),
              StartsWith("de.json: unknown key 'wrod'; did you mean 'word'"));
  EXPECT_EQ(refused([](auto& texts) { texts["word"] = "{tagret}"; }),
            "de.json: key 'word' has the placeholder '{tagret}', but takes only {target}");
  EXPECT_EQ(refused([](auto& texts) { texts["weak"] = "{target}"; }),
            "de.json: key 'weak' has the placeholder '{target}', but takes none");
  EXPECT_EQ(refused([](auto& texts) { texts["word"] = "the {target"; }),
            "de.json: key 'word' has a '{' without its '}'");
  CheckSentenceTemplates(DefaultSentenceTemplates(), "f");
}

TEST(SentenceTest, SaysWhatNamesAreMeasuredBy) {
  auto ranking = Example();
  EXPECT_THAT(Sentence(ranking, {"answer", "yes", ""}), HasSubstr("(IoU 0."));
  ranking.measure = "SoftWPMI";
  EXPECT_THAT(Sentence(ranking, {"answer", "yes", ""}), HasSubstr("(SoftWPMI 0."));
}

TEST(SentenceTest, SaysFormulasAsTheyAre) {
  auto ranking = Example();
  ranking.supporting.concepts[0].name = "red and not large";
  EXPECT_THAT(Sentence(ranking, {"answer", "yes", ""}), HasSubstr("for red and not large (three channels, 41 %)"));
}

}  // namespace
}  // namespace wherefore
