#include "tools/evaluation/examples.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <ATen/ATen.h>

#include "tools/evaluation/explained_case.h"
#include "tools/report/overlay.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

constexpr int64_t kLongestSide = 224;  // pixels
constexpr int kQuality = 82;

double ValueOf(const Record& record) {
  if (!record.over) return record.value;
  if (*record.over > 0) return record.value / *record.over;
  return record.value > 0 ? INFINITY : 0;
}

/// A record and its case.
struct Found {
  const CaseResult* result;
  const Record* record;
};

/// Of one measure and method, from the best to the worst; those equally good in the order of the cases.
std::vector<Found> Ranked(const ModelEvaluation& evaluated, const Measure& measure, const std::string& method) {
  std::vector<Found> all;
  for (const auto& result : evaluated.cases) {
    for (const auto& record : result.records) {
      if (record.measure == measure.name && record.method == method) all.push_back({&result, &record});
    }
  }
  const double sign = measure.better == Better::kLower ? 1 : -1;
  std::stable_sort(all.begin(), all.end(), [&](const Found& a, const Found& b) {
    return sign * ValueOf(*a.record) < sign * ValueOf(*b.record);
  });
  return all;
}

/// Rings round the mask (h, w), this many pixels wide: the inner one in a colour that maps do not have, the outer dark.
at::Tensor Outlined(const at::Tensor& picture, const at::Tensor& mask) {
  const int64_t width = std::max<int64_t>(1, std::max(mask.size(0), mask.size(1)) / 110);
  const auto grown = [&](int64_t by) {
    const auto object = mask.ne(0).to(at::kFloat).unsqueeze(0).unsqueeze(0);
    return at::max_pool2d(object, 2 * by + 1, 1, by)[0][0] > 0.5;
  };
  auto outlined = picture.clone();
  const auto draw = [&](const at::Tensor& ring, int red, int green, int blue) {
    const auto color = at::tensor({red, green, blue}, at::kByte);
    outlined = at::where(ring.unsqueeze(2), color, outlined);
  };
  const auto inner = grown(width);
  draw(grown(width + 1).logical_and(inner.logical_not()), 20, 20, 20);
  draw(inner.logical_and(mask.eq(0)), 255, 60, 190);
  return outlined;
}

/// Single pixels would not be seen.
at::Tensor Smoothed(const at::Tensor& heat) {
  constexpr int64_t kSide = 7;
  return at::avg_pool2d(heat.unsqueeze(0).unsqueeze(0), kSide, 1, kSide / 2)[0][0];
}

/// Explains cases again, each of them once for all that is shown of it.
class Drawer {
 public:
  Drawer(const ModelEvaluation& evaluated, const CaseSettings& settings, c10::Device device, Examples* examples)
      : evaluated_(evaluated), settings_(settings), device_(device), examples_(*examples) {}

  void Add(const Measure& measure, const Column& column, const char* place, const Found& found) {
    const auto& record = *found.record;
    wanted_[found.result->index][{column.name, record.row}].push_back(examples_.examples.size());
    examples_.examples.push_back(
        {measure.name, column.name, place, record.target, found.result->name, ValueOf(record), 0});
  }

  void Draw() {
    for (const auto& [index, pictures] : wanted_) {
      const auto asked = evaluated_.set->At(index);
      ExplainedCase explained(evaluated_.model, asked, index, device_, settings_.columns[0], settings_.method_options);
      for (const auto& [key, examples] : pictures) {
        for (const auto example : examples) examples_.examples[example].picture = examples_.pictures.size();
        examples_.pictures.push_back(PictureOf(explained, key.first, key.second));
      }
    }
  }

 private:
  std::string PictureOf(ExplainedCase& explained, const std::string& method, int64_t row) const {
    const auto column = std::find_if(settings_.columns.begin(), settings_.columns.end(),
                                     [&](const Column& one) { return one.name == method; });
    auto heat = explained.HeatOnPicture(*column, row);
    if (explained.By(*column).pixels.defined()) heat = Smoothed(heat);
    const double highest = heat.max().item<double>();
    const auto layer = HeatLayer(highest > 0 ? heat / highest : heat, ColorMap::kViridis);
    auto picture = Overlay(explained.asked().picture, layer);
    for (const auto& placed : explained.places().placed) {
      if (placed.row == row) picture = Outlined(picture, placed.mask);
    }
    return EncodeJpeg(Shrunk(picture, kLongestSide), kQuality);
  }

  using Key = std::pair<std::string, int64_t>;  // method and row

  const ModelEvaluation& evaluated_;
  const CaseSettings& settings_;
  c10::Device device_;
  Examples& examples_;
  std::map<int64_t, std::map<Key, std::vector<std::size_t>>> wanted_;  ///< examples that share a picture, by case
};

}  // namespace

Examples FindExamples(const ModelEvaluation& evaluated, const CaseSettings& settings, c10::Device device,
                      std::size_t most) {
  Examples examples;
  Drawer drawer(evaluated, settings, device, &examples);
  for (const auto& measure : Measures()) {
    const auto& asked = settings.measures;
    const bool is_asked = std::find(asked.begin(), asked.end(), measure.name) != asked.end();
    if (!is_asked || measure.of_map == nullptr) continue;
    if (examples.examples.size() + 3 * settings.columns.size() > most) break;
    for (const auto& column : settings.columns) {
      const auto ranked = Ranked(evaluated, measure, column.name);
      if (ranked.empty()) continue;
      drawer.Add(measure, column, "best", ranked.front());
      drawer.Add(measure, column, "median", ranked[ranked.size() / 2]);
      drawer.Add(measure, column, "worst", ranked.back());
    }
  }
  drawer.Draw();
  return examples;
}

}  // namespace wherefore
