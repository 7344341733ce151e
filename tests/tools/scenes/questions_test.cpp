#include "tools/scenes/questions.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scene_reader.h"
#include "tools/scenes/question_draft.h"

namespace wherefore {
namespace {

using Objects = SceneReader::Objects;
using Counts = std::map<std::string, std::map<std::string, int>>;

Scene SmallScene(std::uint64_t base, std::uint64_t index) {
  SceneOptions options;
  options.size = 64;
  return MakeScene(SceneSeed(base, index), options);
}

/// What a question asks for, found by reading its words and looking at every object.
struct Reading {
  std::string answer;
  Objects objects;
  Objects referents;
  std::array<Objects, 2> sides;
};

std::string YesNo(bool yes) { return yes ? "yes" : "no"; }

/// The one object of a description; -1 where there is none, or several.
int64_t TakeOnly(SceneReader& reader) {
  const auto things = reader.TakeThings();
  return things && things->size() == 1 && !reader.noun_was_plural() ? static_cast<int64_t>((*things)[0]) : -1;
}

/// The one object among these that lies so to the next description's object, clearly; nothing where another may be
/// said to as well.
std::optional<Reading> ReadRelation(SceneReader& reader, const Scene& scene, const Objects& among,
                                    const std::string& attribute) {
  const auto relation = reader.TakeRelation();
  if (!relation || !reader.Take("the")) return std::nullopt;
  const auto other = TakeOnly(reader);
  if (other < 0) return std::nullopt;
  const auto referent = static_cast<std::size_t>(other);
  Objects there;
  for (const auto object : among) {
    if (object != referent && Margin(*relation, scene, object, referent) > 0) there.push_back(object);
  }
  if (there.size() != 1 || Margin(*relation, scene, there[0], referent) <= 0.08) return std::nullopt;
  return Reading{ValueOf(scene.objects[there[0]], attribute), there, {referent}, {}};
}

Objects All(const Scene& scene) {
  Objects all;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) all.push_back(i);
  return all;
}

/// "the red ring", or "the object that is left of the red ring", which need not be the only one of its shape.
std::optional<Reading> ReadThe(SceneReader& reader, const Scene& scene, const std::string& attribute) {
  if (!reader.Take("the")) return std::nullopt;
  const auto things = reader.TakeThings();
  if (!things) return std::nullopt;
  if (reader.AtEnd() || reader.Take("have")) {
    if (things->size() != 1) return std::nullopt;
    return Reading{ValueOf(scene.objects[(*things)[0]], attribute), *things, {}, {}};
  }
  reader.Take("that is");
  return ReadRelation(reader, scene, *things, attribute);
}

std::optional<Reading> ReadComparison(SceneReader& reader, const std::string& how) {
  const auto these = reader.TakeThings();
  if (!reader.Take(how == "as many" ? "as" : "than")) return std::nullopt;
  const auto those = reader.TakeThings();
  if (!these || !those || these->size() + those->size() == 0) return std::nullopt;
  const bool yes = how == "more"    ? these->size() > those->size()
                   : how == "fewer" ? these->size() < those->size()
                                    : these->size() == those->size();
  std::set<std::size_t> both(these->begin(), these->end());
  both.insert(those->begin(), those->end());
  return Reading{YesNo(yes), Objects(both.begin(), both.end()), {}, {*these, *those}};
}

std::optional<Reading> ReadCount(SceneReader& reader) {
  const auto things = reader.TakeThings();
  if (!things || !reader.noun_was_plural()) return std::nullopt;
  if (!reader.AtEnd() && !reader.Take("are there") && !reader.Take("do you see")) return std::nullopt;
  return Reading{std::to_string(things->size()), *things, {}, {}};
}

std::optional<Reading> ReadExistence(SceneReader& reader) {
  const auto things = reader.TakeThings();
  if (!things) return std::nullopt;
  return Reading{YesNo(!things->empty()), *things, {}, {}};
}

std::optional<Reading> ReadQuestion(SceneReader& reader, const Scene& scene) {
  for (const std::string start : {"are there ", "do you see "}) {
    for (const std::string how : {"more", "fewer", "as many"}) {
      if (reader.Take(start + how)) return ReadComparison(reader, how);
    }
  }
  for (const char* start : {"is there a", "is there an", "do you see a", "do you see an", "are there any"}) {
    if (reader.Take(start)) return ReadExistence(reader);
  }
  if (reader.Take("how many") || reader.Take("what is the number of")) return ReadCount(reader);
  for (const char* shape : {"what shape is", "what object is", "what is"}) {
    auto ahead = reader;
    if (ahead.Take(shape) && ahead.TakeRelation()) {
      reader.Take(shape);
      return ReadRelation(reader, scene, All(scene), "shape");
    }
  }
  if (reader.Take("how big is")) return ReadThe(reader, scene, "size");
  if (reader.Take("what colour is")) return ReadThe(reader, scene, "color");
  for (const std::string attribute : {"color", "shape", "size", "pattern"}) {
    for (const auto& start :
         {"what is the " + attribute + " of", "what " + attribute + " is", "what " + attribute + " does"}) {
      if (reader.Take(start)) return ReadThe(reader, scene, attribute);
    }
  }
  return std::nullopt;
}

TEST(QuestionsTest, AnswersAreThoseOfASecondReading) {
  std::set<QuestionFamily> families;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto scene = SmallScene(21, i);
    Random random(i);
    for (const auto& question : MakeQuestions(scene, random, 2)) {
      SceneReader reader(question.words, scene);
      const auto reading = ReadQuestion(reader, scene);
      ASSERT_TRUE(reading && reader.AtEnd()) << question.Text();
      EXPECT_EQ(question.answer, reading->answer) << question.Text();
      EXPECT_EQ(question.objects, reading->objects) << question.Text();
      EXPECT_EQ(question.referents, reading->referents) << question.Text();
      EXPECT_EQ(question.sides, reading->sides) << question.Text();
      families.insert(question.family);
    }
  }
  EXPECT_EQ(families.size(), kQuestionFamilies.size());
}

