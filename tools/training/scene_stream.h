#pragma once

#include <cstdint>
#include <future>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/families.h"
#include "tools/scenes/scene.h"

namespace wherefore {

/// A scene as a network learns from it.
struct TrainingScene {
  Scene scene;
  at::Tensor image;  ///< float32 (1, 3, H, W), as Preprocess() makes it
};

/// The scenes of one world, made while the network is busy with those before. Which scenes a step gets depends on
/// nothing but its number, so that a run that is resumed sees what it would have seen.
class SceneStream {
 public:
  /// `base`: of the scenes' seeds, as SceneSeed() takes it.
  SceneStream(std::uint64_t base, int64_t scenes_per_step, const SceneOptions& world, const ImageOptions& image)
      : base_(base), scenes_per_step_(scenes_per_step), world_(world), image_(image) {}

  /// The scenes of that step; those of the next are begun.
  std::vector<TrainingScene> Take(int64_t step);

 private:
  std::vector<TrainingScene> Make(int64_t step) const;

  std::uint64_t base_;
  int64_t scenes_per_step_;
  SceneOptions world_;
  ImageOptions image_;
  int64_t next_step_ = -1;
  std::future<std::vector<TrainingScene>> next_;
};

/// Scenes `first` to `first + count - 1` of a base seed, one after the other.
std::vector<TrainingScene> MakeTrainingScenes(std::uint64_t base, int64_t first, int64_t count,
                                              const SceneOptions& world, const ImageOptions& image);

/// Images of scenes as one batch (N, 3, H, W).
at::Tensor ImagesOf(const std::vector<TrainingScene>& scenes, c10::Device device);

}  // namespace wherefore
