#include "tools/evaluation/data_set.h"

#include <filesystem>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files.h"
#include "tests/support/error_text.h"
#include "tests/support/run_main.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"
#include "tools/picture.h"
#include "tools/program.h"

namespace wherefore {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

namespace fs = std::filesystem;

TEST(DataSetTest, DigestsTellFilesApart) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("a"), "one");
  WriteFileWhole(directory.PathOf("b"), "two");
  const auto digest = [&](const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const auto& name : names) paths.push_back(directory.PathOf(name));
    return DigestOf(paths);
  };
  EXPECT_EQ(digest({"a", "b"}), digest({"a", "b"}));
  EXPECT_NE(digest({"a", "b"}), digest({"b", "a"}));
  EXPECT_NE(digest({"a", "b"}), digest({"a"}));
  EXPECT_EQ(digest({}), "");
  const auto before = digest({"a"});
  WriteFileWhole(directory.PathOf("a"), "ones");
  EXPECT_NE(digest({"a"}), before);
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { digest({"c"}); }), HasSubstr("c'"));
}

/// evaluate-explanations of small models, on two pictures of one dog each.
class EvaluatedDataTest : public testing::Test {
 protected:
  EvaluatedDataTest() {
    SaveSmallModels(directory_.path());
    MakeDirectory(directory_.PathOf("data"));
    json_ = {{"categories", {{{"id", 1}, {"name", "dog"}}}},
             {"images", Json::array()},
             {"annotations", Json::array()},
             {"captions", Json::array()}};
    for (const int id : {1, 2}) {
      const auto file = std::to_string(id) + ".png";
      WritePicture(directory_.PathOf("data/" + file), at::full({48, 64, 3}, 90 + id, at::kByte));
      json_["images"].push_back({{"id", id}, {"file_name", file}, {"width", 64}, {"height", 48}});
      json_["annotations"].push_back(
          {{"image_id", id}, {"category_id", 1}, {"segmentation", Json::array({{0, 0, 9, 0, 9, 9}})}, {"iscrowd", 0}});
    }
    for (const char* text : {"a dog runs", "dogs", "cats", "a a a a a a a a a a a a a a a a a a a a a a a a dog"}) {
      json_["captions"].push_back({{"image_id", 1}, {"caption", text}});
    }
    json_["captions"].push_back({{"image_id", 2}, {"caption", "a dog"}});
    WriteAnnotations();
  }

  void WriteAnnotations() { WriteFileWhole(directory_.PathOf("data/annotations.json"), json_.dump()); }

  Outcome Evaluate(const std::string& task, std::vector<std::string> more) {
    more.insert(more.end(), {"--model", directory_.PathOf(task), "--data", directory_.PathOf("data"), "--method",
                             "center", "--threads", "1"});
    return RunMain(RunEvaluateExplanations, more);
  }

  TemporaryDirectory directory_;
  Json json_;
};

TEST_F(EvaluatedDataTest, ExplainsReferenceCaptions) {
  const auto out = directory_.PathOf("out");
  const auto outcome = Evaluate("caption", {"--captions", "reference", "--measure", "pointing", "--out", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 photographs, 3 captions (2 that the model cannot be given left out)\n"));
  const auto csv = ReadFile(out + "/results.csv");
  for (const char* row : {"1.png: a dog runs,dog,", "1.png: dogs,dogs,", "2.png: a dog,dog,"}) {
    EXPECT_THAT(csv, HasSubstr(row));
  }
  EXPECT_EQ(Json::parse(ReadFile(out + "/results.json"))["results"][0]["placed"], 3);
  const auto one = Evaluate("caption", {"--captions", "reference", "--images", "1"});
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("| all | 2 |"));
}

TEST_F(EvaluatedDataTest, RefusesReferenceCaptionsThatThereAreNot) {
  const auto complaint = [&](const std::string& task, const std::vector<std::string>& more) {
    const auto outcome = Evaluate(task, more);
    EXPECT_EQ(outcome.code, 2);
    return outcome.err;
  };
  EXPECT_THAT(complaint("vqa", {"--captions", "reference"}), HasSubstr("is a model for vqa"));
  EXPECT_THAT(complaint("caption", {"--captions", "referenc"}), HasSubstr("did you mean 'reference'?"));
  EXPECT_THAT(complaint("caption", {"--captions", "reference", "--measure", "adversarial"}),
              HasSubstr("the model's own captions"));
  json_.erase("captions");
  WriteAnnotations();
  EXPECT_THAT(complaint("caption", {"--captions", "reference"}), HasSubstr("no captions to explain"));
}

TEST_F(EvaluatedDataTest, ResumesOnlyWithTheSameCaptionsAndAnnotations) {
  const auto out = directory_.PathOf("out");
  fs::create_directories(out + "/results.json");  // cannot be written: the finished cases stay
  ASSERT_EQ(Evaluate("caption", {"--captions", "reference", "--out", out}).code, 1);
  fs::remove(out + "/results.json");
  const auto resume = [&](const std::string& captions) {
    return Evaluate("caption", {"--captions", captions, "--out", out, "--resume"});
  };
  json_["annotations"][0]["segmentation"][0][2] = 8;
  WriteAnnotations();
  const auto changed = resume("reference");
  EXPECT_EQ(changed.code, 2);
  EXPECT_THAT(changed.err, HasSubstr("is of another set-up: annotations is "));
  json_["annotations"][0]["segmentation"][0][2] = 9;
  WriteAnnotations();
  const auto own = resume("model");
  EXPECT_EQ(own.code, 2);
  EXPECT_THAT(own.err, HasSubstr("is of another set-up: captions is \"reference\" there, but \"model\" here"));
  const auto same = resume("reference");
  EXPECT_EQ(same.code, 0) << same.err;
}

TEST_F(EvaluatedDataTest, ImagesCountsPhotographsWhateverTheOrderOfQuestions) {
  Json questions = Json::array();
  for (const int image : {2, 1, 2, 1}) {
    questions.push_back({{"image_id", image}, {"question", "a dog"}, {"question_id", questions.size()}});
  }
  WriteFileWhole(directory_.PathOf("data/questions.json"), Json{{"questions", questions}}.dump());
  const auto out = directory_.PathOf("out");
  const auto outcome = Evaluate("vqa", {"--images", "1", "--measure", "deletion", "--out", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto csv = ReadFile(out + "/results.csv");
  int asked = 0;
  for (auto at = csv.find("1.png: "); at != std::string::npos; at = csv.find("1.png: ", at + 1)) ++asked;
  EXPECT_EQ(asked, 2);
  EXPECT_THAT(csv, Not(HasSubstr("2.png: ")));
}

}  // namespace
}  // namespace wherefore