TEST(QuestionsTest, NeverNameWhatTheyAskFor) {
  const std::map<QuestionFamily, std::string> asked = {
      {QuestionFamily::kColor, "color"},    {QuestionFamily::kShape, "shape"},
      {QuestionFamily::kSize, "size"},      {QuestionFamily::kPattern, "pattern"},
      {QuestionFamily::kRelation, "shape"}, {QuestionFamily::kRelationColor, "color"}};
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto scene = SmallScene(22, i);
    Random random(i);
    for (const auto& question : MakeQuestions(scene, random, 2)) {
      if (asked.count(question.family) == 0) continue;
      const std::size_t first = question.words[1] == "big" ? 2 : 0;  // "how big is"
      for (std::size_t k = first; k < question.words.size(); ++k) {
        EXPECT_NE(MeaningOf(question.words[k]).first, asked.at(question.family)) << question.Text();
      }
    }
  }
}

/// A question with its attributes' values left out: "what color is the [size] [shape]".
std::string Pattern(const SceneQuestion& question) {
  std::string pattern;
  for (const auto& word : question.words) {
    const auto attribute = MeaningOf(word).first;
    pattern += (attribute.empty() ? word == "an" ? "a" : word : "[" + attribute + "]") + " ";
  }
  return pattern;
}

/// How often the answer that is the commonest among the first half's questions of the same text is right in the second:
/// of those whose text is in both.
double BestGuess(const Counts& first, const Counts& second) {
  int right = 0;
  int whole = 0;
  for (const auto& [text, answers] : second) {
    const auto known = first.find(text);
    if (known == first.end()) continue;
    const auto guess = std::max_element(known->second.begin(), known->second.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [answer, count] : answers) {
      whole += count;
      if (answer == guess->first) right += count;
    }
  }
  return static_cast<double>(right) / whole;
}

/// The questions of 6000 scenes, about 8 of each family.
const std::vector<std::pair<std::uint64_t, SceneQuestion>>& ManyQuestions() {
  static const auto questions = [] {
    std::vector<std::pair<std::uint64_t, SceneQuestion>> all;
    for (std::uint64_t i = 0; i < 6000; ++i) {
      Random random(SceneSeed(24, i));
      for (auto& question : MakeQuestions(SmallScene(23, i), random, 8)) all.emplace_back(i, std::move(question));
    }
    return all;
  }();
  return questions;
}

TEST(QuestionsTest, AnswersOfAKindAreAsCommon) {
  Counts counts;
  for (const auto& [scene, question] : ManyQuestions()) ++counts[question.kind][question.answer];
  for (const auto& [kind, answers] : counts) {
    int whole = 0;
    for (const auto& [answer, count] : answers) whole += count;
    const double even = 1.0 / static_cast<double>(answers.size());
    // Five deviations of that many draws, widened as those of one scene resemble each other; and 1.5 % for the rates.
    const double tolerance = 5 * std::sqrt(2 * even * (1 - even) / whole) + 0.015;
    if (tolerance > even / 2) continue;  // too few of them to tell
    for (const auto& [answer, count] : answers) {
      EXPECT_NEAR(static_cast<double>(count) / whole, even, tolerance) << kind << ": " << answer << " of " << whole;
    }
  }
}

TEST(QuestionsTest, AnswersOfAFamilyAreAsCommon) {
  Counts counts;
  for (const auto& [scene, question] : ManyQuestions()) ++counts[NameOf(question.family)][question.answer];
  for (const auto& [family, answers] : counts) {
    int whole = 0;
    for (const auto& [answer, count] : answers) whole += count;
    EXPECT_NEAR(whole / 6000.0, 8, 1) << family;
    if (family == "counting") continue;  // higher numbers are asked for in fewer kinds
    const double even = 1.0 / static_cast<double>(answers.size());
    for (const auto& [answer, count] : answers) {
      EXPECT_NEAR(static_cast<double>(count) / whole, even, 0.02) << family << ": " << answer;
    }
  }
}

