#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/measures/box_localisation.h"
#include "explain/measures/insertion_deletion.h"
#include "explain/measures/score_images.h"

namespace wherefore {

/// A target whose maps are measured, whichever method makes them.
struct MapSubject {
  at::Tensor image;             ///< (1, 3, H, W), on the model's device
  at::Tensor mask;              ///< uint8 (h, w), on the host; undefined where the target has no place
  std::vector<PixelBox> boxes;  ///< round each of the objects that `mask` covers
  ScoreImages probability;      ///< of images like `image`; empty where no measure asks for it
  at::Tensor occlusion;         ///< the target's occlusion map (H, W), signed, on the host; undefined likewise
};

/// One method's map of a target, and what several measures want to know of it: computed when the first one asks.
class TargetMap {
 public:
  /// Makes a heat map, on the host.
  using MakeHeat = std::function<at::Tensor()>;

  /// `subject`, and what the functions refer to, must outlive this object. `on_picture`, `on_image`: HeatOf(), of the
  /// mask's size (h, w) and of the image's (H, W).
  TargetMap(const MapSubject& subject, MakeHeat on_picture, MakeHeat on_image, int64_t steps)
      : subject_(subject),
        make_on_picture_(std::move(on_picture)),
        make_on_image_(std::move(on_image)),
        steps_(steps) {}

  const MapSubject& subject() const { return subject_; }
  const at::Tensor& on_picture() const;
  const at::Tensor& on_image() const;

  /// On the model's device.
  at::Tensor on_image_there() const { return on_image().to(subject_.image.device()); }

  /// Of `steps` steps.
  const InsertionDeletion& insertion_deletion() const;

  /// Probabilities of the whole image, and of what the map keeps of it.
  const std::pair<double, double>& whole_and_kept() const;

 private:
  const MapSubject& subject_;
  MakeHeat make_on_picture_;
  MakeHeat make_on_image_;
  int64_t steps_;
  mutable at::Tensor on_picture_;
  mutable at::Tensor on_image_;
  mutable std::optional<InsertionDeletion> insertion_deletion_;
  mutable std::optional<std::pair<double, double>> whole_and_kept_;
};

}  // namespace wherefore
