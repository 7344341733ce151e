#include "tools/training/scene_stream.h"

#include <ATen/ATen.h>

#include "tools/photographs/photograph.h"

namespace wherefore {

std::vector<TrainingScene> SceneStream::Take(int64_t step) {
  auto scenes = step == next_step_ ? next_.get() : Make(step);
  next_step_ = step + 1;
  next_ = std::async(std::launch::async, [this, step] { return Make(step + 1); });
  return scenes;
}

std::vector<TrainingScene> SceneStream::Make(int64_t step) const {
  return MakeTrainingScenes(base_, step * scenes_per_step_, scenes_per_step_, world_, image_);
}

std::vector<TrainingScene> MakeTrainingScenes(std::uint64_t base, int64_t first, int64_t count,
                                              const SceneOptions& world, const ImageOptions& image) {
  std::vector<TrainingScene> scenes;
  for (int64_t i = first; i < first + count; ++i) {
    TrainingScene made;
    made.scene = MakeScene(SceneSeed(base, static_cast<std::uint64_t>(i)), world);
    Photograph photograph;
    photograph.pixels = made.scene.picture;
    made.image = Preprocess(photograph, image);
    scenes.push_back(made);
  }
  return scenes;
}

at::Tensor ImagesOf(const std::vector<TrainingScene>& scenes, c10::Device device) {
  std::vector<at::Tensor> images;
  for (const auto& scene : scenes) images.push_back(scene.image);
  return at::cat(images).to(device);
}

}  // namespace wherefore
