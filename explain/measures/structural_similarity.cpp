#include "explain/measures/structural_similarity.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/maps.h"
#include "explain/measures/check_map.h"
#include "explain/measures/gaussian.h"

namespace wherefore {
namespace {

void Check(const at::Tensor& first, const at::Tensor& second, const StructuralSimilarityOptions& options) {
  CheckMap(first);
  CheckMap(second);
  if (first.sizes() != second.sizes()) {
    ThrowUsage("maps to compare must be of one size; these are " + c10::str(first.sizes()) + " and " +
               c10::str(second.sizes()));
  }
  if (std::min(first.size(0), first.size(1)) < options.window) {
    ThrowUsage("maps of " + c10::str(first.sizes()) + " are smaller than the window of " +
               std::to_string(options.window) + " pixels: enlarge them with Upsample(), or set a smaller window");
  }
}

/// (1, 1, H, W), double.
at::Tensor Scaled(const at::Tensor& map) {
  MapOptions as_it_is;
  as_it_is.relu = false;
  return Prepare(map.to(at::kDouble).unsqueeze(0), map.size(0), map.size(1), as_it_is).unsqueeze(0);
}

}  // namespace

double StructuralSimilarity(const at::Tensor& first, const at::Tensor& second,
                            const StructuralSimilarityOptions& options) {
  Check(first, second, options);
  constexpr double kMeans = 0.01 * 0.01;
  constexpr double kDeviations = 0.03 * 0.03;
  const auto mean = [&](const at::Tensor& x) { return GaussianBlur(x, options.window, options.sigma, 0); };
  const auto x = Scaled(first);
  const auto y = Scaled(second);
  const auto mean_x = mean(x);
  const auto mean_y = mean(y);
  const auto variances = mean(x * x) - mean_x * mean_x + mean(y * y) - mean_y * mean_y;
  const auto covariance = mean(x * y) - mean_x * mean_y;
  const auto similarity = (2 * mean_x * mean_y + kMeans) * (2 * covariance + kDeviations) /
                          ((mean_x * mean_x + mean_y * mean_y + kMeans) * (variances + kDeviations));
  return similarity.mean().item<double>();
}

}  // namespace wherefore
