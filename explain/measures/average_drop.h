#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// The image (1, C, H, W) times its map (H, W), scaled from its own minimum and maximum to [0, 1]: what the map would
/// keep. A map that is the same everywhere keeps nothing, as Prepare() has it.
/// Throws Error(kUsage) for other shapes, or a map with NaN or infinity.
at::Tensor MaskedByMap(const at::Tensor& image, const at::Tensor& map);

/// Average drop and increase in confidence (Chattopadhay et al. 2018, "Grad-CAM++"), over many images.
class ConfidenceChange {
 public:
  /// Probabilities of what is explained, of an image as a whole and of what its map keeps. Where the whole image has
  /// none at all, there is nothing to drop. Throws Error(kUsage) where either is not in [0, 1].
  void Add(double whole, double masked);

  int64_t images() const { return images_; }

  /// Mean of the share of its probability that an image loses, gains counted as 0; %, the lower the better.
  /// Throws Error(kUsage) where no image was added, as does the next.
  double AverageDrop() const;

  /// Share of images whose probability rises; %, the higher the better.
  double Increase() const;

 private:
  double Percent(double sum) const;

  int64_t images_ = 0;
  double drops_ = 0;
  double rises_ = 0;
};

}  // namespace wherefore
