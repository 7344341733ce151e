#include "explain/methods/eigen_cam.h"

#include <vector>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

/// The first principal component's value at each place (P) of `features` (K, P), of unknown sign. By the smaller of the
/// two Gram matrices, which has the same first vector.
at::Tensor FirstComponent(const at::Tensor& features) {
  const auto last = [](const at::Tensor& symmetric) { return std::get<1>(at::linalg_eigh(symmetric)).select(1, -1); };
  if (features.size(0) < features.size(1)) {
    return at::mv(features.t(), last(at::mm(features, features.t())));
  }
  const auto place = last(at::mm(features.t(), features));
  return place * at::mv(features, place).norm();
}

at::Tensor Signed(const at::Tensor& component, const at::Tensor& like) {
  return (component * like).sum().item<double>() < 0 ? -component : component;
}

at::Tensor MapOf(const std::vector<at::Tensor>& rows, const at::Tensor& like) {
  return at::stack(rows).reshape({-1, like.size(2), like.size(3)}).to(like.scalar_type());
}

}  // namespace

at::Tensor EigenCam(const at::Tensor& activation) {
  std::vector<at::Tensor> rows;
  for (int64_t row = 0; row < activation.size(0); ++row) {
    const auto component = FirstComponent(activation[row].flatten(1).to(at::kDouble));
    rows.push_back(Signed(component, at::ones_like(component)));
  }
  return MapOf(rows, activation);
}

at::Tensor EigenGradCam(const at::Tensor& activation, const at::Tensor& gradient) {
  std::vector<at::Tensor> rows;
  for (int64_t row = 0; row < gradient.size(0); ++row) {
    const auto product = (gradient[row] * activation[activation.size(0) == 1 ? 0 : row]).flatten(1).to(at::kDouble);
    rows.push_back(Signed(FirstComponent(product - product.mean(1, /*keepdim=*/true)), product.sum(0)));
  }
  return MapOf(rows, gradient);
}

}  // namespace wherefore
