#pragma once

#include <string>

#include <ATen/core/Tensor.h>

#include "explain/tape.h"

namespace wherefore {

/// Two convolutions with ReLU and a linear layer, weights from a formula: small enough for finite differences.
/// Layers: conv1, conv2 (both after their ReLU). Input (N, 2, 4, 4), logits (N, 5).
struct TinyNetwork {
  explicit TinyNetwork(at::ScalarType type = at::kFloat);

  at::Tensor Forward(const at::Tensor& images, Tape& tape);

  /// Logits where the named layer has this output.
  at::Tensor ForwardFrom(const std::string& layer, const at::Tensor& x);

  at::Tensor conv1;
  at::Tensor conv2;
  at::Tensor linear;
};

at::Tensor TinyImage(at::ScalarType type = at::kFloat);

}  // namespace wherefore
