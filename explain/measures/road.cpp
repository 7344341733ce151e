#include "explain/measures/road.h"

#include <cmath>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "explain/error.h"
#include "explain/measures/check_map.h"
#include "explain/measures/linear_imputation.h"
#include "explain/measures/pixel_order.h"

namespace wherefore {
namespace {

void Check(const RoadOptions& options) {
  if (options.percentiles.empty()) ThrowUsage("ROAD needs at least one percentile of pixels to remove");
  for (const double percent : options.percentiles) {
    if (percent >= 0 && percent <= 100) continue;
    ThrowUsage("ROAD removes from 0 to 100 % of the pixels, not " + std::to_string(percent));
  }
  if (!(options.noise >= 0) || std::isinf(options.noise)) {
    ThrowUsage("ROAD's noise is a standard deviation from 0 on, not " + std::to_string(options.noise));
  }
}

/// The image with pixels removed at one percentile in one order after another: most important first, then least.
class RemovedPixels {
 public:
  RemovedPixels(const at::Tensor& image, const at::Tensor& map, const RoadOptions& options)
      : image_(image),
        options_(options),
        most_first_(PixelRanks(map, PixelOrder::kMostFirst)),
        least_first_(PixelRanks(map, PixelOrder::kLeastFirst)) {}

  at::Tensor Make(int64_t first, int64_t rows) const {
    std::vector<at::Tensor> removed;
    std::vector<at::Tensor> noise;
    for (int64_t row = first; row < first + rows; ++row) {
      removed.push_back(Removed(row));
      noise.push_back(Noise(row));
    }
    const auto mask = at::stack(removed);
    const auto added = at::stack(noise).to(image_.device()) * mask.unsqueeze(1);
    return (ImputeLinearly(image_, mask) + added).to(image_.scalar_type());
  }

 private:
  int64_t Percentiles() const { return static_cast<int64_t>(options_.percentiles.size()); }

  at::Tensor Removed(int64_t row) const {
    const double percent = options_.percentiles[static_cast<std::size_t>(row % Percentiles())];
    const auto& ranks = row < Percentiles() ? most_first_ : least_first_;
    return ranks.lt(static_cast<int64_t>(std::llround(percent / 100 * static_cast<double>(ranks.numel()))));
  }

  /// The same in both orders; drawn on the host, so that every device has the same.
  at::Tensor Noise(int64_t row) const {
    const auto seed = static_cast<std::uint64_t>(options_.seed + row % Percentiles());
    const auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return options_.noise * at::randn(image_.sizes().slice(1), generator, at::kDouble);
  }

  const at::Tensor& image_;
  const RoadOptions& options_;
  at::Tensor most_first_;
  at::Tensor least_first_;
};

}  // namespace

RoadScores Road(const at::Tensor& image, const at::Tensor& map, const ScoreImages& score, const RoadOptions& options) {
  CheckMapOfImage(map, image);
  Check(options);
  const RemovedPixels removed(image, map, options);
  const auto percentiles = static_cast<std::ptrdiff_t>(options.percentiles.size());
  const auto scores = AskInBatches(score, 2 * percentiles, options.rows_at_once,
                                   [&](int64_t first, int64_t rows) { return removed.Make(first, rows); });
  RoadScores result;
  result.most_first.assign(scores.begin(), scores.begin() + percentiles);
  result.least_first.assign(scores.begin() + percentiles, scores.end());
  for (std::size_t i = 0; i < result.most_first.size(); ++i) {
    result.combined += (result.least_first[i] - result.most_first[i]) / 2 / static_cast<double>(percentiles);
  }
  return result;
}

}  // namespace wherefore
