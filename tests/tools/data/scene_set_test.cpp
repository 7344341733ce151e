#include "tools/data/scene_set.h"

#include <filesystem>
#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/explanations.h"
#include "tests/support/temporary_directory.h"
#include "tools/data/data_forms.h"
#include "tools/scenes/captions.h"
#include "tools/scenes/questions.h"
#include "tools/scenes/scene_files.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr int64_t kFirst = 4'500'000;

ModelInfo Info(const std::string& task, int64_t size = 192) {
  ModelInfo info;
  info.name = "mine";
  info.tasks = {TaskNamed(task)};
  info.image.width = info.image.height = size;
  return info;
}

/// Row, group and mask of a target, worked out here.
struct Expected {
  int64_t row = 0;
  std::string group;
  at::Tensor mask;
};

at::Tensor MaskOf(const Scene& scene, const std::vector<std::size_t>& objects) {
  auto mask = at::zeros_like(scene.mask);
  for (const auto object : objects) mask.masked_fill_(scene.mask == static_cast<int64_t>(object) + 1, 1);
  return mask;
}

void ExpectPlaces(const TargetPlaces& places, const std::vector<Expected>& expected, const std::string& what) {
  ASSERT_EQ(places.placed.size(), expected.size()) << what;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(places.placed[i].row, expected[i].row) << what;
    EXPECT_EQ(places.placed[i].group, expected[i].group) << what;
    EXPECT_TRUE(places.placed[i].mask.equal(expected[i].mask)) << what << ": " << places.placed[i].about;
  }
}

TEST(SceneSetTest, PlacesTheWordsOfCaptionsWithTheirObjects) {
  const auto set = HeldOutSceneSet(Info("caption"), kFirst, 20);
  EXPECT_EQ(set->Name(), "20 held-out scenes");
  ASSERT_EQ(set->size(), 20);
  Random random(3);
  int wrong_captions = 0;
  for (int64_t i = 0; i < set->size(); ++i) {
    const auto scene = HeldOutScenes(kFirst + i, 1, {}, {})[0].scene;
    const auto caption = MakeCaption(scene, random);
    std::vector<Expected> expected;
    int64_t placeless = 0;
    for (std::size_t w = 0; w < caption.words.size(); ++w) {
      const auto& word = caption.words[w];
      if (word.part == WordPart::kOther) {
        ++placeless;
      } else {
        const bool is_adjective = word.part == WordPart::kAdjective;
        expected.push_back({static_cast<int64_t>(w), is_adjective ? NameOf(*word.attribute) : NameOf(word.part),
                            MaskOf(scene, word.objects)});
      }
    }
    Explanation explanation;
    explanation.said = Written(caption.Words());
    const auto one = set->At(i);
    const auto places = one.places(explanation);
    ExpectPlaces(places, expected, caption.Text());
    EXPECT_EQ(places.placeless, placeless);
    EXPECT_EQ(places.wrong, 0);

    // The same of another scene is mostly wrong, and what is wrong has no place.
    const auto others = set->At((i + 1) % set->size()).places(explanation);
    EXPECT_EQ(others.wrong + others.placeless + static_cast<int64_t>(others.placed.size()),
              static_cast<int64_t>(caption.words.size()));
    wrong_captions += others.wrong > 0 ? 1 : 0;
  }
  EXPECT_GT(wrong_captions, 15);
}

TEST(SceneSetTest, GivesACaptionerTheCaptionOfAScene) {
  EvaluationSetOptions options;
  options.reference_captions = true;
  const auto set = HeldOutSceneSet(Info("caption"), kFirst, 6, options);
  EXPECT_EQ(set->Name(), "6 held-out scenes, 6 captions");
  ASSERT_EQ(set->size(), 6);
  for (int64_t i = 0; i < set->size(); ++i) {
    const auto one = set->At(i);
    EXPECT_EQ(one.name, "scene " + std::to_string(kFirst + i) + ": " + one.caption);
    Explanation explanation;
    std::istringstream stream(one.caption);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    explanation.said = Written(words);
    EXPECT_TRUE(CheckCaption(words, HeldOutScenes(kFirst + i, 1, {}, {})[0].scene).Right());
    EXPECT_EQ(one.places(explanation).wrong, 0);
    EXPECT_GT(one.places(explanation).placed.size(), 4U);
    EXPECT_EQ(set->At(i).caption, one.caption);
  }
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { HeldOutSceneSet(Info("vqa"), kFirst, 1, options); }),
              HasSubstr("explained of a captioner"));
}

