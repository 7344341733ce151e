#include "explain/measures/pixel_order.h"

#include <ATen/ATen.h>

namespace wherefore {

at::Tensor PixelRanks(const at::Tensor& map, PixelOrder order) {
  const auto values = map.to(at::kDouble).flatten();
  const auto pixels = std::get<1>(at::sort(values, /*stable=*/true, 0, order == PixelOrder::kMostFirst));
  const auto places = at::arange(values.numel(), pixels.options());
  return at::empty_like(pixels).scatter_(0, pixels, places).reshape(map.sizes());
}

}  // namespace wherefore
