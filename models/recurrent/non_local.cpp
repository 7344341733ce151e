#include "models/recurrent/non_local.h"

#include <cmath>

#include <ATen/ATen.h>

namespace wherefore {

NonLocalBlock::NonLocalBlock(int64_t channels, int64_t size) {
  theta_ = register_module("theta", torch::nn::Linear(channels, size));
  phi_ = register_module("phi", torch::nn::Linear(channels, size));
  g_ = register_module("g", torch::nn::Linear(channels, size));
  w_ = register_module("W", torch::nn::Linear(size, channels));
}

at::Tensor NonLocalBlock::Affinities(const at::Tensor& places) {
  const double scale = 1 / std::sqrt(static_cast<double>(theta_->options.out_features()));
  const double bias = -std::log(static_cast<double>(places.size(1)));
  return at::matmul(theta_(places) * scale, phi_(places).transpose(1, 2)) + bias;
}

at::Tensor NonLocalBlock::forward(const at::Tensor& places, const at::Tensor& affinities) {
  return places + w_(at::matmul(affinities.sigmoid(), g_(places)));
}

}  // namespace wherefore
