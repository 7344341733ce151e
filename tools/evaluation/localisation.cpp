#include "tools/evaluation/localisation.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <numeric>
#include <ostream>
#include <sstream>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "explain/measures/inside_outside.h"
#include "explain/measures/pointing_game.h"
#include "tools/scenes/random.h"

namespace wherefore {
namespace {

double Mean(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void Remember(std::vector<std::string>* names, const std::string& name) {
  if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
}

}  // namespace

std::string Fixed(double value, int places) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(places) << value;
  return text.str();
}

double LocalisationScores::InsideOutside() const {
  const double mean_outside = Mean(outside);
  return mean_outside > 0 ? Mean(inside) / mean_outside : INFINITY;
}

Interval MeanWithInterval(const std::vector<double>& values) {
  Interval interval;
  interval.mean = interval.low = interval.high = Mean(values);
  if (values.size() < 2) return interval;
  constexpr int kSamples = 1000;
  Random random(1);
  std::vector<double> means;
  for (int sample = 0; sample < kSamples; ++sample) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += random.OneOf(values);
    means.push_back(sum / static_cast<double>(values.size()));
  }
  std::sort(means.begin(), means.end());
  interval.low = means[static_cast<std::size_t>(0.025 * kSamples)];
  interval.high = means[static_cast<std::size_t>(0.975 * kSamples)];
  return interval;
}

void LocalisationTable::Add(const std::string& method, const std::string& group, const at::Tensor& heat,
                            const at::Tensor& mask) {
  Remember(&methods_, method);
  Remember(&groups_, group);
  auto& scores = scores_[{group, method}];
  scores.pointing.push_back(PointingGame(heat, mask));
  scores.pointing_tolerant.push_back(PointingGame(heat, mask, tolerance_));
  const double highest = heat.max().item<double>();
  const auto means = MeanActivations(highest > 0 ? heat / highest : heat, mask);
  scores.inside.push_back(means.inside);
  scores.outside.push_back(means.outside);
}

const LocalisationScores& LocalisationTable::At(const std::string& group, const std::string& method) const {
  static const LocalisationScores none;
  const auto found = scores_.find({group, method});
  return found == scores_.end() ? none : found->second;
}

template <typename Value>
void LocalisationTable::PrintTable(std::ostream& out, const std::string& title, const Value& value) const {
  out << "\n| " << title << " | targets |";
  for (const auto& method : methods_) out << ' ' << method << " |";
  out << "\n|---|---|";
  for (std::size_t i = 0; i < methods_.size(); ++i) out << "---|";
  out << '\n';
  for (const auto& group : groups_) {
    out << "| " << group << " | " << At(group, methods_[0]).pointing.size() << " |";
    for (const auto& method : methods_) out << ' ' << value(At(group, method)) << " |";
    out << '\n';
  }
}

void LocalisationTable::Print(std::ostream& out) const {
  std::ostringstream tolerance;
  tolerance << tolerance_;
  PrintTable(out, "pointing game, % hit",
             [](const LocalisationScores& scores) { return Fixed(100 * Mean(scores.pointing), 1); });
  PrintTable(out, "pointing game, % hit within " + tolerance.str() + " pixels",
             [](const LocalisationScores& scores) { return Fixed(100 * Mean(scores.pointing_tolerant), 1); });
  PrintTable(out, "mean inside / outside",
             [](const LocalisationScores& scores) { return Fixed(scores.InsideOutside(), 2); });
}

std::string LocalisationTable::Json() const {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& group : groups_) {
    for (const auto& method : methods_) {
      const auto& scores = At(group, method);
      const auto exact = MeanWithInterval(scores.pointing);
      const auto tolerant = MeanWithInterval(scores.pointing_tolerant);
      rows.push_back({{"group", group},
                      {"method", method},
                      {"targets", scores.pointing.size()},
                      {"pointing", {exact.mean, exact.low, exact.high}},
                      {"pointing_tolerant", {tolerant.mean, tolerant.low, tolerant.high}},
                      {"inside", Mean(scores.inside)},
                      {"outside", Mean(scores.outside)}});
    }
  }
  const nlohmann::ordered_json all = {{"format", 1}, {"tolerance_pixels", tolerance_}, {"rows", rows}};
  return all.dump(1) + "\n";
}

}  // namespace wherefore
