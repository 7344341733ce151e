#include "explain/measures/pointing_game.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/measures/check_map.h"

namespace wherefore {
namespace {

/// Where the mask is not further than so many pixels: a convolution with a disc.
at::Tensor Widened(const at::Tensor& mask, double pixels) {
  const auto reach = static_cast<int64_t>(std::min<double>(pixels, std::max(mask.size(0), mask.size(1))));
  const auto along = at::arange(-reach, reach + 1, at::TensorOptions(at::kDouble).device(mask.device())).square();
  const auto disc = (along.unsqueeze(0) + along.unsqueeze(1) <= pixels * pixels).to(at::kFloat);
  const auto picture = mask.ne(0).to(at::kFloat).unsqueeze(0).unsqueeze(0);
  return at::conv2d(picture, disc.unsqueeze(0).unsqueeze(0), {}, 1, reach)[0][0] > 0.5;
}

void CheckCases(const std::vector<PointingCase>& cases) {
  if (cases.empty()) ThrowUsage("the pointing game with recall needs at least one case");
  for (const auto& one : cases) {
    if (!std::isfinite(one.highest)) ThrowUsage("the maximum of a map is NaN or infinity; see where it was made");
    if (!(one.hit >= 0 && one.hit <= 1)) {
      ThrowUsage("a hit is the share from 0 to 1 that PointingGame() gives, not " + std::to_string(one.hit));
    }
  }
}

double HitOf(const PointingCase& one) { return one.present ? one.hit : 0; }

/// Accepts `above` and rejects `below`.
double Between(double below, double above) {
  const double middle = below + (above - below) / 2;
  return middle > below ? middle : above;
}

}  // namespace

double PointingGame(const at::Tensor& map, const at::Tensor& mask, double tolerance) {
  CheckMapAndMask(map, mask);
  if (!(tolerance >= 0)) {
    ThrowUsage("the tolerance of the pointing game is in pixels, from 0, not " + std::to_string(tolerance));
  }
  const auto object = tolerance > 0 ? Widened(mask, tolerance) : mask.ne(0);
  return object.masked_select(map == map.max()).to(at::kFloat).mean().item<double>();
}

double PointingGameWithRecall(const std::vector<PointingCase>& cases, double threshold) {
  CheckCases(cases);
  if (std::isnan(threshold)) ThrowUsage("the threshold of the pointing game is NaN");
  double right = 0;
  for (const auto& one : cases) {
    if (one.highest >= threshold) {
      right += HitOf(one);
    } else if (!one.present) {
      right += 1;
    }
  }
  return right / static_cast<double>(cases.size());
}

double BestThreshold(const std::vector<PointingCase>& cases) {
  CheckCases(cases);
  auto sorted = cases;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.highest < b.highest; });
  // From rejecting none upwards; `gain` is what is more right than with none rejected.
  double threshold = sorted.front().highest;
  double gain = 0;
  double best = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    gain += (sorted[i].present ? 0 : 1) - HitOf(sorted[i]);
    const bool is_last = i + 1 == sorted.size();
    if (gain <= best || (!is_last && sorted[i + 1].highest == sorted[i].highest)) continue;
    best = gain;
    threshold = is_last ? std::nextafter(sorted[i].highest, std::numeric_limits<double>::infinity())
                        : Between(sorted[i].highest, sorted[i + 1].highest);
  }
  return threshold;
}

}  // namespace wherefore
