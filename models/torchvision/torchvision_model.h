#pragma once

#include <string>

#include "models/families.h"

namespace wherefore {

/// A file of weights as torchvision publishes them ("resnet50-0676ba61.pth"), beside which nothing says what they are.
struct TorchvisionFile {
  std::string path;
  std::string network;  ///< torchvision's name, one of TrunkTypes(): "resnet50"
  std::string labels;   ///< a file of the classes, one a line; "": they are called "class 0", "class 1" ...
};

/// The classifier that torchvision's weights are of. Photographs are prepared as torchvision's first published weights
/// ask for it: the shorter side to 256 pixels, the middle 224 x 224, ImageNet's mean and deviation, Pillow's bilinear
/// filter. The default layer is the last feature map. Throws Error(kUsage) for an unknown network, and for another task
/// than classification; Error(kBadFile) for weights that are not that network's, and labels of another number than the
/// head's rows.
Model LoadTorchvisionModel(const TorchvisionFile& file, const LoadOptions& options = {});

}  // namespace wherefore
