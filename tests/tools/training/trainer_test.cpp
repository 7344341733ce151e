#include "tools/training/trainer.h"

#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/files/weights.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/picture.h"
#include "tools/training/cell_heads.h"
#include "tools/training/scene_training.h"

namespace wherefore {
namespace {

/// Learns how many objects a scene has from its mean colours. Dies in a chosen evaluation.
class CountingTask : public TrainingTask {
 public:
  explicit CountingTask(int die_in = 0) : die_in_(die_in) {
    at::manual_seed(3);
    layer_ = torch::nn::Linear(3, 6);
  }

  torch::nn::Module& module() override { return *layer_; }

  at::Tensor Loss(const std::vector<TrainingScene>& scenes) override {
    return at::cross_entropy_loss(Logits(scenes), Counts(scenes));
  }

  Figures Evaluate(const std::vector<TrainingScene>& scenes) override {
    if (++evaluations_ == die_in_) throw std::runtime_error("killed");
    return {{"right", (Logits(scenes).argmax(1) == Counts(scenes)).to(at::kDouble).mean().item<double>()}};
  }

  void Save(const std::string& directory) override {
    WriteSafetensors(directory + "/model.safetensors", CollectWeights(*layer_, false));
  }

  at::Tensor weight() const { return layer_->weight.detach().clone(); }

 private:
  at::Tensor Logits(const std::vector<TrainingScene>& scenes) {
    return layer_(ImagesOf(scenes, at::kCPU).mean(at::IntArrayRef{2, 3}));
  }

  static at::Tensor Counts(const std::vector<TrainingScene>& scenes) {
    std::vector<int64_t> counts;
    for (const auto& scene : scenes) counts.push_back(static_cast<int64_t>(scene.scene.objects.size()) - 1);
    return at::tensor(counts, at::kLong);
  }

