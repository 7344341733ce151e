#pragma once

#include <string>

#include <torch/nn/module.h>

namespace wherefore {

/// What tells a network from others: a name-based UUID (RFC 4122, version 5) of the names, shapes and values of its
/// parameters and buffers, the same on every device. For files about a network, so that they are not used with another.
std::string Fingerprint(const torch::nn::Module& network);

}  // namespace wherefore
