#include "tools/evaluation/interval.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "tools/scenes/random.h"

namespace wherefore {
namespace {

double Ratio(const RatioShare& sums) {
  if (sums.below > 0) return sums.above / sums.below;
  return sums.above > 0 ? INFINITY : 0;
}

void Add(const RatioShare& share, RatioShare* sums) {
  sums->above += share.above;
  sums->below += share.below;
}

}  // namespace

Interval MeanWithInterval(const std::vector<double>& values) {
  std::vector<RatioShare> shares;
  for (const double value : values) shares.push_back({value, 1});
  return RatioWithInterval(shares);
}

Interval RatioWithInterval(const std::vector<RatioShare>& pictures) {
  RatioShare all;
  for (const auto& picture : pictures) Add(picture, &all);
  Interval interval;
  interval.mean = interval.low = interval.high = Ratio(all);
  if (pictures.size() < 2) return interval;
  constexpr int kSamples = 1000;
  Random random(1);
  std::vector<double> ratios;
  for (int sample = 0; sample < kSamples; ++sample) {
    RatioShare sums;
    for (std::size_t i = 0; i < pictures.size(); ++i) Add(random.OneOf(pictures), &sums);
    ratios.push_back(Ratio(sums));
  }
  std::sort(ratios.begin(), ratios.end());
  interval.low = ratios[static_cast<std::size_t>(0.025 * kSamples)];
  interval.high = ratios[static_cast<std::size_t>(0.975 * kSamples)];
  return interval;
}

std::string Fixed(double value, int places) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(places) << value;
  return text.str();
}

}  // namespace wherefore
