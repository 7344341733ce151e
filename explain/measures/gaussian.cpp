#include "explain/measures/gaussian.h"

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {

at::Tensor GaussianBlur(const at::Tensor& images, int64_t size, double sigma, int64_t padding) {
  if (size < 1 || size % 2 == 0) ThrowUsage("a Gaussian needs an odd size, not " + std::to_string(size));
  if (!(sigma > 0)) ThrowUsage("a Gaussian needs a standard deviation above 0, not " + std::to_string(sigma));
  const auto along = at::arange(size, images.options().dtype(at::kDouble)) - static_cast<double>(size / 2);
  const auto heights = (along.square() / (-2 * sigma * sigma)).exp();
  const auto window = (heights / heights.sum()).to(images.scalar_type());
  // Along rows, then along columns: the window is a product.
  const auto planes = images.reshape({-1, 1, images.size(2), images.size(3)});
  const auto rows = at::conv2d(planes, window.reshape({1, 1, 1, size}), {}, 1, at::IntArrayRef({0, padding}));
  const auto both = at::conv2d(rows, window.reshape({1, 1, size, 1}), {}, 1, at::IntArrayRef({padding, 0}));
  return both.reshape({images.size(0), images.size(1), both.size(2), both.size(3)});
}

}  // namespace wherefore
