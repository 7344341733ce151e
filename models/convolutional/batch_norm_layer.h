#pragma once

#include <ATen/core/Tensor.h>

#include "models/files/weight_tree.h"

namespace wherefore {

/// Batch normalisation of maps (N, K, h, w) by the statistics of training.
struct BatchNormLayer {
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor mean;
  at::Tensor variance;
  double epsilon = 1e-5;

  static BatchNormLayer Take(const WeightTree& weights, int64_t channels);
  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace wherefore
