#include "models/convolutional/batch_norm_layer.h"

#include <ATen/ATen.h>

namespace wherefore {

BatchNormLayer BatchNormLayer::Take(const WeightTree& weights, int64_t channels) {
  return {weights.Take("weight", {channels}), weights.Take("bias", {channels}),
          weights.TakeBuffer("running_mean", {channels}), weights.TakeBuffer("running_var", {channels})};
}

at::Tensor BatchNormLayer::operator()(const at::Tensor& x) const {
  return at::batch_norm(x, weight, bias, mean, variance, /*training=*/false, /*momentum=*/0, epsilon,
                        /*cudnn_enabled=*/true);
}

}  // namespace wherefore
