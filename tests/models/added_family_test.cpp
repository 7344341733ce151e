// A family that the library does not know, added from outside: all of it is in this file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/families.h"
#include "models/files/files.h"
#include "models/files/object_reader.h"
#include "tests/support/run_main.h"
#include "tests/support/temporary_directory.h"
#include "tools/programs/program.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

/// Tells bright from dark: the mean of the image's channels, and its opposite.
class Photometer : public LabelNetwork {
 public:
  Photometer() { gain_ = register_parameter("gain", at::ones({1}), /*requires_grad=*/false); }
  at::Tensor Logits(const Input& input, Tape& tape) override {
    const auto map = tape.At("light", at::relu(tape.At(kImageLayer, input.images) * gain_));
    const auto light = map.mean({1, 2, 3});
    return at::stack({light, -light}, 1);
  }
  const torch::nn::Module& image_part() const override { return *this; }

 private:
  at::Tensor gain_;
};

bool IsPhotometer(const ModelFiles& files) {
  const auto* type = files.config.Find("model_type");
  return type != nullptr && type->string == "photometer";
}

Model LoadPhotometer(const ModelFiles& files, const LoadOptions&) {
  const ObjectReader reader(files.config, files.config_path());
  reader.AllowOnly({"model_type", "size"});
  Model model;
  model.info.name = "photometer";
  model.info.tasks = {Task::kClassification};
  model.info.layer = "light";
  model.info.image.width = model.info.image.height = reader.Integer("size", 1, 1000);
  model.network = std::make_shared<Photometer>();
  model.labels = {"bright", "dark"};
  return model;
}

TEST(AddedFamilyTest, IsExplainedDissectedAndEvaluatedByThePrograms) {
  const TemporaryDirectory directory;
  const auto path = [&](const char* name) { return directory.PathOf(name); };
  WriteFileWhole(path("config.json"), R"({"model_type": "photometer", "size": 16})");
  WritePicture(path("a.png"), at::arange(48 * 32 * 3).remainder(255).reshape({32, 48, 3}).to(at::kByte));
  auto families = Families();
  const std::vector<Task> tasks = {Task::kClassification};
  families.push_back({"photometer", "its own", "tells light", tasks, IsPhotometer, LoadPhotometer, nullptr});
  EXPECT_EQ(RunMain(RunExplainImage, {path("a.png"), "--model", directory.path()}).code, 1);

  const auto explained = RunMain(RunExplainImage, {path("a.png"), "--model", directory.path()}, families);
  EXPECT_EQ(explained.code, 0) << explained.err;
  EXPECT_THAT(explained.out, testing::HasSubstr("bright"));
  const auto dissected = RunMain(
      RunDissectNeurons,
      {"--model", directory.path(), "--out", path("d"), "--scenes", "5", "--concepts", path("names.json")}, families);
  EXPECT_EQ(dissected.code, 0) << dissected.err;
  WritePicture(path("b.png"), at::full({20, 20, 3}, 200, at::kByte));
  WriteFileWhole(path("annotations.json"), R"({"images":[{"id":1,"file_name":"b.png","width":20,"height":20}],
    "categories":[{"id":1,"name":"bright"}],"annotations":[{"id":1,"image_id":1,"category_id":1,"iscrowd":0,
    "bbox":[5,5,10,10],"area":100,"segmentation":[[5,5,15,5,15,15,5,15]]}]})");
  const auto evaluated =
      RunMain(RunEvaluateExplanations,
              {"--model", directory.path(), "--data", directory.path(), "--measure", "pointing"}, families);
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
}

}  // namespace
}  // namespace wherefore
