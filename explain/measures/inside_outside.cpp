#include "explain/measures/inside_outside.h"

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/measures/check_map.h"

namespace wherefore {

InsideOutside MeanActivations(const at::Tensor& map, const at::Tensor& mask) {
  CheckMapAndMask(map, mask);
  const auto is_inside = mask.ne(0);
  const auto pixels = is_inside.sum().item<int64_t>();
  if (pixels == mask.numel()) ThrowUsage("a mask needs pixels inside and outside to compare; this one has all inside");
  const auto values = map.to(at::kDouble);
  const double inside = (values * is_inside).sum().item<double>();
  const double all = values.sum().item<double>();
  return {inside / static_cast<double>(pixels), (all - inside) / static_cast<double>(mask.numel() - pixels)};
}

}  // namespace wherefore
