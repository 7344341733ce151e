#pragma once

#include <vector>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include "explain/tape.h"

namespace wherefore {

/// A convolution without bias, as before a batch normalisation; square kernels, symmetric padding.
torch::nn::Conv2d ConvWithoutBias(int64_t in, int64_t out, int64_t kernel, int64_t stride = 1, int64_t padding = 0,
                                  int64_t groups = 1);

torch::nn::Conv2d ConvWithBias(int64_t in, int64_t out, int64_t kernel, int64_t stride = 1, int64_t padding = 0);

torch::nn::BatchNorm2d Norm(int64_t channels, double epsilon = 1e-5);

// Stages of a trunk without weights.

/// ReLU, never in place: a tape may have recorded `x`.
at::Tensor Rectified(const at::Tensor& x, Tape& tape);

/// `x` itself, as dropout is in evaluation: a stage all the same, as users count torchvision's.
at::Tensor Dropout(const at::Tensor& x, Tape& tape);

/// Spatial mean, (N, K, h, w) -> (N, K): torchvision's adaptive average pooling to 1 x 1, flattened.
at::Tensor PooledToVector(const at::Tensor& x);

/// Side by side along the channels, (N, K, h, w) each. A part of one row stands beside every row of the others: where a
/// method puts several rows in the place of one branch's output, the other branches have one.
at::Tensor Concatenated(std::vector<at::Tensor> parts);

/// ceil: whether a window that starts inside the image but ends beyond counts.
at::Tensor MaxPool(const at::Tensor& x, int64_t kernel, int64_t stride, int64_t padding = 0, bool ceil = false);

}  // namespace wherefore
