#include "tools/data/coco_set.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "tasks/explain.h"
#include "tests/support/error_text.h"
#include "tests/support/explanations.h"
#include "tests/support/image_files.h"
#include "tests/support/json_numbers.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"
#include "tools/data/data_forms.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = nlohmann::json;

Json Rectangle(int left, int top, int width, int height) {
  return Json::array({{left, top, left + width, top, left + width, top + height, left, top + height}});
}

at::Tensor Block(int64_t left, int64_t top, int64_t width, int64_t height) {
  auto mask = at::zeros({20, 40}, at::kByte);
  mask.slice(0, top, top + height).slice(1, left, left + width).fill_(1);
  return mask;
}

Explanation Captioned(const std::vector<std::string>& words) {
  Explanation explanation;
  explanation.said = Written(words);
  return explanation;
}

/// Of a question, or of a photograph's classes: the best one first, each a target.
Explanation Said(const std::vector<std::string>& labels) {
  Explanation explanation;
  std::vector<Prediction> predictions;
  for (const auto& label : labels) {
    predictions.push_back({0, label, 0, 0});
    explanation.targets.push_back(LabelTargetOf(label));
  }
  explanation.said = predictions;
  return explanation;
}

std::string Summary(const std::vector<PixelBox>& boxes) {
  std::string text;
  for (const auto& box : boxes) {
    for (const auto number : {box.left, box.top, box.width, box.height}) text += std::to_string(number) + " ";
  }
  return text;
}

/// Two pictures of 40 x 20 pixels: a.png has two dogs, a crowd of persons and a hot dog, b.png a dog on the left.
class CocoSetTest : public testing::Test {
 protected:
  CocoSetTest() {
    MakeDirectory(directory_.PathOf("images"));
    for (const auto* name : {"a.png", "b.png"}) {
      WritePicture(directory_.PathOf("images/" + std::string(name)), at::full({20, 40, 3}, 90, at::kByte));
    }
    json_ = {{"categories",
              {{{"id", 1}, {"name", "person"}},
               {{"id", 2}, {"name", "Dog"}},
               {{"id", 3}, {"name", "hot dog"}},
               {{"id", 4}, {"name", "zebra"}},
               {{"id", 5}, {"name", "quokka"}}}},
             {"images",
              {{{"id", 70}, {"file_name", "a.png"}, {"width", 40}, {"height", 20}},
               {{"id", 71}, {"file_name", "b.png"}, {"width", 40}, {"height", 20}}}},
             {"annotations", Json::array()}};
    Annotate(70, 2, Rectangle(0, 0, 8, 6));
    Annotate(70, 2, Rectangle(20, 10, 10, 5));
    Annotate(70, 1, Rectangle(32, 0, 8, 20), 1);
    Annotate(70, 3, Rectangle(12, 2, 4, 4));
    Annotate(71, 2, Rectangle(0, 4, 6, 8));
    info_.image.width = 40;
    info_.image.height = 20;
    info_.name = "mine";
  }

  void Annotate(int image, int category, const Json& segmentation, int crowd = 0) {
    json_["annotations"].push_back(
        {{"image_id", image}, {"category_id", category}, {"segmentation", segmentation}, {"iscrowd", crowd}});
  }

  std::unique_ptr<EvaluationSet> Open(const std::string& task, const EvaluationSetOptions& options = {}) {
    WriteFileWhole(directory_.PathOf("annotations.json"), json_.dump());
    info_.tasks = {TaskNamed(task)};
    return OpenEvaluationSet(directory_.path(), info_, options);
  }

  void WriteQuestions(const Json& json) { WriteFileWhole(directory_.PathOf("questions.json"), json.dump()); }

  TemporaryDirectory directory_;
  Json json_;
  ModelInfo info_;
};