// The questions, too, are those that explanations have been measured with from the first.
TEST(SceneSetTest, PlacesRightAnswersWithTheObjectsThatDecideThem) {
  constexpr std::uint64_t kSeed = 0x4576616c75617465;  // "Evaluate"
  const auto set = HeldOutSceneSet(Info("vqa"), kFirst, 8);
  int64_t at = 0;
  int64_t placed = 0;
  for (int64_t i = 0; i < 8; ++i) {
    const auto scene = HeldOutScenes(kFirst + i, 1, {}, {})[0].scene;
    Random random(scene.seed ^ kSeed);
    for (const auto& question : MakeQuestions(scene, random, 1)) {
      const auto one = set->At(at++);
      EXPECT_EQ(one.question, question.Text());
      EXPECT_EQ(one.answer, question.answer);
      Explanation explanation;
      explanation.said = std::vector<Prediction>{{0, question.answer, 0, 0}};
      const auto places = one.places(explanation);
      std::vector<Expected> expected;
      if (!question.objects.empty()) expected.push_back({0, NameOf(question.family), MaskOf(scene, question.objects)});
      ExpectPlaces(places, expected, one.name);
      EXPECT_EQ(places.placeless, question.objects.empty() ? 1 : 0);
      placed += static_cast<int64_t>(places.placed.size());
      explanation.said = std::vector<Prediction>{{0, "purple elephant", 0, 0}};
      EXPECT_EQ(one.places(explanation).wrong, 1);
      EXPECT_TRUE(one.places(explanation).placed.empty());
    }
  }
  EXPECT_EQ(set->size(), at);
  EXPECT_GT(placed, 30);
}

TEST(SceneSetTest, GivesWordsTheirObjectsAndBoxes) {
  const auto scene = HeldOutScenes(kFirst, 1, {}, {})[0].scene;
  const auto one = HeldOutSceneSet(Info("caption"), kFirst, 1)->At(0);
  EXPECT_EQ(one.name, "scene 4500000");
  EXPECT_TRUE(one.picture.equal(scene.picture));
  EXPECT_EQ(one.image.sizes(), (std::vector<int64_t>{1, 3, 192, 192}));
  const auto& color = ValuesOf(Attribute::kColor)[static_cast<std::size_t>(scene.objects[0].Of(Attribute::kColor))];
  const auto& shape = ValuesOf(Attribute::kShape)[static_cast<std::size_t>(scene.objects[0].Of(Attribute::kShape))];
  const auto& size = ValuesOf(Attribute::kSize)[static_cast<std::size_t>(scene.objects[0].Of(Attribute::kSize))];
  const auto& pattern =
      ValuesOf(Attribute::kPattern)[static_cast<std::size_t>(scene.objects[0].Of(Attribute::kPattern))];
  Explanation explanation;
  const std::vector<std::string> words = {"there", "is", "a", size, pattern, color, shape};
  explanation.said = Written(words);
  const auto places = one.places(explanation);
  EXPECT_EQ(places.placeless, 2);
  EXPECT_EQ(places.wrong, 0);
  EXPECT_TRUE(places.absent.empty());
  std::vector<std::string> groups;
  for (const auto& target : places.placed) {
    groups.push_back(target.group);
    EXPECT_EQ(target.row, static_cast<int64_t>(groups.size()) + 1);
    EXPECT_EQ(target.about, words[static_cast<std::size_t>(target.row)]);
    EXPECT_TRUE(target.mask.equal(scene.mask.eq(1).to(at::kByte)));
    ASSERT_EQ(target.boxes.size(), 1U);
    EXPECT_EQ(target.boxes[0].left, scene.objects[0].box.left);
    EXPECT_EQ(target.boxes[0].top, scene.objects[0].box.top);
    EXPECT_EQ(target.boxes[0].width, scene.objects[0].box.width);
    EXPECT_EQ(target.boxes[0].height, scene.objects[0].box.height);
  }
  EXPECT_THAT(groups, ElementsAre("count", "size", "pattern", "color", "noun"));
}

TEST(SceneSetTest, StretchedScenesKeepTheirSize) {
  const auto one = HeldOutSceneSet(Info("vqa", 96), kFirst, 1)->At(0);
  EXPECT_EQ(one.image.sizes(), (std::vector<int64_t>{1, 3, 96, 96}));
  EXPECT_TRUE(one.picture.equal(HeldOutScenes(kFirst, 1, {}, {})[0].scene.picture));
}

