#include "explain/measures/energy_inside.h"

#include <ATen/ATen.h>

#include "explain/measures/check_map.h"

namespace wherefore {

double EnergyInside(const at::Tensor& map, const at::Tensor& mask) {
  CheckMapAndMask(map, mask);
  const auto is_inside = mask.ne(0).to(at::kDouble);
  const auto energy = map.to(at::kDouble).clamp_min(0);
  const double all = energy.sum().item<double>();
  if (all == 0) return is_inside.mean().item<double>();
  return (energy * is_inside).sum().item<double>() / all;
}

}  // namespace wherefore