TEST_F(CocoSetTest, GivesWordsThePlaceOfTheirCategory) {
  const auto set = Open("caption");
  EXPECT_THAT(set->Name(), EndsWith(": 2 photographs"));
  ASSERT_EQ(set->size(), 2);
  const auto one = set->At(0);
  EXPECT_EQ(one.name, "a.png");
  EXPECT_EQ(one.caption, "");
  EXPECT_FALSE(one.asks_absent);
  EXPECT_TRUE(one.picture.equal(at::full({20, 40, 3}, 90, at::kByte)));
  const auto places = one.places(Captioned({"two", "puppies", "eat", "a", "hot", "dog", "near", "a", "zebra", "cat"}));
  // Of "two", "eat", "a", "near", "a", and "cat", which this data set does not annotate, nothing is known.
  EXPECT_EQ(places.placeless, 6);
  EXPECT_EQ(places.wrong, 1);
  ASSERT_EQ(places.absent.size(), 1U);
  EXPECT_EQ(places.absent[0].row, 8);
  EXPECT_EQ(places.absent[0].about, "zebra");
  ASSERT_EQ(places.placed.size(), 3U);
  const auto& dogs = places.placed[0];
  EXPECT_EQ(dogs.row, 1);
  EXPECT_EQ(dogs.about, "dog");
  EXPECT_TRUE(dogs.mask.equal(Block(0, 0, 8, 6) + Block(20, 10, 10, 5)));
  EXPECT_EQ(Summary(dogs.boxes), "0 0 8 6 20 10 10 5 ");
  for (const std::size_t i : {1, 2}) {
    EXPECT_EQ(places.placed[i].row, static_cast<int64_t>(i) + 3);
    EXPECT_EQ(places.placed[i].about, "hot dog");
    EXPECT_EQ(places.placed[i].group, "food");
    EXPECT_TRUE(places.placed[i].mask.equal(Block(12, 2, 4, 4)));
  }
}

TEST_F(CocoSetTest, CrowdsHaveAMaskButNoBox) {
  const auto places = Open("caption")->At(0).places(Captioned({"people"}));
  ASSERT_EQ(places.placed.size(), 1U);
  EXPECT_EQ(places.placed[0].group, "person");
  EXPECT_TRUE(places.placed[0].mask.equal(Block(32, 0, 8, 20)));
  EXPECT_THAT(places.placed[0].boxes, IsEmpty());
}

TEST_F(CocoSetTest, AnObjectOfSeveralPartsHasOneBox) {
  auto parts = Rectangle(0, 0, 2, 2);
  parts.push_back(Rectangle(10, 6, 4, 4)[0]);
  Annotate(71, 4, parts);
  const auto places = Open("caption")->At(1).places(Captioned({"zebra"}));
  EXPECT_TRUE(places.placed.at(0).mask.equal(Block(0, 0, 2, 2) + Block(10, 6, 4, 4)));
  EXPECT_EQ(Summary(places.placed[0].boxes), "0 0 14 10 ");
}

TEST_F(CocoSetTest, CategoriesOutsideOurListAreKnownByTheirNames) {
  Annotate(71, 5, Rectangle(20, 0, 4, 4));
  const auto places = Open("caption")->At(1).places(Captioned({"a", "quokka"}));
  ASSERT_EQ(places.placed.size(), 1U);
  EXPECT_EQ(places.placed[0].about, "quokka");
  EXPECT_EQ(places.placed[0].group, "object");
}

TEST_F(CocoSetTest, TakesAnotherListOfWords) {
  WriteFileWhole(directory_.PathOf("words.txt"), "dog: beast\nquokka: rat");
  EvaluationSetOptions options;
  options.words = directory_.PathOf("words.txt");
  const auto places = Open("caption", options)->At(0).places(Captioned({"beast", "dog", "rat", "person"}));
  EXPECT_EQ(places.placed.size(), 2U);  // "person" by its own name; "dog" has another word now
  EXPECT_EQ(places.absent.size(), 1U);
  WriteFileWhole(directory_.PathOf("words.txt"), "cat: cat");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Open("caption", options); }),
              HasSubstr("words.txt, line 1: 'cat' is no category of the data set"));
}