TEST(SceneSetTest, MasksAreOfWhatTheNetworkSees) {
  auto info = Info("vqa", 96);
  info.image.resize = "center_crop";
  info.image.shorter_side = 192;  // the middle of a scene: 48 to 144
  const auto set = HeldOutSceneSet(info, kFirst, 6);
  int64_t seen = 0;
  int64_t unseen = 0;
  for (int64_t i = 0; i < set->size(); ++i) {
    const auto asked = set->At(i);
    const auto scene = HeldOutScenes(std::stoll(asked.name.substr(6)), 1, {}, {})[0].scene;
    EXPECT_TRUE(asked.picture.equal(scene.picture.slice(0, 48, 144).slice(1, 48, 144)));
    Explanation explanation;
    explanation.said = std::vector<Prediction>{{0, asked.answer, 0, 0}};
    const auto places = asked.places(explanation);
    EXPECT_EQ(places.wrong, 0);
    for (const auto& target : places.placed) {
      ++seen;
      EXPECT_EQ(target.mask.sizes(), (std::vector<int64_t>{96, 96}));
      EXPECT_TRUE(target.mask.any().item<bool>());
      const auto middle = scene.mask.slice(0, 48, 144).slice(1, 48, 144);
      EXPECT_TRUE(middle.masked_select(target.mask.to(at::kBool)).all().item<bool>());  // on objects alone
    }
    unseen += asked.answer != "no" && asked.answer != "0" ? places.placeless : 0;
  }
  EXPECT_GT(seen, 10);
  EXPECT_GT(unseen, 0);
}

/// A directory as make-scenes writes it, of 4 scenes.
class SceneDirectorySetTest : public testing::Test {
 protected:
  SceneDirectorySetTest() {
    request_.count = 4;
    request_.seed = 7;
    request_.out = directory_.path();
    WriteSceneFiles(request_, err_);
  }

  Scene SceneOf(int64_t index) const {
    return MakeScene(SceneSeed(7, static_cast<std::uint64_t>(index)), request_.options);
  }

  std::string Complaint(const std::string& from, const std::string& to) const {
    auto text = ReadFile(directory_.PathOf("scenes.json"));
    text.replace(text.find(from), from.size(), to);
    WriteFileWhole(directory_.PathOf("scenes.json"), text);
    return ErrorText(ErrorKind::kBadFile, [&] { OpenSceneSet(directory_.path(), Info("vqa")); });
  }

  TemporaryDirectory directory_;
  SceneFilesRequest request_;
  std::ostringstream err_;
};

TEST_F(SceneDirectorySetTest, HasTheScenesThatWereWritten) {
  const auto set = OpenEvaluationSet(directory_.path(), Info("caption"));
  EXPECT_EQ(set->Name(), "4 scenes of '" + directory_.path() + "'");
  ASSERT_EQ(set->size(), 4);
  Random random(5);
  for (int64_t i = 0; i < 4; ++i) {
    const auto scene = SceneOf(i);
    const auto one = set->At(i);
    EXPECT_TRUE(one.picture.equal(scene.picture));
    const auto caption = MakeCaption(scene, random);
    Explanation explanation;
    explanation.said = Written(caption.Words());
    const auto places = one.places(explanation);
    EXPECT_EQ(places.wrong, 0);
    for (const auto& target : places.placed) {
      auto expected = at::zeros_like(scene.mask);
      for (const auto object : caption.words[static_cast<std::size_t>(target.row)].objects) {
        expected.masked_fill_(scene.mask == static_cast<int64_t>(object) + 1, 1);
      }
      EXPECT_TRUE(target.mask.equal(expected)) << caption.Text() << ": " << target.about;
    }
    EXPECT_GT(places.placed.size(), 4U);
  }
}

