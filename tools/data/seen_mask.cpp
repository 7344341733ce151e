#include "tools/data/seen_mask.h"

#include <ATen/ATen.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "explain/error.h"
#include "tools/photographs/opencv_tensor.h"
#include "tools/photographs/seen_region.h"

namespace wherefore {

at::Tensor SeenMask(const at::Tensor& mask, const ImageOptions& options) {
  if (mask.dim() != 2 || mask.numel() == 0) ThrowUsage("a mask must have a height and a width, and pixels");
  const auto object = mask.ne(0).to(at::kCPU, at::kFloat).contiguous();
  const auto plan = PlanResize(object.size(0), object.size(1), options);
  cv::Mat resized;
  // Whatever filter the model's photographs are resized with: all have the same geometry, and area keeps small objects.
  cv::resize(MatOver(object, "a mask"), resized, cv::Size(static_cast<int>(plan.width), static_cast<int>(plan.height)),
             0, 0, cv::INTER_AREA);
  const auto covered = TensorOf(resized).narrow(0, plan.top, options.height).narrow(1, plan.left, options.width);
  const auto most = covered.max().item<float>();
  // Above zero by more than rounding: where nothing of the object is seen, it has no pixel.
  constexpr float kNothing = 1e-6F;
  if (most < kNothing) return at::zeros(covered.sizes(), at::kByte);
  return covered.ge(std::min(0.5F, most)).to(at::kByte);
}

at::Tensor SeenPicture(const at::Tensor& image, const ImageOptions& options) {
  const auto pixels = image[0].permute({1, 2, 0}).to(at::kCPU, at::kDouble);
  const auto values = pixels * at::tensor(options.std, at::kDouble) + at::tensor(options.mean, at::kDouble);
  return (values * 255).round().clamp(0, 255).to(at::kByte).contiguous();
}

}  // namespace wherefore
