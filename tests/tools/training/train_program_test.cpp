#include "tools/training/train_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/families.h"
#include "models/files/files.h"
#include "tests/support/run_main.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

/// As short as training can be.
Outcome Short(Main main, std::vector<std::string> arguments) {
  for (const char* argument :
       {"--steps", "2", "--scenes", "2", "--evaluate-every", "2", "--held-out", "4", "--test", "4", "--threads", "1"}) {
    arguments.emplace_back(argument);
  }
  return RunMain(main, arguments);
}

class TrainProgramTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
};

TEST_F(TrainProgramTest, MakesACaptionersDirectoryAndAnotherFromItsTrunk) {
  const auto first = directory_.PathOf("first");
  const auto outcome = Short(RunTrainCaption, {"--out", first, "--name", "tiny"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("things right"));
  const auto model = LoadModel(first);
  EXPECT_EQ(model.info.name, "tiny");
  const auto record = nlohmann::json::parse(ReadFile(first + "/training.json"));
  EXPECT_EQ(record["options"]["steps"], 2);
  EXPECT_TRUE(record["figures"].contains("right"));
  EXPECT_EQ(DecodePicture(ReadFile(first + "/learning-curve.png")).size(2), 3);

  const auto second = Short(RunTrainVqa, {"--out", directory_.PathOf("second"), "--start-from", first});
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.out, HasSubstr("right"));
  EXPECT_EQ(LoadModel(directory_.PathOf("second")).labels.size(), 30);
}

TEST_F(TrainProgramTest, TrainsAModelFurther) {
  const auto first = directory_.PathOf("first");
  const auto second = directory_.PathOf("second");
  ASSERT_EQ(Short(RunTrainVqa, {"--out", first}).code, 0);
  // At such a rate weights stay what they were given as.
  const auto further = Short(RunTrainVqa, {"--out", second, "--fine-tune", first + "/", "--learning-rate", "1e-12"});
  ASSERT_EQ(further.code, 0) << further.err;
  const auto before = LoadModel(first).network->named_parameters();
  const auto after = LoadModel(second).network->named_parameters();
  for (const auto& item : before) EXPECT_TRUE(at::allclose(item.value(), after[item.key()], 0, 1e-5)) << item.key();
  const auto record = nlohmann::json::parse(ReadFile(second + "/training.json"));
  EXPECT_EQ(record["options"]["of_program"], nlohmann::json::parse(R"(["--fine-tune first"])"));

  const auto other = Short(RunTrainCaption, {"--out", directory_.PathOf("third"), "--fine-tune", first});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("model.safetensors"));
  const auto both = Short(RunTrainVqa, {"--out", second, "--fine-tune", first, "--start-from", first});
  EXPECT_EQ(both.code, 2);
  EXPECT_THAT(both.err, HasSubstr("give one of them"));
}

TEST_F(TrainProgramTest, MeasuresAModelAsItDidWhenItWasTrained) {
  const auto model = directory_.PathOf("model");
  const auto trained = Short(RunTrainVqa, {"--out", model});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto measured = RunMain(RunTrainVqa, {"--measure", model, "--held-out", "4", "--test", "4", "--threads", "1"});
  EXPECT_EQ(measured.code, 0) << measured.err;
  EXPECT_EQ(measured.out, trained.out);
  const auto refused = RunMain(RunTrainVqa, {"--measure", model, "--steps", "9"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("nothing reads --steps"));
}

TEST_F(TrainProgramTest, SeesNothingWhereItIsBlind) {
  const auto outcome = Short(RunTrainVqa, {"--out", directory_.PathOf("blind"), "--blind"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
}

TEST_F(TrainProgramTest, TrainsInABiasedWorld) {
  const auto outcome = Short(RunTrainVqa, {"--out", directory_.PathOf("twin"), "--only", "ring=red"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto record = nlohmann::json::parse(ReadFile(directory_.PathOf("twin") + "/training.json"));
  EXPECT_EQ(record["options"]["world"]["color_of_shape"], nlohmann::json::parse("[-1,-1,-1,-1,0,-1,-1,-1]"));
}

TEST_F(TrainProgramTest, TrainsWithMoreQuestionsOfSomeFamilies) {
  const auto out = directory_.PathOf("model");
  const auto outcome = Short(RunTrainVqa, {"--out", out, "--questions", "comparison=2.5", "--questions", "color=0"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto record = nlohmann::json::parse(ReadFile(out + "/training.json"));
  EXPECT_EQ(record["options"]["of_program"],
            nlohmann::json::parse(R"(["--questions comparison=2.5", "--questions color=0"])"));
}

TEST_F(TrainProgramTest, RefusesWrongSharesOfQuestions) {
  const auto expect = [&](const std::vector<std::string>& questions, const std::string& text) {
    std::vector<std::string> arguments = {"--out", directory_.PathOf("model")};
    for (const auto& question : questions) arguments.insert(arguments.end(), {"--questions", question});
    const auto outcome = RunMain(RunTrainVqa, arguments);
    EXPECT_EQ(outcome.code, 2) << text;
    EXPECT_THAT(outcome.err, HasSubstr(text));
  };
  expect({"comparison"}, "--questions is 'comparison', but must be a name and a number: comparison=2");
  expect({"comparisons=2"}, "there is no family of questions 'comparisons'; did you mean 'comparison'?");
  expect({"color=-1"}, "the share must be 0 to 10");
  expect({"existence=0", "counting=0", "color=0", "shape=0", "size=0", "pattern=0", "comparison=0", "relation=0",
          "relation_color=0"},
         "--questions leaves no questions to train with");
}

TEST_F(TrainProgramTest, RefusesWhatIsWrong) {
  const auto expect = [](const std::vector<std::string>& arguments, const std::string& text) {
    const auto outcome = RunMain(RunTrainCaption, arguments);
    EXPECT_EQ(outcome.code, 2) << text;
    EXPECT_THAT(outcome.err, HasSubstr(text));
    EXPECT_EQ(outcome.out, "");
  };
  const auto out = directory_.PathOf("model");
  expect({}, "name the model directory to make with --out");
  expect({"--out", out, "--steps", "0"}, "--steps must be at least 1, not 0");
  expect({"--out", out, "--scenes", "1"}, "--scenes must be at least 2, not 1");
  expect({"--out", out, "--learning-rate", "-1"}, "--learning-rate must be above zero");
  expect({"--out", out, "--only", "ring"}, "as in ring=red, not 'ring'");
  expect({"--out", out, "--only", "ring=rad"}, "there is no color 'rad'; did you mean 'red'?");
  expect({"--out", out, "--only", "rung=red"}, "there is no shape 'rung'; did you mean 'ring'?");
  expect({"--out", out, "--alike", "2"}, "the chance that things look alike must be 0 to 1, not 2");
  expect({"--out", out, "--blind"}, "there is no option '--blind'");
  expect({"stray", "--out", out}, "'stray' is no option");
  EXPECT_EQ(directory_.Names(), std::vector<std::string>{});
}

}  // namespace
}  // namespace wherefore