TEST_F(SceneDirectorySetTest, HasTheQuestionsThatWereWritten) {
  const auto set = OpenEvaluationSet(directory_.path(), Info("vqa"));
  int64_t at = 0;
  for (int64_t i = 0; i < 4; ++i) {
    const auto scene = SceneOf(i);
    Random random(SceneSeed(scene.seed, 0));
    for (int k = 0; k < request_.captions; ++k) MakeCaption(scene, random);
    for (const auto& question : MakeQuestions(scene, random, 1)) {
      const auto one = set->At(at++);
      EXPECT_EQ(one.question, question.Text());
      EXPECT_EQ(one.answer, question.answer);
      EXPECT_THAT(one.name, EndsWith(".png: " + question.Text()));
      Explanation explanation;
      explanation.said = std::vector<Prediction>{{0, question.answer, 0, 0}};
      const auto places = one.places(explanation);
      ASSERT_EQ(places.placed.size(), question.objects.empty() ? 0U : 1U);
      EXPECT_EQ(places.placeless, question.objects.empty() ? 1 : 0);
      if (!question.objects.empty()) {
        EXPECT_EQ(places.placed[0].group, NameOf(question.family));
        EXPECT_EQ(places.placed[0].boxes.size(), question.objects.size());
      }
    }
  }
  EXPECT_EQ(set->size(), at);
  EXPECT_GT(at, 12);
}

TEST_F(SceneDirectorySetTest, HasTheCaptionsThatWereWritten) {
  EvaluationSetOptions options;
  options.reference_captions = true;
  const auto set = OpenEvaluationSet(directory_.path(), Info("caption"), options);
  EXPECT_THAT(set->Name(), EndsWith("', 8 captions"));
  ASSERT_EQ(set->size(), 8);
  for (int64_t i = 0, at = 0; i < 4; ++i) {
    const auto scene = SceneOf(i);
    Random random(SceneSeed(scene.seed, 0));
    for (int k = 0; k < request_.captions; ++k, ++at) EXPECT_EQ(set->At(at).caption, MakeCaption(scene, random).Text());
  }
  request_.captions = 0;
  const auto digest = set->Digest();
  WriteSceneFiles(request_, err_);
  EXPECT_NE(set->Digest(), digest);
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { OpenSceneSet(directory_.path(), Info("caption"), options); }),
              EndsWith("has no captions to explain"));
}

TEST_F(SceneDirectorySetTest, TakesTheFirstPictures) {
  EvaluationSetOptions options;
  options.pictures = 2;
  const auto set = OpenEvaluationSet(directory_.path(), Info("caption"), options);
  EXPECT_EQ(set->size(), 2);
  EXPECT_THAT(set->Name(), EndsWith("; of these the first 2 pictures"));
  options.pictures = 4;  // all
  EXPECT_EQ(OpenEvaluationSet(directory_.path(), Info("caption"), options)->Name(),
            OpenEvaluationSet(directory_.path(), Info("caption"))->Name());
  options.pictures = -1;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { OpenEvaluationSet(directory_.path(), Info("caption"), options); }),
              HasSubstr("0 or more, not -1"));
}

TEST_F(SceneDirectorySetTest, TellsWhatIsWrong) {
  EXPECT_THAT(Complaint("\"occlusions\":[", "\"occlusions\":[[0,9],"),
              HasSubstr("scenes[0].occlusions' is an array of"));
  EXPECT_THAT(Complaint("[[0,9],", "[[0],"), HasSubstr("the front one first"));
  EXPECT_THAT(Complaint("\"occlusions\":", "\"hidden\":"),
              HasSubstr("scenes.json: a scene has no key 'occlusions', an array of pairs"));
  EXPECT_THAT(Complaint("\"format\":1", "\"format\":2"), HasSubstr("scenes.json: key 'format' is 2"));
  std::filesystem::remove(directory_.PathOf("scenes.json"));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { OpenEvaluationSet(directory_.path(), Info("vqa")); }),
              HasSubstr("holds no data set to evaluate with"));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { OpenEvaluationSet("/nowhere", Info("vqa")); }),
              HasSubstr("is no directory"));
}

TEST_F(SceneDirectorySetTest, NeedsQuestionsForAVqaModel) {
  request_.questions = 0;
  WriteSceneFiles(request_, err_);
  EXPECT_EQ(OpenSceneSet(directory_.path(), Info("caption"))->size(), 4);
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { OpenSceneSet(directory_.path(), Info("vqa")); }),
              EndsWith("there is no question; make scenes with --questions 1 or more"));
}

TEST(SceneSetTest, RefusesClassifiersAndNoScene) {
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { HeldOutSceneSet(Info("classification"), kFirst, 1); }),
              HasSubstr("give a captioner or a VQA model"));
  ErrorText(ErrorKind::kUsage, [] { HeldOutSceneSet(Info("vqa"), kFirst, 0); });
}

}  // namespace
}  // namespace wherefore
