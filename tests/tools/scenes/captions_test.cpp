#include "tools/scenes/captions.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "tests/support/error_text.h"
#include "tests/support/scene_reader.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Objects = SceneReader::Objects;
using Words = std::vector<std::string>;

Scene SmallScene(std::uint64_t index) {
  SceneOptions options;
  options.size = 64;
  return MakeScene(SceneSeed(11, index), options);
}

/// Objects at places in a picture of 100 pixels, whose looks are given as positions among the values.
Scene SceneOf(const std::vector<std::pair<Look, std::pair<double, double>>>& things) {
  Scene scene;
  scene.picture = at::zeros({100, 100, 3}, at::kByte);
  scene.mask = at::zeros({100, 100}, at::kByte);
  for (const auto& [look, place] : things) {
    SceneObject object;
    object.look = look;
    object.x = place.first;
    object.y = place.second;
    scene.objects.push_back(object);
    scene.mask[static_cast<int64_t>(place.second)][static_cast<int64_t>(place.first)] =
        static_cast<int64_t>(scene.objects.size());
  }
  return scene;
}

constexpr Look kSmallStripedRedRing = {4, 0, 0, 1};
constexpr Look kLargePlainBlueSquare = {1, 5, 2, 0};
constexpr Look kSmallDottedBlueSquare = {1, 5, 0, 2};

/// A red ring, and two blue squares right of it, one of them above it.
Scene RingAndSquares() {
  return SceneOf(
      {{kSmallStripedRedRing, {20, 50}}, {kLargePlainBlueSquare, {70, 20}}, {kSmallDottedBlueSquare, {60, 80}}});
}

Words Split(const std::string& text) {
  std::istringstream parts(text);
  return {std::istream_iterator<std::string>(parts), std::istream_iterator<std::string>()};
}

CaptionVerdict Check(const std::string& text, const Scene& scene) { return CheckCaption(Split(text), scene); }

/// 1 for an article; 0 for what is no number.
std::size_t TakeCount(SceneReader& reader) {
  if (reader.Take("a") || reader.Take("an")) return 1;
  std::size_t count = 2;
  for (const char* number : {"two", "three", "four", "five", "six"}) {
    if (reader.Take(number)) return count;
    ++count;
  }
  return 0;
}

/// Whether a caption is true, by the second opinion.
bool IsTrue(const Words& words, const Scene& scene) {
  SceneReader reader(words, scene);
  reader.Take("there is") || reader.Take("there are") || reader.Take("a picture of") || reader.Take("a scene with");
  std::set<std::size_t> mentioned;
  Objects before;
  std::optional<std::string> relation;
  while (true) {
    const std::size_t count = TakeCount(reader);
    const auto things = reader.TakeThings();
    if (!things || things->size() != count || reader.noun_was_plural() != (count > 1)) return false;
    for (const auto object : *things) {
      if (!mentioned.insert(object).second) return false;
      for (const auto other : before) {
        if (relation && Margin(*relation, scene, other, object) <= 0.08) return false;
      }
    }
    if (reader.AtEnd()) return true;
    before = *things;
    relation = reader.TakeRelation();
    if (!relation && !reader.Take("and")) return false;
  }
}

/// One word changed to another of its sort: an attribute, a number, a relation.
Words Spoiled(const SceneCaption& caption, Random& random) {
  static const std::vector<Words> sorts = {
      {"red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"},
      {"circle", "square", "triangle", "star", "ring", "cross", "heart", "crescent"},
      {"circles", "squares", "triangles", "stars", "rings", "crosses", "hearts", "crescents"},
      {"small", "medium", "large"},
      {"plain", "striped", "dotted", "checked"},
      {"two", "three", "four", "five", "six"},
      {"left", "right"},
      {"above", "below"}};
  auto words = caption.Words();
  while (true) {
    auto& word = words[static_cast<std::size_t>(random.Below(static_cast<int>(words.size())))];
    for (const auto& sort : sorts) {
      if (std::count(sort.begin(), sort.end(), word) == 0) continue;
      const auto was = word;
      while (word == was) word = random.OneOf(sort);
      return words;
    }
  }
}

TEST(CaptionsTest, AreTrueOfTheirScenes) {
  std::size_t longest = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto scene = SmallScene(i);
    Random random(i);
    const auto caption = MakeCaption(scene, random);
    EXPECT_TRUE(IsTrue(caption.Words(), scene)) << caption.Text();
    EXPECT_TRUE(CheckCaption(caption.Words(), scene).Right()) << caption.Text();
    longest = std::max(longest, caption.words.size());
  }
  EXPECT_LE(longest, kMostCaptionWords);
}

TEST(CaptionsTest, SpoiledOnesAreFoundOut) {
  int still_true = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto scene = SmallScene(i);
    Random random(i);
    const auto words = Spoiled(MakeCaption(scene, random), random);
    const bool expected = IsTrue(words, scene);
    if (expected) ++still_true;
    EXPECT_EQ(CheckCaption(words, scene).Right(), expected) << testing::PrintToString(words);
  }
  EXPECT_LT(still_true, 40);  // another object was described by chance
}

