#include "models/convolutional/image_feature.h"

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {

at::Tensor ImageFeature(Trunk& trunk, const at::Tensor& images, Tape& tape, const std::string& feature) {
  if (feature == kAveragePool) return trunk.Forward(images, tape, trunk.feature_stage()).mean({2, 3});
  const auto vector = trunk.Forward(images, tape, feature);
  if (vector.dim() != 2) {
    ThrowUsage("image_feature '" + feature + "' is no vector: stage '" + feature + "' of " + trunk.options().type +
               " has " + std::to_string(vector.dim()) + " dimensions; use '" + kAveragePool +
               "' or a fully connected stage such as 'classifier.4'");
  }
  return vector;
}

}  // namespace wherefore