TEST_F(CocoSetTest, MasksAreWhereTheNetworkSeesTheObjects) {
  info_.image.width = 10;
  info_.image.height = 10;
  info_.image.resize = "center_crop";
  info_.image.shorter_side = 10;  // 20 x 10, of which columns 5 to 15 are seen: 10 to 30 of the picture
  const auto set = Open("caption");
  const auto places = set->At(0).places(Captioned({"dog", "person", "hot", "dog"}));
  EXPECT_EQ(places.placeless, 1);  // persons are cut off
  ASSERT_EQ(places.placed.size(), 3U);
  EXPECT_EQ(Summary(places.placed[0].boxes), "5 5 5 3 ");  // rows of the second dog: 10 to 15, halved: 5 to 7.5
  EXPECT_EQ(places.placed[0].mask.sum().item<int64_t>(), 15);
  EXPECT_EQ(Summary(places.placed[1].boxes), "1 1 2 2 ");
  const auto nothing = set->At(1).places(Captioned({"dog"}));
  EXPECT_EQ(nothing.placeless, 1);
  EXPECT_EQ(nothing.wrong, 0);
}

TEST_F(CocoSetTest, MasksTurnWithThePhotograph) {
  WriteFileWhole(directory_.PathOf("images/a.png"),
                 WithExif(EncodeJpeg(at::full({20, 40, 3}, 90, at::kByte), 95), 6));  // a quarter turn to the right
  info_.image.width = 20;
  info_.image.height = 40;
  const auto places = Open("caption")->At(0).places(Captioned({"dog"}));
  ASSERT_EQ(places.placed.size(), 1U);
  EXPECT_EQ(Summary(places.placed[0].boxes), "14 0 6 8 5 20 5 10 ");
}

TEST_F(CocoSetTest, AsksForWhatIsThere) {
  const auto set = Open("vqa");
  ASSERT_EQ(set->size(), 4);
  std::vector<std::string> questions;
  for (int64_t i = 0; i < set->size(); ++i) questions.push_back(set->At(i).question);
  EXPECT_THAT(questions, ElementsAre("is there a dog in the picture?", "is there a hot dog in the picture?",
                                     "is there a person in the picture?", "is there a dog in the picture?"));
  EXPECT_THAT(set->Name(), EndsWith(": 2 photographs, 4 questions"));
  const auto one = set->At(0);
  EXPECT_EQ(one.answer, "yes");
  EXPECT_THAT(one.answers, IsEmpty());
  EXPECT_EQ(one.name, "a.png: is there a dog in the picture?");
  const auto places = one.places(Said({"yes", "no"}));
  ASSERT_EQ(places.placed.size(), 1U);
  EXPECT_EQ(places.placed[0].row, 0);
  EXPECT_TRUE(places.placed[0].mask.equal(Block(0, 0, 8, 6) + Block(20, 10, 10, 5)));
  const auto denied = one.places(Said({"no", "yes"}));
  EXPECT_THAT(denied.placed, IsEmpty());
  EXPECT_THAT(denied.absent, IsEmpty());
  EXPECT_EQ(denied.wrong, 1);
}

TEST_F(CocoSetTest, AsksForWhatIsNotThere) {
  EvaluationSetOptions options;
  options.absent = 2;
  options.question = "can you see {}?";
  const auto set = Open("vqa", options);
  // a.png lacks 2 categories, b.png 4.
  ASSERT_EQ(set->size(), 3 + 2 + 1 + 2);
  std::set<std::string> asked;
  for (const int64_t i : {3, 4}) asked.insert(set->At(i).question);
  EXPECT_THAT(asked, ElementsAre("can you see a quokka?", "can you see a zebra?"));
  const auto one = set->At(3);
  EXPECT_TRUE(one.asks_absent);
  EXPECT_EQ(one.answer, "no");
  EXPECT_THAT(one.answers, ElementsAre("yes"));
  auto denied = Said({"yes"});
  denied.said = std::vector<Prediction>{{0, "no", 0, 0}};
  const auto places = one.places(denied);
  EXPECT_EQ(places.wrong, 0);
  EXPECT_EQ(places.placeless, 1);
  ASSERT_EQ(places.absent.size(), 1U);
  EXPECT_EQ(places.absent[0].row, 0);
  EXPECT_EQ(one.places(Said({"yes"})).wrong, 1);
  EXPECT_THAT(one.places(Said({"no"})).absent, IsEmpty());  // "no" speaks of no place
}

