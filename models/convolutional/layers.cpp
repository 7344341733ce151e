#include "models/convolutional/layers.h"

#include <algorithm>

#include <ATen/ATen.h>

namespace wherefore {

namespace nn = torch::nn;

nn::Conv2d ConvWithoutBias(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding, int64_t groups) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(padding).groups(groups).bias(false));
}

nn::Conv2d ConvWithBias(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(padding));
}

nn::BatchNorm2d Norm(int64_t channels, double epsilon) {
  return nn::BatchNorm2d(nn::BatchNorm2dOptions(channels).eps(epsilon));
}

at::Tensor Rectified(const at::Tensor& x, Tape&) { return at::relu(x); }

at::Tensor Dropout(const at::Tensor& x, Tape&) { return x; }

at::Tensor PooledToVector(const at::Tensor& x) { return x.mean({2, 3}); }

at::Tensor Concatenated(std::vector<at::Tensor> parts) {
  int64_t rows = 1;
  for (const auto& part : parts) rows = std::max(rows, part.size(0));
  for (auto& part : parts) part = part.expand({rows, -1, -1, -1});
  return at::cat(parts, 1);
}

at::Tensor MaxPool(const at::Tensor& x, int64_t kernel, int64_t stride, int64_t padding, bool ceil) {
  return at::max_pool2d(x, {kernel, kernel}, {stride, stride}, {padding, padding}, {1, 1}, ceil);
}

}  // namespace wherefore
