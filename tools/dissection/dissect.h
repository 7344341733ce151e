#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "neurons/dissection.h"
#include "tools/data/labeled_images.h"
#include "tools/dissection/dissected_layer.h"
#include "tools/dissection/strongest_images.h"

namespace wherefore {

struct DissectRequest {
  DissectionOptions options;
  int64_t compositional = 1;        ///< most concepts in a name: from 2 on formulas are searched for
  int64_t beam = 10;                ///< of that search
  int64_t batch = 16;               ///< images
  int64_t strongest = 4;            ///< images of each channel
  std::string checkpoint;           ///< file, written now and then and removed at the end; "": none
  double between_checkpoints = 30;  ///< seconds
  bool resume = false;              ///< from the checkpoint, where there is one
};

/// Dissects a layer by a segmented data set, in two passes over it, and one more for each further
/// concept that names may have; masks are seen as the network sees the pictures.
/// Throws Error(kUsage) where the layer depends on questions and the data set has none, for a layer of one channel, and
/// for a checkpoint of another dissection or one in the way; Error(kBadFile) for an image that cannot be read.
DissectedChannels Dissect(const DissectedLayer& layer, const LabeledImages& data, const DissectRequest& request,
                          std::ostream& err);

}  // namespace wherefore