TEST_F(CocoSetTest, ChoosesWhatIsAbsentByTheSeedAndThePhotograph) {
  const auto chosen = [&](std::uint64_t seed) {
    EvaluationSetOptions options;
    options.absent = 1;
    options.seed = seed;
    const auto set = Open("vqa", options);
    return set->At(set->size() - 1).question;
  };
  std::set<std::string> all;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) all.insert(chosen(seed));
  EXPECT_EQ(all.size(), 4U);
  const auto with_two = chosen(3);
  EXPECT_EQ(chosen(3), with_two);
  json_["images"].erase(0);
  json_["annotations"] = Json::array({Json(json_["annotations"].back())});
  EXPECT_EQ(chosen(3), with_two);
}

TEST_F(CocoSetTest, CaptionsWhatIsNotThere) {
  EvaluationSetOptions options;
  options.absent = 9;
  options.caption = "there is {}";
  const auto set = Open("caption", options);
  ASSERT_EQ(set->size(), 1 + 2 + 1 + 4);
  std::set<std::string> captions;
  for (const int64_t i : {1, 2}) captions.insert(set->At(i).caption);
  EXPECT_THAT(captions, ElementsAre("there is a quokka", "there is a zebra"));
  for (const int64_t i : {1, 2}) {
    const auto one = set->At(i);
    EXPECT_TRUE(one.asks_absent);
    const auto places = one.places(Captioned({"there", "is", "a", one.caption.substr(11)}));
    ASSERT_EQ(places.absent.size(), 1U);
    EXPECT_EQ(places.absent[0].row, 3);
    EXPECT_THAT(places.placed, IsEmpty());
    EXPECT_EQ(places.wrong + places.placeless, 0);
    EXPECT_THAT(one.places(Captioned({"<unk>"})).absent, IsEmpty());  // of a vocabulary without the word
  }
}

TEST_F(CocoSetTest, LeavesOutAbsentCategoriesThatTheirNamesDoNotSpeakOf) {
  json_["categories"].push_back({{"id", 6}, {"name", "orange"}});
  EvaluationSetOptions options;
  options.absent = 9;
  for (const auto* task : {"vqa", "caption"}) {
    const auto set = Open(task, options);
    std::map<std::string, int> absent;
    for (int64_t i = 0; i < set->size(); ++i) {
      const auto one = set->At(i);
      if (one.asks_absent) ++absent[one.name.substr(0, 5)];
      EXPECT_THAT(one.name, Not(HasSubstr("orange")));
    }
    EXPECT_EQ(absent["a.png"], 2) << task;  // zebra and quokka
    EXPECT_EQ(absent["b.png"], 4) << task;
  }
}

/// What people wrote, b.png's captions first.
Json Captions() {
  return {{{"image_id", 71}, {"id", 1}, {"caption", "A  puppy.\n"}},
          {{"image_id", 70}, {"id", 2}, {"caption", "Two dogs near a zebra."}},
          {{"image_id", 99}, {"id", 3}, {"caption", "A photograph that is not here"}},
          {{"image_id", 70}, {"id", 4}, {"caption", "A hot dog"}}};
}

TEST_F(CocoSetTest, ExplainsTheCaptionsThatPeopleWrote) {
  json_["captions"] = Captions();
  EvaluationSetOptions options;
  options.reference_captions = true;
  const auto set = Open("caption", options);
  EXPECT_THAT(set->Name(), EndsWith(": 2 photographs, 3 captions"));
  ASSERT_EQ(set->size(), 3);
  const auto one = set->At(0);
  EXPECT_EQ(one.caption, "Two dogs near a zebra.");
  EXPECT_EQ(one.name, "a.png: Two dogs near a zebra.");
  EXPECT_FALSE(one.asks_absent);
  EXPECT_EQ(set->At(1).caption, "A hot dog");
  EXPECT_EQ(set->At(2).name, "b.png: A puppy.");
  const auto places = one.places(Captioned({"two", "dogs", "near", "a", "zebra."}));
  ASSERT_EQ(places.placed.size(), 1U);
  EXPECT_EQ(places.placed[0].row, 1);
  EXPECT_TRUE(places.placed[0].mask.equal(Block(0, 0, 8, 6) + Block(20, 10, 10, 5)));
  EXPECT_EQ(places.placeless, 4);  // who wrote of a zebra saw one: the annotations lack it
  EXPECT_EQ(places.wrong, 0);
  EXPECT_THAT(places.absent, IsEmpty());
  options.absent = 1;
  EXPECT_EQ(Open("caption", options)->size(), 5);
  EXPECT_EQ(Open("caption")->size(), 2);
}