  torch::nn::Linear layer_{nullptr};
  int die_in_;
  int evaluations_ = 0;
};

TrainingOptions SmallRun(const std::string& out) {
  TrainingOptions options;
  options.out = out;
  options.steps = 12;
  options.scenes = 4;
  options.evaluate_every = 3;
  options.held_out = 8;
  options.learning_rate = 0.05;
  options.world.size = 64;
  return options;
}

/// What it died of; "" where it did not.
std::string Trained(CountingTask& task, const TrainingOptions& options) {
  std::ostringstream err;
  try {
    Train(task, options, SceneImageOptions(), err);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(TrainerTest, IsTheSameResumedAsInOne) {
  const TemporaryDirectory directory;
  CountingTask whole;
  const auto options = SmallRun(directory.path() + "/whole");
  EXPECT_EQ(Trained(whole, options), "");

  auto cut = SmallRun(directory.path() + "/cut");
  CountingTask killed(3);
  EXPECT_NE(Trained(killed, cut), "");
  CountingTask resumed;
  cut.resume = true;
  EXPECT_EQ(Trained(resumed, cut), "");

  EXPECT_TRUE(whole.weight().equal(resumed.weight()));
  EXPECT_FALSE(whole.weight().equal(CountingTask().weight()));
  for (const char* file : {"/training.json", "/learning-curve.png", "/model.safetensors"}) {
    EXPECT_EQ(ReadFile(options.out + file), ReadFile(cut.out + file)) << file;
  }
}

TEST(TrainerTest, RefusesACheckpointOfOtherOptions) {
  const TemporaryDirectory directory;
  auto options = SmallRun(directory.path());
  CountingTask killed(2);
  Trained(killed, options);
  CountingTask again;
  EXPECT_THAT(Trained(again, options), testing::HasSubstr("--resume"));
  options.resume = true;
  options.scenes = 5;
  EXPECT_THAT(Trained(again, options), testing::HasSubstr("was begun with scenes_per_step 4, not 5"));
}

TEST(TrainerTest, RefusesADamagedCheckpoint) {
  const TemporaryDirectory directory;
  auto options = SmallRun(directory.path());
  options.resume = true;
  WriteFileWhole(directory.path() + "/checkpoint.pt", "no archive");
  CountingTask task;
  EXPECT_THAT(Trained(task, options), testing::HasSubstr("is no checkpoint of this model"));
}

TEST(TrainerTest, StopsWhenPatienceEnds) {
  const TemporaryDirectory directory;
  auto options = SmallRun(directory.path());
  options.learning_rate = 1e-9;  // nothing gets better
  options.steps = 100;
  options.patience = 2;
  CountingTask task;
  std::ostringstream err;
  const auto history = Train(task, options, SceneImageOptions(), err);
  EXPECT_EQ(history.best_step, 3);
  EXPECT_EQ(history.loss.steps.back(), 9);
}

TEST(TrainerTest, RemovesTheCheckpointAtTheEnd) {
  const TemporaryDirectory directory;
  const auto options = SmallRun(directory.path());
  CountingTask task;
  std::ostringstream err;
  const auto history = Train(task, options, SceneImageOptions(), err);
  EXPECT_TRUE(std::filesystem::exists(directory.path() + "/checkpoint.pt"));
  FinishTraining(options, history, {{"right", 0.5}});
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/checkpoint.pt"));
  EXPECT_THAT(ReadFile(directory.path() + "/training.json"), testing::HasSubstr("\"right\": 0.5"));
}

TEST(TrainerTest, HeldOutScenesAreNotThoseOfTraining) {
  const auto held_out = HeldOutScenes(0, 1, {}, SceneImageOptions());
  const auto seen = MakeTrainingScenes(1, 0, 1, {}, SceneImageOptions());
  EXPECT_NE(held_out[0].scene.seed, seen[0].scene.seed);
  EXPECT_TRUE(held_out[0].image.equal(HeldOutScenes(0, 1, {}, SceneImageOptions())[0].image));
}

TEST(TrainerTest, HeldOutScenesHaveNoMoreAlikeThanChanceBrings) {
  SceneOptions world;
  world.alike = 1;
  const auto held_out = HeldOutScenes(0, 5, world, SceneImageOptions());
  const auto expected = HeldOutScenes(0, 5, {}, SceneImageOptions());
  for (std::size_t i = 0; i < held_out.size(); ++i) EXPECT_TRUE(held_out[i].image.equal(expected[i].image));
}

TEST(CompanyTargetsTest, TellWhatAnObjectIsToTheOthers) {
  Scene scene;
  scene.objects.resize(5);
  scene.objects[0].look = scene.objects[3].look = {3, 2, 1, 0};
  scene.objects[1].look = {3, 2, 1, 1};
  scene.occlusions = {{1, 0}, {2, 1}};
  for (auto* other : {&scene.objects[2], &scene.objects[4]}) other->look = {1, 1, 1, 1};
  const auto owners = at::tensor({int64_t{0}, int64_t{1}, int64_t{2}, int64_t{3}, kNobody, kBackground}, at::kLong);
  const auto none = kNoTarget;
  const auto expected = at::tensor({int64_t{1}, int64_t{0}, int64_t{1}, int64_t{1}, none, none,  //
                                    int64_t{0}, int64_t{1}, int64_t{1}, int64_t{0}, none, none,  //
                                    int64_t{1}, int64_t{1}, int64_t{0}, int64_t{0}, none, none});
  EXPECT_TRUE(CompanyTargets(scene, owners).equal(expected.reshape({3, 6})));
  scene.objects[2].look = scene.objects[4].look = scene.objects[0].look;  // four alike: "more than two"
  EXPECT_EQ(CompanyTargets(scene, owners)[0][3].item<int64_t>(), 2);
}

TEST(CellTargetsTest, NameTheObjectThatCoversACell) {
  Scene scene;
  scene.mask = at::zeros({8, 8}, at::kByte);
  scene.mask.narrow(0, 0, 4).narrow(1, 0, 4).fill_(1);  // the first of 2 x 2 cells, whole
  scene.mask[0][4] = 2;                                 // a pixel of the second
  SceneObject first;
  first.look = {3, 2, 1, 0};
  scene.objects = {first, SceneObject()};
  const auto owners = CellOwners(scene, 2, 2);
  const auto targets = CellTargets(scene, owners);
  for (int64_t attribute = 0; attribute < 4; ++attribute) {
    EXPECT_EQ(targets[attribute][0].item<int64_t>(), first.look[static_cast<std::size_t>(attribute)]);
    EXPECT_EQ(targets[attribute][1].item<int64_t>(), kNoTarget);
    EXPECT_EQ(targets[attribute][2].item<int64_t>(), kNoTarget);
  }
  EXPECT_TRUE(owners.equal(at::tensor({int64_t{0}, kNobody, kBackground, kBackground}, at::kLong)));
}

TEST(LearningCurveTest, DrawsEachCurve) {
  const Curve loss = {"loss", {1, 2, 3}, {2, 1, 0.5}};
  const auto plain = DrawLearningCurve(loss, {});
  const auto with = DrawLearningCurve(loss, {{"right", {1, 2, 3}, {0, 0.5, 1}}});
  EXPECT_EQ(plain.sizes(), with.sizes());
  EXPECT_FALSE(plain.equal(with));
  EXPECT_TRUE(plain.equal(DrawLearningCurve(loss, {{"objects mentioned", {1, 2, 3}, {0, 0.5, 1.8}}}))) << "no share";
}

}  // namespace
}  // namespace wherefore
