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

/// The text, or the best label.
std::string Said(const Explanation& explanation) {
  if (explanation.writes()) return explanation.written().text;
  return explanation.predictions().empty() ? "" : explanation.predictions().front().label;
}

}  // namespace

std::string Percent(double probability) {
  const double percent = 100 * probability;
  if (percent < 0.01) return "under 0.01 %";
  return Format(percent < 1 ? "%.2f %%" : "%.1f %%", percent);
}

std::string Title(const Explanation& explanation) {
  return explanation.question ? explanation.question->asked + " " + Said(explanation) : Said(explanation);
}

std::string NameOf(const ExplainedTarget& target) {
  if (IsPart(target, TextPart::kWhole)) return AsText(target)->is_of_answer ? "the whole answer" : "the whole caption";
  const auto* contrast = AsContrast(target);
  return TextOf(target) + (contrast == nullptr ? "" : " rather than " + contrast->versus);
}

std::string EmptyText(const ExplainedTarget& target) {
  return "There is no map to show: it is " + target.why_empty + ".";
}

std::string ScoreSentence(const ExplainedTarget& target) {
  const std::string score = std::string(NameOf(ScoreKindOf(target))) + " " + Format("%.3f", target.score);
  if (const auto* contrast = AsContrast(target)) {
    const bool wins = target.score > 0;
    return "'" + contrast->label + "' is " + (wins ? "ahead of" : "behind") + " '" + contrast->versus + "' (" + score +
           ").";
  }
  const std::string likely = Percent(ProbabilityOf(target).value());
  if (AsLabel(target) != nullptr) return "The model found this " + likely + " likely (" + score + ").";
  if (IsPart(target, TextPart::kWord)) return "The model found this word " + likely + " likely here (" + score + ").";
  return "All its words together: " + likely + " likely (" + score + ").";
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