TEST_F(CocoSetTest, ReadsTheCaptionsFromTheFileThatCocoHasForThem) {
  json_["captions"] = Json::array({{{"image_id", 70}, {"caption", "not this one"}}});
  WriteFileWhole(directory_.PathOf("captions.json"), Json{{"annotations", Captions()}}.dump());
  EvaluationSetOptions options;
  options.reference_captions = true;
  EXPECT_EQ(Open("caption", options)->At(0).caption, "Two dogs near a zebra.");
  std::filesystem::rename(directory_.PathOf("captions.json"), directory_.PathOf("captions_val2017.json"));
  EXPECT_EQ(Open("caption", options)->At(0).caption, "not this one");
  json_.erase("captions");
  WriteFileWhole(directory_.PathOf("instances_val2017.json"), json_.dump());
  std::filesystem::remove(directory_.PathOf("annotations.json"));
  EXPECT_EQ(OpenEvaluationSet(directory_.path(), info_, options)->At(0).caption, "Two dogs near a zebra.");
}

TEST_F(CocoSetTest, LeavesOutCaptionsAndWordsThatTheModelDoesNotKnow) {
  json_["captions"] = Captions();
  EvaluationSetOptions options;
  options.reference_captions = true;
  options.unknown_words = [](const std::string& caption) -> std::optional<std::vector<std::string>> {
    if (caption == "A puppy.") return std::nullopt;
    return std::vector<std::string>{"dogs"};
  };
  const auto set = Open("caption", options);
  EXPECT_THAT(set->Name(), EndsWith(", 2 captions (1 that the model cannot be given left out)"));
  ASSERT_EQ(set->size(), 2);
  const auto places = set->At(0).places(Captioned({"two", "dogs", "hot", "dog"}));
  EXPECT_EQ(places.placeless, 2);
  ASSERT_EQ(places.placed.size(), 2U);
  EXPECT_EQ(places.placed[0].row, 2);
  EXPECT_EQ(places.placed[1].row, 3);
  options.unknown_words = [](const std::string&) { return std::nullopt; };
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Open("caption", options); }),
              HasSubstr("'mine' can be given none of the 3 captions of"));
}

TEST_F(CocoSetTest, TellsWhatIsWrongWithCaptions) {
  EvaluationSetOptions options;
  options.reference_captions = true;
  const auto complaint = [&](ErrorKind kind, const std::string& task) {
    return ErrorText(kind, [&] { Open(task, options); });
  };
  EXPECT_THAT(complaint(ErrorKind::kUsage, "caption"),
              AllOf(HasSubstr("captions.json' is missing"), EndsWith("annotations.json' has no key 'captions'")));
  json_["captions"] = Captions();
  for (const auto* task : {"vqa", "classification"}) {
    EXPECT_THAT(complaint(ErrorKind::kUsage, task), HasSubstr("explained of a captioner"));
  }
  json_["captions"] = Json::array({{{"image_id", 99}, {"caption", "a dog"}}});
  EXPECT_THAT(complaint(ErrorKind::kUsage, "caption"), EndsWith("has no captions to explain"));
  json_["captions"] = Json::array({{{"image_id", 70}}});
  EXPECT_THAT(complaint(ErrorKind::kBadFile, "caption"), EndsWith("key 'captions[0].caption' is missing"));
}

TEST_F(CocoSetTest, FindsClassesByTheirLabels) {
  EvaluationSetOptions options;
  options.top = 4;
  options.absent = 3;
  const auto set = Open("classification", options);
  ASSERT_EQ(set->size(), 2);
  const auto one = set->At(0);
  EXPECT_EQ(one.top, 4);
  const auto places = one.places(Said({"seashore, coast", "golden retriever", "zebra", "tabby, tabby cat"}));
  EXPECT_EQ(places.placeless, 2);  // this data set annotates no cats: there may be one
  EXPECT_EQ(places.wrong, 1);
  ASSERT_EQ(places.placed.size(), 1U);
  EXPECT_EQ(places.placed[0].row, 1);
  EXPECT_EQ(places.placed[0].about, "dog");
  ASSERT_EQ(places.absent.size(), 1U);
  EXPECT_EQ(places.absent[0].row, 2);
}

