#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/modules/linear.h>

namespace wherefore {

/// x (rows, n) times the transpose of w (m, n): (rows, m). LibTorch multiplies a single row as a matrix, which on CPUs
/// takes twice as long as it takes to read w; here it is a vector.
at::Tensor TimesTransposed(const at::Tensor& x, const at::Tensor& w);

/// x (rows, n) times the transpose of `weight` (m, n), plus `bias` (m) where it is defined: (rows, m). A single row is
/// multiplied as a vector, see TimesTransposed().
at::Tensor FullyConnected(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& x);

/// A fully connected layer's output (rows, m) of x (rows, n). A single row is multiplied as a vector, see
/// TimesTransposed().
at::Tensor FullyConnected(const torch::nn::Linear& layer, const at::Tensor& x);

/// FullyConnected() of x (..., n): (..., m).
at::Tensor FullyConnectedTokens(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& x);

/// For backward passes that keep what they need as constants. Throws Error(kUsage) where a second derivative is asked
/// for (create_graph), which would be wrong.
void RequireFirstDerivative();

}  // namespace wherefore
