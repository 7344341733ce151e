#include "models/images/image_processor.h"

#include <algorithm>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/images/resize.h"

namespace wherefore {
namespace {

/// (level * rescale - mean) / std of the levels 0 to 255, (3, 256); rescaled in double precision, which makes
/// level * (1 / 255) the float nearest to level / 255.
at::Tensor ValuesOfLevels(const ImageOptions& options) {
  const auto rescaled = (at::arange(256, at::kDouble) * options.rescale).to(at::kFloat).unsqueeze(1);
  const auto mean = at::tensor(options.mean, at::kFloat);
  const auto std = at::tensor(options.std, at::kFloat);
  return ((rescaled - mean) / std).t().contiguous();
}

/// Levels uint8 (H, W, 3) as values (1, 3, H, W).
at::Tensor ValuesOf(const at::Tensor& levels, const at::Tensor& values) {
  const auto from = levels.contiguous();
  const int64_t count = from.size(0) * from.size(1);
  auto image = at::empty({1, 3, from.size(0), from.size(1)}, at::kFloat);
  for (int64_t c = 0; c < 3; ++c) {
    const auto* level = from.data_ptr<uint8_t>() + c;
    const auto* value = values.data_ptr<float>() + c * 256;
    auto* to = image.data_ptr<float>() + c * count;
    for (int64_t i = 0; i < count; ++i) to[i] = value[level[3 * i]];
  }
  return image;
}

constexpr int64_t kMostPreparedPixels = 100'000'000;

[[noreturn]] void ThrowTooNarrow(const ResizePlan& plan, const std::string& what, const std::string& why) {
  ThrowUsage(what + " has " + std::to_string(plan.photograph.width) + " x " + std::to_string(plan.photograph.height) +
             " pixels, too narrow to be " + why + ": crop it first");
}

/// Before anything is made of these sizes.
void CheckPlan(const ResizePlan& plan, const ImageOptions& options, const std::string& what) {
  const bool is_padded = plan.canvas_width != plan.photograph.width || plan.canvas_height != plan.photograph.height;
  if (is_padded && plan.canvas_width > kMostPreparedPixels / plan.canvas_height) {
    ThrowTooNarrow(plan, what, "padded to a square");
  }
  const auto width = std::max(plan.width, plan.first_width);
  const auto height = std::max(plan.height, plan.first_height);
  if (width <= kMostPreparedPixels / height) return;
  const auto shorter = plan.first_width > 0 ? std::min(options.width, options.height) : options.shorter_side;
  ThrowTooNarrow(plan, what, "scaled to a shorter side of " + std::to_string(shorter));
}

at::Tensor SeenPart(const Placement& placement) {
  const auto& place = placement.in_image;
  if (place.width == placement.image_width && place.height == placement.image_height) return {};
  auto seen = at::zeros({1, placement.image_height, placement.image_width}, at::kBool);
  seen.narrow(1, place.top, place.height).narrow(2, place.left, place.width).fill_(true);
  return seen;
}

}  // namespace

ImageProcessor::ImageProcessor(ImageOptions options) : options_(std::move(options)) {
  CheckImageOptions(options_);
  values_ = ValuesOfLevels(options_);
}

PreparedImage ImageProcessor::Prepare(const at::Tensor& pixels, const std::string& what) const {
  CheckPixels(pixels, what);
  const auto plan = PlanResize(pixels.size(0), pixels.size(1), options_);
  CheckPlan(plan, options_, what);
  const auto fill = at::tensor(options_.fill, at::kLong);
  auto picture = OnCanvas(pixels.to(at::kCPU), plan, fill);
  if (plan.first_width > 0) picture = Resize(picture, plan.first_height, plan.first_width, options_.filter);
  picture = Resize(picture, plan.height, plan.width, options_.filter);
  PreparedImage prepared;
  prepared.values = ValuesOf(ImageWindow(picture, plan, fill), values_);
  prepared.placement = PlacementOf(pixels.size(0), pixels.size(1), options_);
  prepared.seen = SeenPart(prepared.placement);
  return prepared;
}

}  // namespace wherefore
