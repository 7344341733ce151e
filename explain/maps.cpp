#include "explain/maps.h"

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

/// The maps after ReLU, where asked for.
at::Tensor Kept(const at::Tensor& maps, const MapOptions& options) { return options.relu ? maps.clamp_min(0) : maps; }

/// Values of maps on the scale from the lowest to the highest one of the enlarged maps `large`; zero for maps that have
/// nothing to show. `kept` are the maps before they were enlarged.
at::Tensor Normalized(const at::Tensor& values, const at::Tensor& kept, const at::Tensor& large,
                      Normalization normalization) {
  const bool shared = normalization == Normalization::kShared;
  const std::vector<int64_t> over = shared ? std::vector<int64_t>{0, 1, 2} : std::vector<int64_t>{1, 2};
  const auto lowest = at::amin(large, over, /*keepdim=*/true);
  const auto range = at::amax(large, over, /*keepdim=*/true) - lowest;
  const auto scaled = (values - lowest) / at::where(range > 0, range, at::ones_like(range));
  // Asked before it is enlarged: what is the same everywhere may then differ by rounding.
  const auto differs = at::amax(kept, over, /*keepdim=*/true) > at::amin(kept, over, /*keepdim=*/true);
  return at::where(differs.logical_and(range > 0), scaled, at::zeros_like(scaled));
}

}  // namespace

at::Tensor Upsample(const at::Tensor& maps, int64_t height, int64_t width, Upsampling upsampling) {
  if (maps.dim() != 3) ThrowUsage("maps must be (T, h, w); these have " + std::to_string(maps.dim()) + " dimensions");
  if (height < 1 || width < 1) {
    ThrowUsage("a map cannot be enlarged to " + std::to_string(width) + " x " + std::to_string(height));
  }
  return at::upsample_bilinear2d(maps.unsqueeze(1), {height, width}, upsampling == Upsampling::kAlignCorners)
      .squeeze(1);
}

at::Tensor Prepare(const at::Tensor& maps, int64_t height, int64_t width, const MapOptions& options) {
  const auto kept = Kept(maps, options);
  const auto large = Upsample(kept, height, width, options.upsampling);
  return Normalized(large, kept, large, options.normalization);
}

at::Tensor PrepareSmall(const at::Tensor& maps, int64_t height, int64_t width, const MapOptions& options) {
  const auto kept = Kept(maps, options);
  return Normalized(kept, kept, Upsample(kept, height, width, options.upsampling), options.normalization);
}

}  // namespace wherefore
