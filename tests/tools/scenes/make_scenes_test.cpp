// The program make-scenes, by what it writes and prints.

#include <algorithm>
#include <filesystem>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "tests/support/json_numbers.h"
#include "tests/support/run_main.h"
#include "tests/support/system_limits.h"
#include "tests/support/temporary_directory.h"
#include "tools/programs/program.h"
#include "tools/report/picture.h"
#include "tools/scenes/captions.h"
#include "tools/scenes/scene.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Outcome RunWith(const std::vector<std::string>& arguments) { return RunMain(RunMakeScenes, arguments); }

class MakeScenesTest : public testing::Test {
 protected:
  std::string Out(const std::string& name = "") const { return directory_.PathOf("out" + name); }

  Outcome Make(const std::string& count, const std::string& seed, const std::string& out,
               std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--count", count, "--seed", seed, "--size", "64", "--out", out});
    return RunWith(more);
  }

  TemporaryDirectory directory_;
};

std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

TEST_F(MakeScenesTest, WritesPicturesMasksAndWhatIsKnown) {
  const auto run = Make("3", "5", Out(), {"--captions", "2", "--questions", "3"});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_EQ(run.err, "wrote 3 scenes to " + Out() + "\n");
  EXPECT_THAT(NamesIn(Out()), ElementsAre("images", "masks", "scenes.json"));
  EXPECT_THAT(NamesIn(Out("/images")), ElementsAre("000000.png", "000001.png", "000002.png"));
  EXPECT_THAT(NamesIn(Out("/masks")), ElementsAre("000000.png", "000001.png", "000002.png"));

  const auto json = ReadJson(Out("/scenes.json"));
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["options"]["seed"], 5);
  EXPECT_EQ(json["answers"].size(), 30U);
  ASSERT_EQ(json["scenes"].size(), 3U);
  SceneOptions options;
  options.size = 64;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto scene = MakeScene(SceneSeed(5, i), options);
    const auto& entry = json["scenes"][i];
    EXPECT_EQ(entry["seed"], std::to_string(scene.seed));
    EXPECT_TRUE(DecodePicture(ReadFile(Out("/" + entry["picture"].get<std::string>()))).equal(scene.picture));
    EXPECT_EQ(ReadFile(Out("/" + entry["mask"].get<std::string>())), EncodeGreyPng(scene.mask));
    ASSERT_EQ(entry["objects"].size(), scene.objects.size());
    for (std::size_t k = 0; k < scene.objects.size(); ++k) {
      const auto& object = scene.objects[k];
      const auto& written = entry["objects"][k];
      for (const auto attribute : kAttributes) {
        EXPECT_EQ(written[NameOf(attribute)], ValuesOf(attribute)[static_cast<std::size_t>(object.Of(attribute))]);
      }
      EXPECT_EQ(written["box"], nlohmann::json({object.box.left, object.box.top, object.box.width, object.box.height}));
      EXPECT_EQ(written["centre"], nlohmann::json({object.x, object.y}));
      EXPECT_EQ(written["radius"], object.radius);
      EXPECT_EQ(written["visible"], object.visible);
    }
    ASSERT_EQ(entry["captions"].size(), 2U);
    for (const auto& caption : entry["captions"]) {
      std::vector<std::string> words;
      for (const auto& word : caption["words"]) words.push_back(word["text"]);
      EXPECT_TRUE(CheckCaption(words, scene).Right()) << caption["text"];
    }
    for (const auto& relation : entry["relations"]) {
      const auto known = std::find_if(kRelations.begin(), kRelations.end(),
                                      [&](Relation one) { return NameOf(one) == relation["relation"]; });
      ASSERT_NE(known, kRelations.end());
      EXPECT_TRUE(Holds(*known, scene, relation["object"], relation["other"]));
    }
    for (const auto& question : entry["questions"]) {
      EXPECT_EQ(std::count(json["answers"].begin(), json["answers"].end(), question["answer"]), 1);
    }
  }
}

TEST_F(MakeScenesTest, MasksAreGreyPngs) {
  ASSERT_EQ(Make("1", "0", Out()).code, 0);
  const auto bytes = ReadFile(Out("/masks/000000.png"));
  EXPECT_EQ(bytes[24], 8);  // bits
  EXPECT_EQ(bytes[25], 0);  // grey
}

