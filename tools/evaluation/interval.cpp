#include "tools/evaluation/interval.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
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

Interval MeanAlone(const std::vector<RatioShare>& pictures) {
  RatioShare all;
  for (const auto& picture : pictures) Add(picture, &all);
  return {Ratio(all), NAN, NAN};
}

/// Samples the pictures of those of `all` that `members` names, `size` each.
void Widen(const std::vector<std::vector<RatioShare>>& all, const std::vector<std::size_t>& members, std::size_t size,
           std::vector<Interval>* intervals) {
  constexpr int kSamples = 1000;
  Random random(1);
  std::vector<std::vector<double>> ratios(members.size());
  std::vector<std::size_t> drawn(size);
  for (int sample = 0; sample < kSamples; ++sample) {
    for (auto& picture : drawn) picture = static_cast<std::size_t>(random.Below(static_cast<int>(size)));
    for (std::size_t i = 0; i < members.size(); ++i) {
      RatioShare sums;
      for (const auto picture : drawn) Add(all[members[i]][picture], &sums);
      ratios[i].push_back(Ratio(sums));
    }
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    std::sort(ratios[i].begin(), ratios[i].end());
    (*intervals)[members[i]].low = ratios[i][static_cast<std::size_t>(0.025 * kSamples)];
    (*intervals)[members[i]].high = ratios[i][static_cast<std::size_t>(0.975 * kSamples)];
  }
}

}  // namespace

Interval MeanWithInterval(const std::vector<double>& values) {
  std::vector<RatioShare> shares;
  for (const double value : values) shares.push_back({value, 1});
  return RatioWithInterval(shares);
}

Interval RatioWithInterval(const std::vector<RatioShare>& pictures) { return RatiosWithIntervals({pictures})[0]; }

std::vector<Interval> RatiosWithIntervals(const std::vector<std::vector<RatioShare>>& all) {
  std::vector<Interval> intervals;
  std::map<std::size_t, std::vector<std::size_t>> by_size;
  for (std::size_t i = 0; i < all.size(); ++i) {
    intervals.push_back(MeanAlone(all[i]));
    by_size[all[i].size()].push_back(i);
  }
  for (const auto& [size, members] : by_size) {
    if (size > 1) Widen(all, members, size, &intervals);
  }
  return intervals;
}

std::string TextOf(const Interval& interval, double scale, int places) {
  const auto fixed = [&](double value) { return Fixed(scale * value, places); };
  if (!interval.IsKnown()) return fixed(interval.mean);
  return fixed(interval.mean) + " [" + fixed(interval.low) + ", " + fixed(interval.high) + "]";
}

std::string Fixed(double value, int places) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(places) << value;
  return text.str();
}

}  // namespace wherefore