TEST(CaptionsTest, EachWordSpeaksOfObjectsThatItIsTrueOf) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto scene = SmallScene(i);
    Random random(i);
    for (const auto& word : MakeCaption(scene, random).words) {
      const auto [attribute, value] = MeaningOf(word.text);
      EXPECT_EQ(word.attribute ? NameOf(*word.attribute) : "", attribute) << word.text;
      EXPECT_EQ(word.objects.empty(), word.part == WordPart::kOther) << word.text;
      for (const auto object : word.objects) {
        if (!attribute.empty()) {
          EXPECT_EQ(ValueOf(scene.objects.at(object), attribute), value);
        }
      }
    }
  }
}

TEST(CaptionsTest, TheirCheckReadsTheSameObjectsAsTheirMaker) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    const auto scene = SmallScene(i);
    Random random(i);
    const auto made = MakeCaption(scene, random);
    const auto read = CheckCaption(made.Words(), scene).words;
    ASSERT_EQ(read.size(), made.words.size());
    for (std::size_t k = 0; k < read.size(); ++k) {
      EXPECT_EQ(read[k].text, made.words[k].text);
      EXPECT_EQ(read[k].objects, made.words[k].objects) << made.Text();
      EXPECT_EQ(read[k].part, made.words[k].part) << made.Text();
      EXPECT_EQ(read[k].attribute, made.words[k].attribute) << made.Text();
    }
  }
}

TEST(CaptionsTest, UseTheirVocabularyAndAllOfIt) {
  const auto vocabulary = CaptionVocabulary();
  EXPECT_TRUE(std::is_sorted(vocabulary.begin(), vocabulary.end()));
  std::set<std::string> used;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const auto scene = SmallScene(i);
    Random random(i);
    for (const auto& word : MakeCaption(scene, random).Words()) used.insert(word);
  }
  // What a model may say, but captions do not; and what is too rare for so few.
  for (const char* word : {"object", "objects", "five", "six", "four"}) used.insert(word);
  EXPECT_EQ(Words(used.begin(), used.end()), vocabulary);
}

TEST(CaptionsTest, JudgeCountsAttributesAndRelations) {
  const auto scene = RingAndSquares();
  const auto right = Check("there is a small red striped hoop to the left of two blue squares", scene);
  EXPECT_TRUE(right.Right());
  EXPECT_EQ(right.things, 2);
  EXPECT_EQ(right.relations, 1);
  EXPECT_EQ(right.Statements(), 3);

  const auto wrong_count = Check("three blue squares and a red ring", scene);
  EXPECT_TRUE(wrong_count.parsed);
  EXPECT_FALSE(wrong_count.things_right);
  EXPECT_TRUE(wrong_count.relations_right);
  EXPECT_EQ(wrong_count.wrong_things, 1);

  EXPECT_TRUE(Check("a large blue square above a red ring", scene).Right());
  const auto wrong_relation = Check("two blue squares above a red ring", scene);  // one of them is not
  EXPECT_TRUE(wrong_relation.things_right);
  EXPECT_FALSE(wrong_relation.relations_right);
}

TEST(CaptionsTest, JudgeFindsWhatIsMentionedTwiceWrong) {
  const auto verdict = Check("a red ring and a small red ring", RingAndSquares());
  EXPECT_TRUE(verdict.parsed);
  EXPECT_EQ(verdict.wrong_things, 1);
}

TEST(CaptionsTest, JudgeReadsWordsOfWrongAndBrokenCaptions) {
  const auto scene = RingAndSquares();
  const auto wrong = Check("a green ring left of two blue squares", scene);
  EXPECT_THAT(wrong.words[1].objects, IsEmpty());
  EXPECT_THAT(wrong.words[3].objects, ElementsAre(1, 2));
  EXPECT_THAT(wrong.words[6].objects, ElementsAre(1, 2));
  EXPECT_FALSE(wrong.relations_right);

  for (const char* text :
       {"", "a", "there is", "a red", "a red ring and", "a red ring ring", "two red ring", "a red blue ring",
        "red ring", "a red ring left of", "a red ring left two blue squares", "a red dog", "a picture of"}) {
    const auto broken = Check(text, scene);
    EXPECT_FALSE(broken.parsed) << text;
    EXPECT_FALSE(broken.Right()) << text;
    EXPECT_EQ(broken.words.size(), Split(text).size()) << text;
  }
}

TEST(CaptionsTest, SameRandomNumbersMakeTheSameCaption) {
  const auto scene = SmallScene(3);
  Random random(7);
  Random again(7);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(MakeCaption(scene, random).Text(), MakeCaption(scene, again).Text());
}

TEST(CaptionsTest, NeedObjects) {
  Random random(0);
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { MakeCaption(SceneOf({}), random); }),
            "a scene without objects has no caption");
}

}  // namespace
}  // namespace wherefore
