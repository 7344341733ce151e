#include <filesystem>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "explain/methods/method_options.h"
#include "models/files/files.h"
#include "tests/support/browser.h"
#include "tests/support/run_main.h"
#include "tests/support/temporary_directory.h"
#include "tools/command_line/shipped_model.h"
#include "tools/evaluation/journal.h"
#include "tools/evaluation/measures.h"
#include "tools/programs/program.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

class EvaluateProgramTest : public testing::Test {
 protected:
  /// Two scenes, two methods.
  Outcome Evaluate(const std::string& out, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {
        "--model", ShippedModel(Task::kVqa), "--scenes", "2", "--threads", "1", "--method", "grad-cam", "--method",
        "center"};
    if (!out.empty()) more.insert(more.end(), {"--out", directory_.PathOf(out)});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunMain(RunEvaluateExplanations, arguments);
  }

  std::string Read(const std::string& name) { return ReadFile(directory_.PathOf(name)); }

  TemporaryDirectory directory_;
};

TEST_F(EvaluateProgramTest, PrintsATableAMeasureWithIntervals) {
  const auto outcome = Evaluate("", {"--measure", "pointing", "--measure", "inside-outside"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("\n## scene-vqa: 2 held-out scenes\n"),
                    HasSubstr("| pointing game, % hit | targets | grad-cam | center |\n|---|---|---|---|\n"),
                    HasSubstr("| mean inside / outside | targets |"), HasSubstr("\n| color | ")));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("\n\\| all \\| [0-9]+ \\| [0-9.]+ \\[[0-9.]+, [0-9.]+\\] \\|"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("energy")));
}

TEST_F(EvaluateProgramTest, MeasuresByEveryMeasure) {
  std::vector<std::string> arguments = {"--model",        ShippedModel(Task::kVqa),
                                        "--scenes",       "1",
                                        "--method",       "grad-cam",
                                        "--method",       "random",
                                        "--threads",      "1",
                                        "--steps",        "2",
                                        "--sanity-cases", "1",
                                        "--out",          directory_.PathOf("out")};
  std::set<std::string> asked;
  for (const auto& measure : Measures()) {
    if (measure.name != "pointing-recall") asked.insert(measure.name);  // that is of photographs only
  }
  for (const auto& name : asked) arguments.insert(arguments.end(), {"--measure", name});
  const auto outcome = RunMain(RunEvaluateExplanations, arguments);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto results = nlohmann::json::parse(Read("out/results.json"));
  std::set<std::string> measured;
  for (const auto& row : results["results"][0]["rows"]) {
    measured.insert(row["measure"].get<std::string>());
  }
  EXPECT_EQ(measured, asked);
}