TEST(QuestionsTest, TheirWordsDoNotGiveTheAnswerAway) {
  std::map<std::string, Counts> patterns[2];
  std::map<std::string, Counts> texts[2];
  for (const auto& [scene, question] : ManyQuestions()) {
    ++patterns[scene % 2][NameOf(question.family)][Pattern(question)][question.answer];
    ++texts[scene % 2][NameOf(question.family)][question.Text()][question.answer];
  }
  // Chance: 1 of 2, of 3 to 5 by what is counted, of 8, of 3, of 4 answers.
  const std::map<std::string, double> chance = {{"existence", 0.5},  {"counting", 0.28},  {"color", 0.125},
                                                {"shape", 0.125},    {"size", 1 / 3.0},   {"pattern", 0.25},
                                                {"comparison", 0.5}, {"relation", 0.125}, {"relation_color", 0.125}};
  for (const auto& [family, share] : chance) {
    EXPECT_LT(BestGuess(patterns[0][family], patterns[1][family]), share + 0.02) << family;
    EXPECT_LT(BestGuess(texts[0][family], texts[1][family]), share + 0.03) << family;
    std::cout << family << ": chance " << share << ", best guess by pattern "
              << BestGuess(patterns[0][family], patterns[1][family]) << ", by text "
              << BestGuess(texts[0][family], texts[1][family]) << std::endl;
  }
}

TEST(QuestionsTest, HalfOfWhatIsNotThereIsNearlyThere) {
  int near = 0;
  int whole = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const auto scene = SmallScene(25, i);
    Random random(i);
    const auto draft = DraftQuestion(QuestionFamily::kExistence, scene, random);
    const auto named = [&](const Filter& filter) {
      return 4 - std::count(filter.wanted.begin(), filter.wanted.end(), -1);
    };
    if (!draft || draft->answer != "no" || named(draft->asked) < 3) continue;
    ++whole;
    const bool is_near = std::any_of(scene.objects.begin(), scene.objects.end(), [&](const SceneObject& object) {
      int alike = 0;
      for (const auto attribute : kAttributes) {
        if (draft->asked.Names(attribute) && draft->asked.Of(attribute) == object.Of(attribute)) ++alike;
      }
      return alike == 2;
    });
    if (is_near) ++near;
  }
  EXPECT_GT(near, whole / 2);
  EXPECT_LT(near, whole * 4 / 5);  // some of the others are by chance
}

TEST(QuestionsTest, UseTheirVocabularyAndAnswers) {
  const auto vocabulary = QuestionVocabulary();
  const auto& answers = Answers();
  std::set<std::string> used;
  std::set<std::string> given;
  for (const auto& [scene, question] : ManyQuestions()) {
    used.insert(question.words.begin(), question.words.end());
    given.insert(question.answer);
  }
  EXPECT_EQ(std::vector<std::string>(used.begin(), used.end()), vocabulary);
  EXPECT_EQ(given, std::set<std::string>(answers.begin(), answers.end()));
  EXPECT_EQ(answers.size(), 30U);
}

TEST(QuestionsTest, SameRandomNumbersMakeTheSameQuestions) {
  const auto scene = SmallScene(26, 0);
  Random random(1);
  Random again(1);
  const auto questions = MakeQuestions(scene, random, 3);
  const auto others = MakeQuestions(scene, again, 3);
  ASSERT_EQ(questions.size(), others.size());
  for (std::size_t i = 0; i < questions.size(); ++i) EXPECT_EQ(questions[i].Text(), others[i].Text());
}

TEST(QuestionsTest, ThereAreNoneAboutNothing) {
  Random random(0);
  EXPECT_TRUE(MakeQuestions({}, random, 3).empty());
}

/// Prints what the table of tools/scenes/question_rates.cpp was made from: takes minutes.
TEST(QuestionsTest, DISABLED_CountsDrafts) {
  Counts counts;
  for (std::uint64_t i = 0; i < 30000; ++i) {
    const auto scene = MakeScene(SceneSeed(77, i));
    Random random(SceneSeed(78, i));
    for (const auto family : kQuestionFamilies) {
      for (int k = 0; k < 60; ++k) {
        const auto draft = DraftQuestion(family, scene, random);
        if (draft) ++counts[draft->kind][draft->answer];
      }
    }
  }
  for (const auto& [kind, answers] : counts) {
    std::cout << "{\"" << kind << "\", {";
    for (const auto& [answer, count] : answers) std::cout << "{\"" << answer << "\", " << count << "}, ";
    std::cout << "}},\n";
  }
}

}  // namespace
}  // namespace wherefore
