#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "tools/scenes/random.h"
#include "tools/scenes/scene.h"

namespace wherefore {

/// Where a scene is painted, object by object, each in front of those before.
class SceneCanvas {
 public:
  /// An uneven background with clutter. `random` is used until the last call.
  SceneCanvas(Random& random, int size);
  ~SceneCanvas();
  SceneCanvas(const SceneCanvas&) = delete;
  SceneCanvas& operator=(const SceneCanvas&) = delete;

  /// Paints the object with its shadow, unless that would leave less than `least_visible` of the area of an earlier
  /// one. `paint`: whether it is to be seen; if not, it takes its place among the objects all the same.
  bool Add(const SceneObject& object, double least_visible, bool paint = true);

  /// uint8 (size, size, 3), under uneven light and with noise.
  at::Tensor Picture();

  /// uint8 (size, size): 0, or i + 1 where the object added i-th is visible.
  at::Tensor Mask() const;

  /// Sets what is visible of each object and the box round it.
  void Measure(std::vector<SceneObject>* objects) const;

  std::vector<std::pair<std::size_t, std::size_t>> Occlusions() const { return occlusions_; }

 private:
  struct Images;
  struct Patch;

  Patch CutOut(const SceneObject& object) const;
  std::vector<int> PixelsHiddenBy(const Patch& patch) const;
  void PaintShadow(const Patch& patch);

  /// How one object differs from others of its look.
  struct Finish {
    std::array<float, 3> shades{};  ///< added to its colour, RGB
    double shift = 0;               ///< of its pattern
  };
  Finish RandomFinish();

  void PaintObject(const Patch& patch, const SceneObject& object, const Finish& finish);

  Random& random_;
  int size_;
  std::unique_ptr<Images> images_;
  std::vector<int> areas_;    ///< an object's pixels, hidden or not
  std::vector<int> visible_;  ///< and those to be seen
  std::vector<std::pair<std::size_t, std::size_t>> occlusions_;
};

}  // namespace wherefore
