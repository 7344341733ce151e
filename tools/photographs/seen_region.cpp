#include "tools/photographs/seen_region.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "explain/error.h"

namespace wherefore {
namespace {

/// Half to even, as Python rounds, which torchvision's CenterCrop relies on.
int64_t RoundedHalf(int64_t value) { return static_cast<int64_t>(std::nearbyint(static_cast<double>(value) / 2)); }

int64_t Scaled(int64_t position, int64_t from, int64_t to) {
  return std::llround(static_cast<double>(position) * static_cast<double>(to) / static_cast<double>(from));
}

}  // namespace

ResizePlan PlanResize(int64_t height, int64_t width, const ImageOptions& options) {
  if (options.resize != "center_crop") return {options.width, options.height, 0, 0};
  if (options.shorter_side < std::max(options.width, options.height)) {
    ThrowUsage("the image options' shorter_side is " + std::to_string(options.shorter_side) +
               ", smaller than the network's input; it must be at least " +
               std::to_string(std::max(options.width, options.height)));
  }
  ResizePlan plan;
  const int64_t shorter = options.shorter_side;
  plan.width = width <= height ? shorter : shorter * width / height;
  plan.height = width <= height ? shorter * height / width : shorter;
  plan.left = RoundedHalf(plan.width - options.width);
  plan.top = RoundedHalf(plan.height - options.height);
  return plan;
}

Region SeenRegion(int64_t height, int64_t width, const ImageOptions& options) {
  const auto plan = PlanResize(height, width, options);
  Region region;
  region.left = std::min(Scaled(plan.left, plan.width, width), width - 1);
  region.top = std::min(Scaled(plan.top, plan.height, height), height - 1);
  region.width = std::max<int64_t>(Scaled(plan.left + options.width, plan.width, width) - region.left, 1);
  region.height = std::max<int64_t>(Scaled(plan.top + options.height, plan.height, height) - region.top, 1);
  return region;
}

}  // namespace wherefore
