#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "neurons/composition.h"
#include "neurons/concepts.h"
#include "tools/dissection/dissected_layer.h"

namespace wherefore {

/// Where a channel fires in an image that it responds to strongly.
struct StrongImage {
  int64_t image = -1;   ///< index into DissectedChannels::images
  std::string outline;  ///< of the region above the threshold: an SVG path, in pixels of the picture
};

/// A layer's names, and what shows whether they are good.
struct DissectedChannels {
  LayerConcepts concepts;
  std::vector<std::vector<StrongImage>> strongest;  ///< of each channel, strongest first; of none that never fires
  std::vector<at::Tensor> images;                   ///< uint8 (h, w, 3): what the network was shown
  std::vector<CompositionStep> steps;               ///< what longer names reach; none where names are single concepts
};

/// The images that each channel responds to most strongly anywhere.
class StrongestImages {
 public:
  /// `count` of each channel.
  StrongestImages(int64_t channels, int64_t count);

  /// Activations (N, K, h, w) of images `first` and following.
  void Add(const at::Tensor& activations, int64_t first);

  /// Strongest first.
  std::vector<int64_t> Of(int64_t channel) const;

  void Save(std::map<std::string, at::Tensor>* state) const;
  void Restore(const std::map<std::string, at::Tensor>& state);

 private:
  at::Tensor values_;
  at::Tensor images_;
};

/// An image as the network is shown it.
struct ShownImage {
  at::Tensor input;  ///< (1, 3, H, W)
  std::string question;
};

/// Fills in `strongest` and `images` of the named channels; each image is loaded once.
void ShowStrongest(const StrongestImages& strongest, const DissectedLayer& layer,
                   const std::function<ShownImage(int64_t image)>& load, DissectedChannels* channels);

}  // namespace wherefore
