#pragma once

#include <memory>
#include <vector>

#include <ATen/ATen.h>
#include <torch/utils.h>

#include "tests/support/small_models.h"

namespace wherefore {

/// How many places RandomAnnotations() have.
inline constexpr int64_t kRandomPlaces = 6;

/// A captioner with attention of SmallAttendingOptions(), with random weights, in double precision, frozen.
template <class Network, class Options>
std::shared_ptr<Network> RandomCaptioner(c10::Device device) {
  torch::manual_seed(3);
  auto network = std::make_shared<Network>(SmallAttendingOptions<Options>());
  network->eval();
  network->to(device, at::kDouble);
  for (auto& parameter : network->parameters()) parameter.set_requires_grad(false);
  return network;
}

/// Annotations (images, kRandomPlaces, kSmallStageChannels) for it, on the host.
inline at::Tensor RandomAnnotations(int64_t images) {
  torch::manual_seed(4);
  return at::randn({images, kRandomPlaces, kSmallStageChannels}, at::kDouble);
}

/// What one image's words should give, written out word by word.
struct ExpectedWords {
  std::vector<at::Tensor> logits;
  std::vector<at::Tensor> attention;
};

}  // namespace wherefore
