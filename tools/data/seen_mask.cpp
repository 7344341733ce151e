#include "tools/data/seen_mask.h"

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/images/placement.h"
#include "models/images/resize.h"

namespace wherefore {

at::Tensor SeenMask(const at::Tensor& mask, const ImageOptions& options) {
  if (mask.dim() != 2 || mask.numel() == 0) ThrowUsage("a mask must have a height and a width, and pixels");
  const auto nothing = at::zeros({1});
  const auto plan = PlanResize(mask.size(0), mask.size(1), options);
  // Whatever filter the model's photographs are resized with: all have the same geometry, and area keeps small objects.
  const auto resized = CoveredArea(OnCanvas(mask.ne(0), plan, nothing), plan.height, plan.width);
  const auto covered = ImageWindow(resized, plan, nothing);
  const auto most = covered.max().item<float>();
  // Above zero by more than rounding: where nothing of the object is seen, it has no pixel.
  constexpr float kNothing = 1e-6F;
  if (most < kNothing) return at::zeros(covered.sizes(), at::kByte);
  return covered.ge(std::min(0.5F, most)).to(at::kByte);
}

at::Tensor SeenPicture(const at::Tensor& image, const ImageOptions& options) {
  const auto pixels = image[0].permute({1, 2, 0}).to(at::kCPU, at::kDouble);
  const auto values = pixels * at::tensor(options.std, at::kDouble) + at::tensor(options.mean, at::kDouble);
  return (values / options.rescale).round().clamp(0, 255).to(at::kByte).contiguous();
}

}  // namespace wherefore