TEST_F(MakeScenesTest, SameArgumentsMakeTheSameFiles) {
  ASSERT_EQ(Make("2", "9", Out("1")).code, 0);
  ASSERT_EQ(Make("2", "9", Out("2")).code, 0);
  ASSERT_EQ(Make("2", "10", Out("3")).code, 0);
  for (const char* name : {"/images/000001.png", "/masks/000001.png", "/scenes.json"}) {
    EXPECT_EQ(ReadFile(Out("1") + name), ReadFile(Out("2") + name));
    EXPECT_NE(ReadFile(Out("1") + name), ReadFile(Out("3") + name));
  }
}

TEST_F(MakeScenesTest, PicturesOfALargerSetMakeWayAndOtherFilesStay) {
  ASSERT_EQ(Make("3", "1", Out()).code, 0);
  WriteFileWhole(Out("/images/cat.png"), "a cat");
  WriteFileWhole(Out("/notes.txt"), "Dear diary,");
  ASSERT_EQ(Make("1", "2", Out()).code, 0);
  EXPECT_THAT(NamesIn(Out()), ElementsAre("images", "masks", "notes.txt", "scenes.json"));
  EXPECT_THAT(NamesIn(Out("/images")), ElementsAre("000000.png", "cat.png"));
  EXPECT_THAT(NamesIn(Out("/masks")), ElementsAre("000000.png"));
  EXPECT_EQ(ReadJson(Out("/scenes.json"))["scenes"].size(), 1U);
}

TEST_F(MakeScenesTest, LeavesNoListOfPicturesThatItCouldNotWrite) {
  ASSERT_EQ(Make("1", "1", Out()).code, 0);
  const FileSizeLimit limit(100);
  const auto run = Make("1", "2", Out());
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, StartsWith("error: cannot write '" + Out("/images/000000.png")));
  EXPECT_FALSE(std::filesystem::exists(Out("/scenes.json")));
}

TEST_F(MakeScenesTest, TellsWhatIsWrongWithTheArguments) {
  const auto complaint = [&](const std::vector<std::string>& arguments) {
    const auto run = RunWith(arguments);
    EXPECT_EQ(run.code, 2);
    EXPECT_FALSE(std::filesystem::exists(Out()));
    return run.err;
  };
  EXPECT_THAT(complaint({}), StartsWith("error: --count is needed; usage: make-scenes --count N"));
  EXPECT_THAT(complaint({"--count", "1", "--out", Out()}), StartsWith("error: --seed is needed"));
  EXPECT_THAT(complaint({"--count", "1", "--seed", "1"}), StartsWith("error: --out is needed"));
  EXPECT_THAT(complaint({"--count", "1", "--seed", "1", "--out", ""}), HasSubstr("--out"));
  EXPECT_EQ(complaint({"--count", "0", "--seed", "1", "--out", Out()}), "error: --count must be 1 to 1000000, not 0\n");
  EXPECT_THAT(complaint({"--count", "1", "--seed", "-1", "--out", Out()}), HasSubstr("--seed must be 0 to "));
  EXPECT_THAT(complaint({"--count", "1", "--seed", "x", "--out", Out()}), HasSubstr("seed"));
  EXPECT_THAT(complaint({"--count", "1", "--seed", "1", "--out", Out(), "--size", "8"}),
              HasSubstr("64 to 4096 pixels wide, not 8"));
  EXPECT_THAT(complaint({"--count", "1", "--seed", "1", "--out", Out(), "--max-objects", "9"}),
              HasSubstr("1 to 6 objects, not 1 to 9"));
  EXPECT_THAT(complaint({"--count", "1", "--seed", "1", "--out", Out(), "--captions", "-1"}),
              HasSubstr("--captions must be 0 to 100, not -1"));
  EXPECT_THAT(complaint({"--count", "1", "--seed", "1", "--out", Out(), "--question", "1"}),
              HasSubstr("did you mean '--questions'"));
  EXPECT_THAT(complaint({"--count", "1", "--seed", "1", "--out", Out(), "more"}),
              StartsWith("error: 'more' is no option"));
}

TEST_F(MakeScenesTest, TellsWhereItCannotWrite) {
  WriteFileWhole(Out(), "a file");
  const auto run = Make("1", "1", Out());
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("'" + Out() + "' is a file"));
}

TEST_F(MakeScenesTest, PrintsHelpAndVersion) {
  EXPECT_THAT(RunWith({"--help"}).out, HasSubstr("--max-objects"));
  EXPECT_EQ(RunWith({"--help"}).code, 0);
  EXPECT_THAT(RunWith({"--version"}).out, StartsWith("make-scenes "));
}

}  // namespace
}  // namespace wherefore
