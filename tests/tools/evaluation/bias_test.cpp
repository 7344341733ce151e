#include "tools/evaluation/bias.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "tests/support/run_main.h"
#include "tests/support/temporary_directory.h"
#include "tools/command_line/shipped_model.h"
#include "tools/programs/program.h"
#include "tools/report/picture.h"
#include "tools/training/train_program.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr Bias kRedRings = {4, 0};

TEST(BiasTest, IsReadFromTheWorld) {
  const auto biases = BiasesOf(ColorOfShape({"ring=red", "star=pink"}));
  ASSERT_EQ(biases.size(), 2U);
  EXPECT_EQ(biases[0].Question(), "what color is the star");
  EXPECT_EQ(biases[0].Color(), "pink");
  EXPECT_EQ(biases[1].shape, kRedRings.shape);
  EXPECT_EQ(biases[1].color, kRedRings.color);
}

TEST(BiasTest, IsMeasuredOnScenesWithOneObjectOfTheShape) {
  const auto model = LoadModel(ShippedModel(Task::kVqa));
  const auto scenes = HeldOutScenes(3'000'000, 60, {}, model.info.image);
  std::ostringstream err;
  for (const bool only_others : {false, true}) {
    int64_t expected = 0;
    for (const auto& scene : scenes) {
      int rings = 0;
      bool is_red = false;
      for (const auto& object : scene.scene.objects) {
        if (object.Of(Attribute::kShape) != kRedRings.shape) continue;
        ++rings;
        is_red = object.Of(Attribute::kColor) == kRedRings.color;
      }
      expected += rings == 1 && !(is_red && only_others);
    }
    const auto result = MeasureBias(model, scenes, kRedRings, only_others, c10::kCPU, err);
    EXPECT_EQ(result.figures.asked, expected);
    EXPECT_EQ(result.cases.size(), static_cast<std::size_t>(expected));
    EXPECT_GT(result.figures.right, expected * 7 / 10) << "the shipped model knows colours";
    EXPECT_LE(result.figures.pointed, static_cast<double>(expected));
    for (const auto& answered : result.cases) EXPECT_EQ(answered.heat.sizes().vec(), (std::vector<int64_t>{192, 192}));
  }
}

TEST(BiasProgramTest, ComparesAModelWithItsTwin) {
  const TemporaryDirectory directory;
  const auto twin = directory.PathOf("twin");
  const auto trained =
      RunMain(RunTrainVqa, {"--out", twin, "--only", "ring=red", "--name", "twin", "--steps", "2", "--scenes", "2",
                            "--evaluate-every", "2", "--held-out", "4", "--test", "4", "--threads", "1"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto out = directory.PathOf("out");
  const auto outcome = RunMain(RunExposeBias, {"--twin", twin, "--scenes", "12", "--out", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("| | scene-vqa | twin |"), HasSubstr("what color is the ring?")));
  const auto json = nlohmann::json::parse(ReadFile(out + "/bias.json"));
  EXPECT_EQ(json["only"], "ring=red");
  EXPECT_GT(json["asked"], 0);
}

TEST(BiasProgramTest, RefusesWhatIsWrong) {
  const auto expect = [](const std::vector<std::string>& arguments, const std::string& text) {
    const auto outcome = RunMain(RunExposeBias, arguments);
    EXPECT_EQ(outcome.code, 2) << text;
    EXPECT_THAT(outcome.err, HasSubstr(text));
  };
  expect({"--only", "ring"}, "as in ring=red, not 'ring'");
  expect({"--only", "ring=rad"}, "there is no color 'rad'; did you mean 'red'?");
  expect({"--scenes", "0"}, "--scenes must be at least 1, not 0");
  expect({"stray"}, "'stray' is no option");
}

}  // namespace
}  // namespace wherefore