TEST_F(EvaluateProgramTest, GoesOnWhereItWasCutOffAndEndsWithTheSameBytes) {
  ASSERT_EQ(Evaluate("whole").code, 0);
  EXPECT_FALSE(fs::exists(directory_.PathOf("whole/journal.jsonl")));

  // The results cannot be written: the finished cases stay.
  fs::create_directories(directory_.PathOf("cut/results.json"));
  const auto failed = Evaluate("cut");
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.err, HasSubstr("a directory of that name is there"));
  fs::remove(directory_.PathOf("cut/results.json"));

  // Half of them, the last one torn.
  const auto journal = Read("cut/journal.jsonl");
  WriteFileWhole(directory_.PathOf("cut/journal.jsonl"), journal.substr(0, journal.size() / 2));
  EXPECT_THAT(Evaluate("cut").err, HasSubstr("--resume"));
  EXPECT_THAT(Evaluate("cut", {"--resume", "--tolerance", "7"}).err, HasSubstr("measure_options is "));
  const auto resumed = Evaluate("cut", {"--resume"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  for (const char* name : {"results.json", "results.csv", "report.html"}) {
    EXPECT_EQ(Read(std::string("cut/") + name), Read(std::string("whole/") + name)) << name;
  }
  EXPECT_FALSE(fs::exists(directory_.PathOf("cut/journal.jsonl")));
}

TEST_F(EvaluateProgramTest, TakesFinishedCasesFromTheJournal) {
  fs::create_directories(directory_.PathOf("out/results.json"));
  ASSERT_EQ(Evaluate("out", {"--measure", "pointing"}).code, 1);
  fs::remove(directory_.PathOf("out/results.json"));
  auto journal = Read("out/journal.jsonl");
  const auto place = journal.find("\"grad-cam\",\"pointing\",\"\",");
  ASSERT_NE(place, std::string::npos);
  const auto value = place + std::string("\"grad-cam\",\"pointing\",\"\",").size();
  journal.replace(value, journal.find(']', value) - value, "0.125");
  WriteFileWhole(directory_.PathOf("out/journal.jsonl"), journal);
  ASSERT_EQ(Evaluate("out", {"--measure", "pointing", "--resume"}).code, 0);
  EXPECT_THAT(Read("out/results.csv"), HasSubstr(",grad-cam,pointing,,0.125,\r\n"));
}

TEST_F(EvaluateProgramTest, WritesEveryRecordAndItsSummary) {
  ASSERT_EQ(Evaluate("out", {"--measure", "pointing", "--measure", "inside-outside"}).code, 0);
  const auto csv = Read("out/results.csv");
  EXPECT_THAT(csv,
              testing::StartsWith("model,case,target,group,method,measure,part,value,over\r\nscene-vqa,scene 1000"));
  const auto results = nlohmann::json::parse(Read("out/results.json"));
  EXPECT_EQ(results["format"], 2);
  EXPECT_EQ(results["models"][0]["fingerprint"].get<std::string>().size(), 40);
  double hits = 0;
  int count = 0;
  for (std::size_t at = csv.find(",grad-cam,pointing,,"); at != std::string::npos;
       at = csv.find(",grad-cam,pointing,,", at + 1)) {
    hits += std::stod(csv.substr(at + 20));
    ++count;
  }
  for (const auto& row : results["results"][0]["rows"]) {
    if (row["measure"] != "pointing" || row["group"] != "all" || row["method"] != "grad-cam") continue;
    EXPECT_EQ(row["n"], count);
    EXPECT_NEAR(row["mean"].get<double>(), hits / count, 1e-12);
    EXPECT_LE(row["low"], row["mean"]);
    count = 0;
  }
  EXPECT_EQ(count, 0) << "the row is not there";
}

TEST_F(EvaluateProgramTest, SaysWhatIsWrong) {
  EXPECT_THAT(Evaluate("", {"--measure", "pointing", "--measure", "pointing"}).err, HasSubstr("twice"));
  EXPECT_THAT(Evaluate("", {"--measure", "pointer"}).err, HasSubstr("did you mean 'pointing'"));
  EXPECT_THAT(Evaluate("", {"--resume"}).err, HasSubstr("--out"));
  EXPECT_THAT(Evaluate("", {"--images", "3"}).err, HasSubstr("--scenes"));
  EXPECT_THAT(Evaluate("", {"--layer", "layer9"}).err, HasSubstr("layer9"));
  EXPECT_THAT(Evaluate("", {"--method-option", "rise-mask=3"}).err, HasSubstr("rise-masks"));
  EXPECT_EQ(Evaluate("", {"--measure", "pointing-recall"}).code, 2);
  EXPECT_THAT(RunMain(RunEvaluateExplanations, {"--list-measures"}).out, HasSubstr("\nroad "));
  EXPECT_THAT(RunMain(RunEvaluateExplanations, {"--list-methods"}).out, HasSubstr("\nrise "));
}

TEST_F(EvaluateProgramTest, RefusesOptionsThatNothingReads) {
  EXPECT_THAT(Evaluate("", {"--absent", "3"}).err, HasSubstr("--measure pointing-recall"));
  EXPECT_THAT(Evaluate("", {"--tolerance", "3", "--measure", "pointing"}).err,
              HasSubstr("--tolerance is for pointing-tolerant, which"));
  EXPECT_THAT(Evaluate("", {"--steps", "3"}).err, HasSubstr("--steps is for insertion or deletion, which"));
  EXPECT_THAT(Evaluate("", {"--sanity-cases", "3"}).err, HasSubstr("add --measure sanity-decoder,"));
  EXPECT_EQ(Evaluate("", {"--tolerance", "3"}).code, 0) << "pointing-tolerant is measured by default";
  EXPECT_THAT(RunMain(RunEvaluateExplanations, {"--layer", "layer2", "--method", "gradient"}).err,
              HasSubstr("--layer is for methods of a layer"));
  EXPECT_THAT(Evaluate("", {"--absent", "3", "--measure", "pointing-recall"}).err, HasSubstr("--absent is of photo"));
  EXPECT_THAT(Evaluate("", {"--question", "is there {}?"}).err, HasSubstr("--question is what is asked about photo"));
  MakeDirectory(directory_.PathOf("scenes"));
  WriteFileWhole(directory_.PathOf("scenes/scenes.json"), "");
  const std::vector<std::string> of_scenes = {
      "--data",  directory_.PathOf("scenes"), "--question", "is there {}?", "--method", "center",
      "--model", ShippedModel(Task::kVqa),    "--measure",  "pointing"};
  EXPECT_THAT(RunMain(RunEvaluateExplanations, of_scenes).err, HasSubstr("--question is what is asked about photo"));
  EXPECT_EQ(RunMain(RunEvaluateExplanations, of_scenes).code, 2);
}

TEST_F(EvaluateProgramTest, RefusesRecallOfScenesThatWereMade) {
  const auto made = directory_.PathOf("made");
  const auto make =
      RunMain(RunMakeScenes, {"--count", "1", "--seed", "5", "--size", "64", "--questions", "1", "--out", made});
  ASSERT_EQ(make.code, 0) << make.err;
  const auto outcome =
      RunMain(RunEvaluateExplanations, {"--model", ShippedModel(Task::kVqa), "--data", made, "--method", "center",
                                        "--measure", "pointing-recall", "--threads", "1"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("error: "), HasSubstr("pointing-recall"), HasSubstr("scenes")));
}

TEST_F(EvaluateProgramTest, RefusesOptionsOfMethodsThatAreNotRun) {
  const MethodOptions defaults;
  for (const auto& option : AllMethodOptions()) {
    std::ostringstream given;
    given << option.name << '=' << defaults.*option.field;
    const auto outcome = Evaluate("", {"--method-option", given.str()});
    EXPECT_EQ(outcome.code, 2) << option.name;
    EXPECT_THAT(outcome.err, HasSubstr(std::string("--method-option ") + option.name + " is for "));
  }
  EXPECT_THAT(Evaluate("", {"--method-option", "rise-masks=9"}).err, HasSubstr("add --method rise,"));
  EXPECT_EQ(Evaluate("", {"--method-option", "seed=7", "--method", "random"}).code, 0);
}

TEST_F(EvaluateProgramTest, ReportShowsChartsAndExamplesWithoutANetwork) {
  WHEREFORE_NEEDS_BROWSER();
  ASSERT_EQ(Evaluate("out", {"--measure", "pointing", "--measure", "sanity-decoder", "--sanity-cases", "1"}).code, 0);
  Browser browser(directory_.PathOf("out/report.html"), 1200, 900);
  EXPECT_EQ(browser.requests(), 0);
  EXPECT_THAT(browser.Evaluate("document.querySelector('.answer').textContent").get<std::string>(),
              AllOf(HasSubstr("grad-cam is best"), HasSubstr("the picture’s middle gets")));
  EXPECT_EQ(browser.Evaluate("document.querySelectorAll('.chart .track').length"), 2);
  EXPECT_EQ(browser.Evaluate("document.querySelectorAll('.three img').length"), 3);
  EXPECT_EQ(
      browser.Evaluate("[...document.querySelectorAll('.three img')].every(i => i.complete && i.naturalWidth > 0)"),
      true);
  EXPECT_EQ(browser.Evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  const auto before = browser.Evaluate("document.querySelector('.three img').src");
  browser.Evaluate(
      "(() => { const s = document.querySelectorAll('.examples select')[1]; s.value = 1; "
      "s.dispatchEvent(new Event('input', {bubbles: true})); })()");
  EXPECT_NE(browser.Evaluate("document.querySelector('.three img').src"), before);
}

}  // namespace
}  // namespace wherefore
