#include "tools/data/data_set.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/convolutional/trunk.h"
#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/formula_weights.h"
#include "tests/support/run_main.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"
#include "tools/evaluation/journal.h"
#include "tools/evaluation/records.h"
#include "tools/programs/program.h"
#include "tools/report/picture.h"

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

/// The fields of the lines of a file results.csv behind the first; none of them is in quotation marks here.
std::vector<std::vector<std::string>> RowsOf(const std::string& path) {
  std::istringstream csv(ReadFile(path));
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(csv, line);
  while (std::getline(csv, line)) {
    line.erase(line.find_last_not_of('\r') + 1);
    rows.emplace_back(1);
    for (const char c : line) {
      if (c == ',') {
        rows.back().emplace_back();
      } else {
        rows.back().back() += c;
      }
    }
  }
  return rows;
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

  /// Of pictures without a cat, by maps of their middle, where no dog is, and by another method. Returns the counts.
  Json EvaluateRecall(const std::string& task, std::vector<std::string> more = {}) {
    json_["categories"].push_back(Json{{"id", 2}, {"name", "cat"}});
    WriteAnnotations();
    const auto out = directory_.PathOf("out");
    more.insert(more.end(), {"--measure", "pointing-recall", "--method", "gradient", "--out", out});
    const auto outcome = Evaluate(task, more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    if (outcome.code != 0) return {{"placed", 0}, {"absent", 0}};
    for (const auto& row : RowsOf(out + "/results.csv")) {
      EXPECT_EQ(row.at(5), kPointingRecall);
      const double value = std::stod(row.at(7));
      EXPECT_GE(value, 0);
      EXPECT_LE(value, 1);
      EXPECT_EQ(row.at(8), "") << "it is no ratio";
      // All maps of the middle have one maximum and miss, so that the best threshold rejects them all.
      if (row.at(4) == "center") {
        EXPECT_EQ(value, row.at(3) == kAbsent ? 1 : 0);
      }
    }
    return Json::parse(ReadFile(out + "/results.json"))["results"][0]["recall"];
  }

  /// Two questions about each picture, in turn.
  void WriteQuestions() {
    Json questions = Json::array();
    for (const int image : {2, 1, 2, 1}) {
      questions.push_back({{"image_id", image}, {"question", "a dog"}, {"question_id", questions.size()}});
    }
    WriteFileWhole(directory_.PathOf("data/questions.json"), Json{{"questions", questions}}.dump());
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
  EXPECT_THAT(one.out, HasSubstr("left out); of these the first picture\n"));
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

TEST_F(EvaluatedDataTest, ResumesOnlyWithTheSameModelCaptionsAndAnnotations) {
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
  const auto config = directory_.PathOf("caption/config.json");
  const auto text = ReadFile(config);
  auto of_other_colors = Json::parse(text);
  of_other_colors["image"]["mean"][0] = 0.25;
  WriteFileWhole(config, of_other_colors.dump());
  const auto other = resume("reference");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("is of another set-up: models is "));
  WriteFileWhole(config, text);
  const auto own = resume("model");
  EXPECT_EQ(own.code, 2);
  EXPECT_THAT(own.err, HasSubstr("is of another set-up: captions is \"reference\" there, but \"model\" here"));
  const auto same = resume("reference");
  EXPECT_EQ(same.code, 0) << same.err;
}

TEST_F(EvaluatedDataTest, ImagesCountsPhotographsWhateverTheOrderOfQuestions) {
  WriteQuestions();
  const auto out = directory_.PathOf("out");
  const auto outcome = Evaluate("vqa", {"--images", "1", "--measure", "deletion", "--out", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto csv = ReadFile(out + "/results.csv");
  int asked = 0;
  for (auto at = csv.find("1.png: "); at != std::string::npos; at = csv.find("1.png: ", at + 1)) ++asked;
  EXPECT_EQ(asked, 2);
  EXPECT_THAT(csv, Not(HasSubstr("2.png: ")));
}

TEST_F(EvaluatedDataTest, RecallAsksAboutWhatIsAbsent) {
  const auto recall = EvaluateRecall("vqa", {"--question", "{}"});
  EXPECT_EQ(recall["absent"], 2);  // "yes" to "a cat" of each picture
}

TEST_F(EvaluatedDataTest, RecallExplainsTheBestFiveClasses) {
  auto model = SmallClassifier();
  auto trunk = SmallTrunk("");
  trunk.classes = 6;
  model.network = MakeTrunk(trunk);
  SetFormulaWeights(*model.network);
  model.labels = {"dog", "cat", "puppy", "kitten", "terrier", "kitty"};  // whatever five are best, two are cats
  SaveOptions options;
  options.half = false;
  SaveModel(model, directory_.PathOf("six"), options);
  const auto recall = EvaluateRecall("six");
  EXPECT_EQ(Evaluate("classification", {"--measure", "pointing-recall"}).code, 0) << "three classes are all";
  const int placed = recall["placed"];
  const int absent = recall["absent"];
  EXPECT_GE(placed, 4);
  EXPECT_GE(absent, 4);
  EXPECT_EQ(placed + absent, 2 * 5);
}

TEST_F(EvaluatedDataTest, WarnsAndWritesAllFilesWhereNothingHasAPlace) {
  const auto out = directory_.PathOf("out");
  const auto outcome = Evaluate("classification", {"--measure", "pointing", "--out", out});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, testing::ContainsRegex("warning: nothing that '[^']*' says of .* has a place there\n"));
  EXPECT_EQ(ReadFile(out + "/results.csv"), "model,case,target,group,method,measure,part,value,over\r\n");
  const auto results = Json::parse(ReadFile(out + "/results.json"))["results"][0];
  EXPECT_EQ(results["placed"], 0);
  EXPECT_EQ(results["placeless"], 2);
  EXPECT_TRUE(results["rows"].empty());
  EXPECT_THAT(ReadFile(out + "/report.html"), HasSubstr("</html>"));
}

TEST_F(EvaluatedDataTest, GoesOnBehindAPictureThatWasRepaired) {
  const auto evaluate = [&](const std::string& out, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--question", "{}", "--measure", "average-drop", "--out", directory_.PathOf(out)});
    return Evaluate("vqa", more);
  };
  const auto whole = evaluate("whole");
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_THAT(ReadFile(directory_.PathOf("whole/results.csv")),
              testing::AllOf(HasSubstr("1.png: a dog,"), HasSubstr("2.png: a dog,")));

  const auto second = directory_.PathOf("data/2.png");
  const auto picture = ReadFile(second);
  WriteFileWhole(second, "no picture at all");
  const auto broken = evaluate("cut");
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.err, testing::ContainsRegex("error: .*2\\.png' is no image"));
  EXPECT_FALSE(fs::exists(directory_.PathOf("cut/results.json")));
  const auto journal = ReadFile(directory_.PathOf("cut/") + kJournalFile);
  EXPECT_EQ(std::count(journal.begin(), journal.end(), '\n'), 2) << "the set-up and one case";
  EXPECT_THAT(journal, testing::AllOf(HasSubstr("1.png: a dog"), Not(HasSubstr("2.png"))));

  WriteFileWhole(second, picture);
  const auto resumed = evaluate("cut", {"--resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  for (const char* name : {"results.json", "results.csv"}) {
    EXPECT_EQ(ReadFile(directory_.PathOf(std::string("cut/") + name)),
              ReadFile(directory_.PathOf(std::string("whole/") + name)))
        << name;
  }
  EXPECT_FALSE(fs::exists(directory_.PathOf("cut/") + kJournalFile));
}

TEST_F(EvaluatedDataTest, ProgressEndsAtAHundredPerCent) {
  WriteQuestions();
  for (const auto& images : std::vector<std::string>{"", "1", "2", "5"}) {  // 5 are more than there are
    std::vector<std::string> more = {"--measure", "pointing"};
    if (!images.empty()) more.insert(more.end(), {"--images", images});
    const auto outcome = Evaluate("vqa", more);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto sign = outcome.err.rfind(" %");
    ASSERT_NE(sign, std::string::npos) << outcome.err;
    ASSERT_GE(sign, 3U);
    EXPECT_EQ(outcome.err.substr(sign - 3, 3), "100") << images;
  }
}

}  // namespace
}  // namespace wherefore
