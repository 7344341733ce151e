#include "models/convolutional/feature_map.h"

#include "explain/error.h"

namespace wherefore {

at::Tensor FeatureMap(Trunk& trunk, const at::Tensor& images, Tape& tape, const std::string& stage, int64_t channels,
                      const std::string& option) {
  const std::string& name = stage.empty() ? trunk.feature_stage() : stage;
  const auto map = trunk.Forward(images, tape, name);
  const std::string what = "stage '" + name + "' of " + trunk.options().type;
  if (map.dim() != 4) {
    ThrowUsage(what + " has " + std::to_string(map.dim()) + " dimensions and is no feature map (N, K, h, w)");
  }
  if (map.size(1) != channels) {
    ThrowUsage(what + " has " + std::to_string(map.size(1)) + " channels, but " + option + " is " +
               std::to_string(channels));
  }
  return map;
}

}  // namespace wherefore
