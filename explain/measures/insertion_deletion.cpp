#include "explain/measures/insertion_deletion.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/measures/check_map.h"
#include "explain/measures/gaussian.h"
#include "explain/measures/pixel_order.h"

namespace wherefore {
namespace {

double Area(const ScoreCurve& curve) {
  double area = 0;
  for (std::size_t i = 1; i < curve.scores.size(); ++i) {
    area += (curve.changed[i] - curve.changed[i - 1]) * (curve.scores[i] + curve.scores[i - 1]) / 2;
  }
  return area;
}

/// From one image (1, C, H, W) to another, by pixels of these ranks (H, W).
ScoreCurve Change(const at::Tensor& from, const at::Tensor& to, const at::Tensor& ranks, const ScoreImages& score,
                  const InsertionDeletionOptions& options) {
  const int64_t pixels = ranks.numel();
  const int64_t steps = std::min(options.steps, pixels);
  const auto changed = at::arange(steps + 1, ranks.options()).mul(pixels).div(steps, "floor");
  ScoreCurve curve;
  for (int64_t step = 0; step <= steps; ++step) {
    curve.changed.push_back(static_cast<double>(step * pixels / steps) / static_cast<double>(pixels));
  }
  curve.scores = AskInBatches(score, steps + 1, options.rows_at_once, [&](int64_t first, int64_t rows) {
    return at::where(ranks < changed.narrow(0, first, rows).reshape({rows, 1, 1, 1}), to, from);
  });
  curve.area = Area(curve);
  return curve;
}

}  // namespace

InsertionDeletion InsertAndDelete(const at::Tensor& image, const at::Tensor& map, const ScoreImages& score,
                                  const InsertionDeletionOptions& options) {
  CheckMapOfImage(map, image);
  if (options.steps < 1) ThrowUsage("pixels are changed in 1 step or more, not " + std::to_string(options.steps));
  const at::NoGradGuard no_gradients;
  const auto ranks = PixelRanks(map, PixelOrder::kMostFirst);
  const auto blurred = GaussianBlur(image, options.blur_size, options.blur_sigma, options.blur_size / 2);
  return {Change(blurred, image, ranks, score, options), Change(image, at::zeros_like(image), ranks, score, options)};
}

}  // namespace wherefore
