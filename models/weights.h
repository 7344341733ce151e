#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "models/trunk.h"

namespace wherefore {

/// Copies the tensors into the network's parameters and buffers of the same names, converted to float32. Entries that
/// only training needs are ignored: num_batches_tracked, and the auxiliary heads of `trunk`, whose names have
/// `trunk_prefix` before them ("" or "trunk.").
/// Throws Error(kBadFile) that begins with `file` and names the tensors that are missing, unknown, of another shape or
/// dtype, or hold NaN or infinite values.
void LoadWeights(torch::nn::Module& network, std::map<std::string, at::Tensor> tensors, const TrunkOptions& trunk,
                 const std::string& trunk_prefix, const std::string& file);

/// The network's parameters and buffers as float16 (`half`) or float32, on the host.
/// Throws Error(kUsage) that names the weights that are not finite, or not so as float16.
std::map<std::string, at::Tensor> CollectWeights(const torch::nn::Module& network, bool half);

}  // namespace wherefore
