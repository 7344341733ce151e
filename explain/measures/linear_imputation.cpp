#include "explain/measures/linear_imputation.h"

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

/// 1 2 1 along the last dimension but `from_last`, zeros beyond the border.
at::Tensor Smoothed(const at::Tensor& x, int64_t from_last) {
  const int64_t dim = x.dim() - 1 - from_last;
  const int64_t last = x.size(dim) - 1;
  auto sum = 2 * x;
  sum.narrow(dim, 1, last).add_(x.narrow(dim, 0, last));
  sum.narrow(dim, 0, last).add_(x.narrow(dim, 1, last));
  return sum;
}

/// The convolution with 1 2 1 / 2 0 2 / 1 2 1, over 12: it is 1 2 1 along both sides but for its centre.
at::Tensor NeighbourSum(const at::Tensor& x) { return (Smoothed(Smoothed(x, 0), 1) - 4 * x) / 12; }

at::Tensor Dot(const at::Tensor& a, const at::Tensor& b) { return (a * b).sum({2, 3}, /*keepdim=*/true); }

/// Each number over the other, zero where the other is not above it.
at::Tensor Ratio(const at::Tensor& a, const at::Tensor& b) { return at::where(b > 0, a / b, at::zeros_like(a)); }

/// The equations (weight of the neighbours) x - (their sum) = right, for removed pixels alone. They are a graph's
/// Laplacian, symmetric, and positive definite as long as a pixel is left: conjugate gradients, for every plane its
/// own.
at::Tensor Solve(const at::Tensor& right, const at::Tensor& removed) {
  constexpr double kResidual = 1e-8;
  const auto weight = NeighbourSum(at::ones_like(removed[0])) * removed;
  auto x = at::zeros_like(right);
  auto residual = right.clone();
  auto direction = right.clone();
  auto square = Dot(residual, residual);
  const auto enough = square * (kResidual * kResidual);
  // Without rounding it takes no more steps than there are pixels.
  for (int64_t step = 0; step < right.size(2) * right.size(3) && (square > enough).any().item<bool>(); ++step) {
    const auto image = weight * direction - NeighbourSum(direction) * removed;
    const auto length = Ratio(square, Dot(direction, image));
    x.add_(length * direction);
    residual.sub_(length * image);
    const auto next = Dot(residual, residual);
    direction.mul_(Ratio(next, square)).add_(residual);
    square = next;
  }
  return x;
}

}  // namespace

at::Tensor ImputeLinearly(const at::Tensor& image, const at::Tensor& removed) {
  if (image.dim() != 4 || image.size(0) != 1 || removed.dim() != 3 || removed.scalar_type() != at::kBool ||
      removed.sizes().slice(1) != image.sizes().slice(2)) {
    ThrowUsage(
        "pixels are imputed in an image (1, C, H, W) where a mask (N, H, W) of truth values says so; these are " +
        c10::str(image.sizes()) + " and " + c10::str(removed.sizes()));
  }
  if (!at::isfinite(image).all().item<bool>()) ThrowUsage("the image holds NaN or infinity");
  const at::NoGradGuard no_gradients;
  const auto gone = removed.unsqueeze(1).to(at::kDouble);
  const auto left = image.to(at::kDouble) * (1 - gone);
  return left + Solve(NeighbourSum(left) * gone, gone);
}

}  // namespace wherefore
