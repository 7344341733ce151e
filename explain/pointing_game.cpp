#include "explain/pointing_game.h"

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

}  // namespace

double PointingGame(const at::Tensor& map, const at::Tensor& mask, double tolerance) {
  CheckShapes(map, mask);
  const auto highest = (map == map.max()).nonzero().to(at::kFloat);  // (places, 2)
  if (tolerance <= 0) {
    const auto places = highest.to(at::kLong);
    return mask.ne(0).index({places.select(1, 0), places.select(1, 1)}).to(at::kFloat).mean().item<double>();
  }
  const auto object = mask.ne(0).nonzero().to(at::kFloat);
  // Square roots of sums rather than cdist, whose product loses the last digits of a distance.
  double hits = 0;
  for (int64_t i = 0; i < highest.size(0); ++i) {
    const auto nearest = (object - highest[i]).square().sum(1).min().item<double>();
    if (std::sqrt(nearest) <= tolerance) ++hits;
  }
  return hits / static_cast<double>(highest.size(0));
}

}  // namespace wherefore
