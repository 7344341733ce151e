#include "models/linear.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "explain/error.h"

namespace wherefore {

at::Tensor TimesTransposed(const at::Tensor& x, const at::Tensor& w) {
  return x.size(0) == 1 ? at::mv(w, x.select(0, 0)).unsqueeze(0) : at::mm(x, w.t());
}

at::Tensor FullyConnected(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& x) {
  if (x.dim() != 2 || x.size(0) != 1) return at::linear(x, weight, bias);
  const auto row = x.select(0, 0);
  return (bias.defined() ? at::addmv(bias, weight, row) : at::mv(weight, row)).unsqueeze(0);
}

at::Tensor FullyConnected(const torch::nn::Linear& layer, const at::Tensor& x) {
  return FullyConnected(layer->weight, layer->bias, x);
}

at::Tensor FullyConnectedTokens(const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& x) {
  if (x.numel() != weight.size(1)) return at::linear(x, weight, bias);
  auto sizes = x.sizes().vec();
  sizes.back() = weight.size(0);
  return FullyConnected(weight, bias, x.reshape({1, -1})).view(sizes);
}

void RequireFirstDerivative() {
  if (c10::GradMode::is_enabled()) {
    ThrowUsage("decoders in evaluation mode have first derivatives only; leave create_graph off");
  }
}

}  // namespace wherefore
