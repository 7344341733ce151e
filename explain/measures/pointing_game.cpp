#include "explain/measures/pointing_game.h"

#include <cmath>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

void CheckShapes(const at::Tensor& map, const at::Tensor& mask) {
  if (map.dim() != 2 || mask.sizes() != map.sizes()) {
    ThrowUsage("a map and a mask must both be (H, W); these have " + std::to_string(map.dim()) + " and " +
               std::to_string(mask.dim()) + " dimensions, or other sizes");
  }
  if (!mask.any().item<bool>()) ThrowUsage("the mask has no pixel: nothing to point at");
}

/// Where the mask is not further than so many pixels: a convolution with a disc.
at::Tensor Widened(const at::Tensor& mask, double pixels) {
  const auto reach = static_cast<int64_t>(std::floor(pixels));
  const auto along = at::arange(-reach, reach + 1, at::TensorOptions(at::kDouble).device(mask.device())).square();
  const auto disc = (along.unsqueeze(0) + along.unsqueeze(1) <= pixels * pixels).to(at::kFloat);
  const auto picture = mask.ne(0).to(at::kFloat).unsqueeze(0).unsqueeze(0);
  return at::conv2d(picture, disc.unsqueeze(0).unsqueeze(0), {}, 1, reach)[0][0] > 0.5;
}

}  // namespace

double PointingGame(const at::Tensor& map, const at::Tensor& mask, double tolerance) {
  CheckShapes(map, mask);
  const auto object = tolerance > 0 ? Widened(mask, tolerance) : mask.ne(0);
  return object.masked_select(map == map.max()).to(at::kFloat).mean().item<double>();
}

}  // namespace wherefore
