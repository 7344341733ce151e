#pragma once

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
  /// `subject` must outlive this object. `on_picture`, `on_image`: HeatOf(), of the mask's size (h, w) and of the
  /// image's (H, W), on the host.
  TargetMap(const MapSubject& subject, at::Tensor on_picture, at::Tensor on_image, int64_t steps)
      : subject_(subject), on_picture_(std::move(on_picture)), on_image_(std::move(on_image)), steps_(steps) {}

  const MapSubject& subject() const { return subject_; }
  const at::Tensor& on_picture() const { return on_picture_; }
  const at::Tensor& on_image() const { return on_image_; }

  /// On the model's device.
  at::Tensor on_image_there() const { return on_image_.to(subject_.image.device()); }

  /// Of `steps` steps.
  const InsertionDeletion& insertion_deletion() const;

  /// Probabilities of the whole image, and of what the map keeps of it.
  const std::pair<double, double>& whole_and_kept() const;

 private:
  const MapSubject& subject_;
  at::Tensor on_picture_;
  at::Tensor on_image_;
  int64_t steps_;
  mutable std::optional<InsertionDeletion> insertion_deletion_;
  mutable std::optional<std::pair<double, double>> whole_and_kept_;
};

}  // namespace wherefore
