#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// What explanations of one kind scored, target by target.
struct LocalisationScores {
  std::vector<double> pointing;           ///< PointingGame() without tolerance
  std::vector<double> pointing_tolerant;  ///< with it
  std::vector<double> inside;             ///< MeanActivations(): of maps scaled to 1 at most
  std::vector<double> outside;

  /// Mean inside over mean outside: the ratio of means, since a single map may have nothing outside.
  double InsideOutside() const;
};

/// A mean, and where it lies with a probability of 95 %.
struct Interval {
  double mean = 0;
  double low = 0;
  double high = 0;
};

/// Percentile bootstrap (Efron 1979) of 1000 samples with a fixed seed.
Interval MeanWithInterval(const std::vector<double>& values);

/// With so many digits behind the point.
std::string Fixed(double value, int places);

/// How well methods' maps meet objects whose masks are known, by method and by group of targets ("noun", "color").
class LocalisationTable {
 public:
  /// `tolerance`: pixels.
  explicit LocalisationTable(double tolerance) : tolerance_(tolerance) {}

  /// `heat` (H, W), not below zero; `mask` (H, W), not zero on the objects.
  void Add(const std::string& method, const std::string& group, const at::Tensor& heat, const at::Tensor& mask);

  /// Three tables in Markdown, a line a group and a column a method, in the order of the first Add().
  void Print(std::ostream& out) const;

  /// The same as JSON, with intervals.
  std::string Json() const;

  /// Of a group by a method; nothing where none was added.
  const LocalisationScores& At(const std::string& group, const std::string& method) const;

 private:
  template <typename Value>
  void PrintTable(std::ostream& out, const std::string& title, const Value& value) const;

  double tolerance_;
  std::vector<std::string> methods_;
  std::vector<std::string> groups_;
  std::map<std::pair<std::string, std::string>, LocalisationScores> scores_;  ///< by group and method
};

}  // namespace wherefore
