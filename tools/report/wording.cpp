#include "tools/report/wording.h"

#include <cmath>
#include <cstdio>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string Percent(double probability) {
  const double percent = 100 * probability;
  if (percent < 0.01) return "under 0.01 %";
  return Format(percent < 1 ? "%.2f %%" : "%.1f %%", percent);
}

std::string Title(const Explanation& explanation) {
  const std::string best = explanation.writes()              ? explanation.text
                           : explanation.predictions.empty() ? ""
                                                             : explanation.predictions[0].label;
  return explanation.question.empty() ? best : explanation.question + " " + best;
}

std::string NameOf(const ExplainedTarget& target) {
  if (target.kind == "caption") return "the whole caption";
  if (target.kind == "contrast") return target.text + " rather than " + target.versus;
  return target.text;
}

std::string EmptyText(const ExplainedTarget& target) {
  return "There is no map to show: it is " + target.why_empty + ".";
}

std::string ScoreSentence(const ExplainedTarget& target) {
  const std::string score = std::string(NameOf(target.score_kind)) + " " + Format("%.3f", target.score);
  if (target.score_kind == ScoreKind::kLogitMargin) {
    const bool wins = target.score > 0;
    return "'" + target.text + "' is " + (wins ? "ahead of" : "behind") + " '" + target.versus + "' (" + score + ").";
  }
  const std::string likely = Percent(target.probability.value_or(0));
  if (target.kind == "word") return "The model found this word " + likely + " likely here (" + score + ").";
  if (target.kind == "phrase" || target.kind == "caption") {
    return "All its words together: " + likely + " likely (" + score + ").";
  }
  return "The model found this " + likely + " likely (" + score + ").";
}

std::string Opposition(Importance importance) {
  return IsByGradient(importance) ? "more would lower it" : "spoke against it";
}

std::string PlaceOfPeak(const at::Tensor& map) {
  const auto peak = map.argmax().item<int64_t>();
  const auto third = [](int64_t position, int64_t size) { return size < 3 ? 1 : 3 * position / size; };
  static const char* const names[3][3] = {
      {"upper left", "top", "upper right"}, {"left", "centre", "right"}, {"lower left", "bottom", "lower right"}};
  return names[third(peak / map.size(1), map.size(0))][third(peak % map.size(1), map.size(1))];
}

}  // namespace wherefore
