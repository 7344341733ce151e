#include "tests/support/tiny_network.h"

#include <ATen/ATen.h>

namespace wherefore {
namespace {

at::Tensor Wave(at::IntArrayRef sizes, double frequency, at::ScalarType type) {
  int64_t count = 1;
  for (const auto size : sizes) count *= size;
  return (at::arange(count, at::kDouble) * frequency + 0.3).sin().reshape(sizes).to(type);
}

}  // namespace

TinyNetwork::TinyNetwork(at::ScalarType type)
    : conv1(Wave({3, 2, 3, 3}, 1.7, type)), conv2(Wave({4, 3, 3, 3}, 2.3, type)), linear(Wave({5, 64}, 0.9, type)) {}

at::Tensor TinyNetwork::Forward(const at::Tensor& images, Tape& tape) {
  auto x = tape.At(kImageLayer, images);
  x = tape.At("conv1", at::relu(at::conv2d(x, conv1, {}, 1, 1)));
  x = tape.At("conv2", at::relu(at::conv2d(x, conv2, {}, 1, 1)));
  return at::linear(x.flatten(1), linear);
}

at::Tensor TinyNetwork::ForwardFrom(const std::string& layer, const at::Tensor& x) {
  auto y = x;
  if (layer == kImageLayer) y = at::relu(at::conv2d(y, conv1, {}, 1, 1));
  if (layer != "conv2") y = at::relu(at::conv2d(y, conv2, {}, 1, 1));
  return at::linear(y.flatten(1), linear);
}

at::Tensor TinyImage(at::ScalarType type) { return Wave({1, 2, 4, 4}, 0.7, type); }

}  // namespace wherefore