TEST_F(CocoSetTest, AsksTheQuestionsOfAFile) {
  Json questions = Json::array();
  Json answers = Json::array();
  const auto add = [&](int image, const std::string& question, const std::string& answer) {
    const auto id = 100 + questions.size();
    questions.push_back({{"image_id", image}, {"question", question}, {"question_id", id}});
    if (!answer.empty()) answers.push_back({{"question_id", id}, {"multiple_choice_answer", answer}});
  };
  add(70, "What animal is this?", "dog");
  add(70, "How many dogs are there?", "2");
  add(70, "What color is the zebra?", "");
  add(99, "Is it late?", "no");
  add(71, "Is there a person with the dog?", "no");
  add(71, "Who is it?", "");
  WriteQuestions({{"questions", questions}, {"annotations", answers}, {"license", {{"id", 1}}}});
  EvaluationSetOptions options;
  options.absent = 3;
  const auto set = Open("vqa", options);
  ASSERT_EQ(set->size(), 5);  // one is about a picture that is not here

  const auto animal = set->At(0);
  EXPECT_EQ(animal.question, "What animal is this?");
  EXPECT_EQ(animal.answer, "dog");
  ASSERT_EQ(animal.places(Said({"dog"})).placed.size(), 1U);
  EXPECT_TRUE(animal.places(Said({"dog"})).placed[0].mask.equal(Block(0, 0, 8, 6) + Block(20, 10, 10, 5)));
  EXPECT_EQ(animal.places(Said({"horse"})).wrong, 1);

  const auto count = set->At(1).places(Said({"two"}));  // "2"; the dogs are those of the question
  ASSERT_EQ(count.placed.size(), 1U);
  EXPECT_EQ(count.placed[0].about, "dog");

  const auto color = set->At(2).places(Said({"white"}));  // nothing is known of the answer, and no zebra is there
  EXPECT_EQ(color.placeless, 1);
  EXPECT_EQ(color.wrong, 0);

  EXPECT_EQ(set->At(3).places(Said({"no"})).placeless, 1);
  EXPECT_EQ(set->At(3).places(Said({"yes"})).wrong, 1);
  const auto said_absent = set->At(4).places(Said({"man"}));
  EXPECT_EQ(said_absent.wrong, 1);
  ASSERT_EQ(said_absent.absent.size(), 1U);
  EXPECT_EQ(said_absent.absent[0].about, "person");
  EXPECT_EQ(Open("caption")->size(), 2);  // which asks nothing
}

TEST_F(CocoSetTest, AsksPhotographByPhotograph) {
  Json questions = Json::array();
  for (const int image : {71, 70, 71, 70}) {
    const auto id = questions.size();
    questions.push_back({{"image_id", image}, {"question", "who " + std::to_string(id) + "?"}, {"question_id", id}});
  }
  WriteQuestions({{"questions", questions}});
  const auto set = Open("vqa");
  std::vector<std::string> names;
  for (int64_t i = 0; i < set->size(); ++i) names.push_back(set->At(i).name);
  EXPECT_THAT(names, ElementsAre("a.png: who 1?", "a.png: who 3?", "b.png: who 0?", "b.png: who 2?"));
}

TEST_F(CocoSetTest, HasADigestOfTheFilesThatItReads) {
  EvaluationSetOptions reference;
  reference.reference_captions = true;
  const auto digest = Open("vqa")->Digest();
  EXPECT_EQ(digest.size(), 40U);
  EXPECT_EQ(Open("caption")->Digest(), digest);
  WriteQuestions({{"questions", {{{"image_id", 70}, {"question", "who?"}, {"question_id", 1}}}}});
  const auto asking = Open("vqa")->Digest();
  EXPECT_NE(asking, digest);
  WriteQuestions({{"questions", {{{"image_id", 70}, {"question", "why?"}, {"question_id", 1}}}}});
  EXPECT_NE(Open("vqa")->Digest(), asking);
  EXPECT_EQ(Open("caption")->Digest(), digest);  // which asks nothing
  WriteFileWhole(directory_.PathOf("captions.json"), Json{{"annotations", Captions()}}.dump());
  EXPECT_EQ(Open("caption")->Digest(), digest);
  EXPECT_NE(Open("caption", reference)->Digest(), digest);
  json_["annotations"][0]["segmentation"][0][0] = 1;
  EXPECT_NE(Open("caption")->Digest(), digest);
}

