#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "models/convolutional/trunk.h"

namespace wherefore {

/// Where a network has its trunk.
struct TrunkPlace {
  TrunkOptions options;
  std::string prefix;  ///< of the trunk's names in the network's: "trunk.", or "" where the trunk is the network
};

/// Copies the tensors into the network's parameters and buffers of the same names, converted to float32. Entries that
/// only training needs are ignored: num_batches_tracked, and the trunk's auxiliary heads.
/// Throws Error(kBadFile) that begins with `file` and names the tensors that are missing, unknown, of another shape or
/// dtype, or hold NaN or infinite values.
void LoadWeights(torch::nn::Module& network, std::map<std::string, at::Tensor> tensors, const TrunkPlace& trunk,
                 const std::string& file);

/// The network's parameters and buffers as float16 (`half`) or float32, on the host.
/// Throws Error(kUsage) that names the weights that are not finite, or not so as float16.
std::map<std::string, at::Tensor> CollectWeights(const torch::nn::Module& network, bool half);

}  // namespace wherefore
