#pragma once

#include <cmath>
#include <string>
#include <vector>

namespace wherefore {

/// A mean, and where it lies with a probability of 95 %.
struct Interval {
  double mean = 0;
  double low = 0;  ///< NaN, as `high`, where nothing is known of the spread: of fewer than two pictures
  double high = 0;

  bool IsKnown() const { return !std::isnan(low); }
};

/// "0.50 [0.25, 0.75]"; "0.50" where the interval is not known.
std::string TextOf(const Interval& interval, double scale, int places);

/// Percentile bootstrap (Efron 1979) of 1000 samples with a fixed seed. Where all values are equal the interval has no
/// width, which says nothing of other pictures.
Interval MeanWithInterval(const std::vector<double>& values);

/// What the values from one picture add up to, above and below the line of a ratio of sums. Of a mean `below` is how
/// many values there are.
struct RatioShare {
  double above = 0;
  double below = 0;
};

/// The ratio of sums, sampled picture by picture: what comes from one picture is alike, and as many independent values
/// would promise too narrow an interval. Infinite where nothing is below the line; 0 where there is no picture.
Interval RatioWithInterval(const std::vector<RatioShare>& pictures);

/// RatioWithInterval() of each: those of as many pictures share their draws, which are most of the work.
std::vector<Interval> RatiosWithIntervals(const std::vector<std::vector<RatioShare>>& all);

/// With so many digits behind the point.
std::string Fixed(double value, int places);

}  // namespace wherefore
