#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "neurons/concepts.h"
#include "neurons/dissection.h"
#include "tools/dissection/dissected_layer.h"
#include "tools/dissection/labeled_images.h"

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
};

struct DissectRequest {
  DissectionOptions options;
  int64_t batch = 16;               ///< images
  int64_t strongest = 4;            ///< images of each channel
  std::string checkpoint;           ///< file, written now and then and removed at the end; "": none
  double between_checkpoints = 30;  ///< seconds
  bool resume = false;              ///< from the checkpoint, where there is one
};

/// Dissects a layer by a segmented data set, in two passes over it; masks are seen as the network sees the pictures.
/// Throws Error(kUsage) where the layer depends on questions and the data set has none, for a layer of one channel, and
/// for a checkpoint of another dissection or one in the way; Error(kBadFile) for an image that cannot be read.
DissectedChannels Dissect(const DissectedLayer& layer, const LabeledImages& data, const DissectRequest& request,
                          std::ostream& err);

}  // namespace wherefore