TEST_F(CocoSetTest, TellsWhatIsWrongWithQuestions) {
  const auto complaint = [&](const Json& json) {
    WriteQuestions(json);
    return ErrorText(ErrorKind::kBadFile, [&] { Open("vqa"); });
  };
  const Json question = {{"image_id", 70}, {"question", "who?"}, {"question_id", 1}};
  auto other = question;
  other["image_id"] = 5;
  EXPECT_THAT(complaint({{"questions", {other}}}),
              HasSubstr("none of its questions is about one of the 2 photographs"));
  EXPECT_THAT(
      complaint({{"questions", {question, question}}}),
      EndsWith("questions.json: key 'questions[1].question_id' is 1, but must be another than an earlier one's"));
  EXPECT_THAT(complaint({{"questions", {question}}, {"annotations", {{{"question_id", 2}}}}}),
              EndsWith("key 'annotations[0].question_id' is 2, but must be the id of one of 'questions'"));
  EXPECT_THAT(complaint({{"questions", Json::array()}}), HasSubstr("questions"));
  EXPECT_THAT(complaint(Json::object()), EndsWith("key 'questions' is missing"));
}

TEST_F(CocoSetTest, RefusesOptionsOutOfRange) {
  const auto complaint = [&](void (*change)(EvaluationSetOptions*)) {
    EvaluationSetOptions options;
    change(&options);
    return ErrorText(ErrorKind::kUsage, [&] { Open("vqa", options); });
  };
  EXPECT_EQ(complaint([](EvaluationSetOptions* options) { options->question = "is there a dog?"; }),
            "'is there a dog?' has no {} where a category is to be put in");
  EXPECT_THAT(complaint([](EvaluationSetOptions* options) { options->caption = ""; }), HasSubstr("has no {}"));
  EXPECT_THAT(complaint([](EvaluationSetOptions* options) { options->absent = -1; }), HasSubstr("not -1"));
  EXPECT_THAT(complaint([](EvaluationSetOptions* options) { options->top = 0; }), HasSubstr("not 0"));
}

/// The categories of each photograph, as its file says.
std::map<std::string, std::set<std::string>> CategoriesInFile(const Json& json) {
  std::map<int64_t, std::string> names;
  for (const auto& category : json["categories"]) names[category["id"]] = category["name"];
  std::map<int64_t, std::string> files;
  for (const auto& image : json["images"]) files[image["id"]] = image["file_name"];
  std::map<std::string, std::set<std::string>> found;
  for (const auto& annotation : json["annotations"]) {
    found[files[annotation["image_id"]]].insert(names[annotation["category_id"]]);
  }
  return found;
}

/// What the targets of cases came to, each compared with the file.
struct Tally {
  std::map<std::string, std::set<std::string>> known =
      CategoriesInFile(ReadJson(SharedPath("photos/coco_cc/annotations.json")));
  int64_t placed = 0;
  int64_t absent = 0;
  int64_t wrong = 0;
  int64_t placeless = 0;

  void Add(const EvaluationCase& one, const Explanation& explanation) {
    const auto places = one.places(explanation);
    const auto& there = known.at(one.name.substr(0, one.name.find(':')));
    placed += static_cast<int64_t>(places.placed.size());
    absent += static_cast<int64_t>(places.absent.size());
    wrong += places.wrong;
    placeless += places.placeless;
    for (const auto& target : places.absent) EXPECT_EQ(there.count(target.about), 0U) << one.name << target.about;
    for (const auto& target : places.placed) {
      EXPECT_EQ(there.count(target.about), 1U) << one.name << ": " << target.about;
      EXPECT_EQ(target.mask.sizes(), (std::vector<int64_t>{224, 224}));
      EXPECT_TRUE(target.mask.any().item<bool>()) << target.about;
      for (const auto& box : target.boxes) {
        const auto inside =
            target.mask.slice(0, box.top, box.top + box.height).slice(1, box.left, box.left + box.width);
        EXPECT_TRUE(inside.any().item<bool>()) << one.name << ": " << target.about;
      }
    }
  }
};

TEST(CocoPhotographsSetTest, FindsTheWordsOfACaptioner) {
  WHEREFORE_NEEDS_SHARED("photos/coco_cc");
  WHEREFORE_NEEDS_SHARED("models/photo-caption");
  const auto model = LoadModel(SharedPath("models/photo-caption"));
  const auto set = OpenEvaluationSet(SharedPath("photos/coco_cc"), model.info);
  ASSERT_EQ(set->size(), 54);
  Tally tally;
  int64_t words = 0;
  for (int64_t i = 0; i < set->size(); ++i) {
    const auto one = set->At(i);
    const auto explanation = Explain(model, one.image);
    tally.Add(one, explanation);
    words += static_cast<int64_t>(explanation.written().words.size());
  }
  EXPECT_EQ(tally.placed + tally.wrong + tally.placeless, words);
  EXPECT_EQ(tally.absent, tally.wrong);
  // It learned from other photographs, and says "a man is standing on a bench" of many that have neither.
  EXPECT_GT(tally.placed, 10);
  EXPECT_GT(tally.wrong, 10);
}

TEST(CocoPhotographsSetTest, FindsTheWordsOfPeople) {
  WHEREFORE_NEEDS_SHARED("photos/coco_cc");
  ModelInfo info;
  info.tasks = {Task::kCaption};
  EvaluationSetOptions options;
  options.reference_captions = true;
  const auto set = OpenEvaluationSet(SharedPath("photos/coco_cc"), info, options);
  ASSERT_EQ(set->size(), 5 * 54);
  Tally tally;
  for (int64_t i = 0; i < set->size(); ++i) {
    const auto one = set->At(i);
    std::vector<std::string> words;
    std::istringstream stream(one.caption);
    for (std::string word; stream >> word;) words.push_back(word);
    tally.Add(one, Captioned(words));
  }
  EXPECT_EQ(tally.wrong + tally.absent, 0);
  EXPECT_GT(tally.placed, 300);  // more than one a caption
}

TEST(CocoPhotographsSetTest, AsksAVqaModel) {
  WHEREFORE_NEEDS_SHARED("photos/coco_cc");
  WHEREFORE_NEEDS_SHARED("models/photo-vqa");
  const auto model = LoadModel(SharedPath("models/photo-vqa"));
  EvaluationSetOptions options;
  options.absent = 1;
  const auto set = OpenEvaluationSet(SharedPath("photos/coco_cc"), model.info, options);
  Tally present;
  Tally absent;
  for (int64_t i = 0; i < 40; ++i) {
    const auto one = set->At(i);
    Request request;
    request.question = one.question;
    request.labels = one.answers;
    (one.asks_absent ? absent : present).Add(one, Explain(model, one.image, request));
  }
  EXPECT_EQ(present.placed + present.wrong + present.placeless + absent.wrong + absent.placeless, 40);
  EXPECT_EQ(present.absent, 0);
  EXPECT_EQ(absent.placed, 0);
  EXPECT_EQ(absent.absent, absent.wrong + absent.placeless);
  EXPECT_GT(present.placed, present.placeless);
  // It was trained on such questions: it says yes more often where something is there.
  EXPECT_GT(present.placed * (absent.wrong + absent.placeless), absent.wrong * (present.placed + present.wrong));
}

TEST(CocoPhotographsSetTest, FindsTheClassesOfAClassifier) {
  WHEREFORE_NEEDS_SHARED("photos/coco_cc");
  WHEREFORE_NEEDS_SHARED("models/imagenet-mobilenet-v2");
  const auto model = LoadModel(SharedPath("models/imagenet-mobilenet-v2"));
  EvaluationSetOptions options;
  options.top = 5;
  const auto set = OpenEvaluationSet(SharedPath("photos/coco_cc"), model.info, options);
  Tally tally;
  for (int64_t i = 0; i < set->size(); ++i) {
    const auto one = set->At(i);
    Request request;
    request.top = one.top;
    tally.Add(one, Explain(model, one.image, request));
  }
  EXPECT_EQ(tally.placed + tally.wrong + tally.placeless, 5 * set->size());
  EXPECT_GT(tally.placed, tally.wrong);
  EXPECT_EQ(tally.absent, tally.wrong);
}

}  // namespace
}  // namespace wherefore
