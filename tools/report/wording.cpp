#include "tools/report/wording.h"

#include <algorithm>
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
  const auto& versus = VersusOf(target);
  if (!versus.empty()) return TextOf(target) + " rather than " + versus;
  if (IsPart(target, TextPart::kWhole)) return AsText(target)->is_of_answer ? "the whole answer" : "the whole caption";
  return TextOf(target);
}

std::string EmptyText(const ExplainedTarget& target) {
  return "There is no map to show: it is " + target.why_empty + ".";
}

std::string ScoreSentence(const ExplainedTarget& target) {
  const std::string score = std::string(NameOf(ScoreKindOf(target))) + " " + Format("%.3f", target.score);
  if (const auto& versus = VersusOf(target); !versus.empty()) {
    return "'" + TextOf(target) + "' is " + (target.score > 0 ? "ahead of" : "behind") + " '" + versus + "' (" + score +
           ").";
  }
  const auto probability = ProbabilityOf(target);
  if (!probability) return "The only label that the model was given (" + score + ").";
  const std::string likely = Percent(*probability);
  if (AsLabel(target) != nullptr) return "The model found this " + likely + " likely (" + score + ").";
  if (IsPart(target, TextPart::kWord)) return "The model found this word " + likely + " likely here (" + score + ").";
  return "All its words together: " + likely + " likely (" + score + ").";
}

std::string PictureSentence(const ExplainedTarget& target) {
  if (!target.from_picture) return "";
  const double gain = *target.from_picture;
  if (!ProbabilityOf(target)) {
    return "With a grey picture in its place that would be " + Format("%.3f", target.score - gain) + ".";
  }
  constexpr double kNothing = 0.05;  // a twentieth likelier, or less
  if (std::abs(gain) < kNothing) return "With a grey picture it would be as likely: the picture did not make it so.";
  constexpr double kMost = 13.8;  // a million times
  const auto factor = std::abs(gain) > kMost ? "over a million" : Format("%.1f", std::exp(std::abs(gain)));
  return "The picture made it " + factor + " times " + (gain > 0 ? "likelier" : "less likely") +
         " than a grey one would.";
}

const std::vector<Alternative>* AlternativesTo(const Explanation& explanation, const ExplainedTarget& target) {
  if (!explanation.writes() || explanation.written().alternatives.empty()) return nullptr;
  const auto& alternatives = explanation.written().alternatives;
  if (IsPart(target, TextPart::kWord)) return &alternatives.at(static_cast<std::size_t>(AsText(target)->first_word));
  return IsPart(target, TextPart::kWhole) ? &alternatives.back() : nullptr;
}

std::string LikelyText(const std::vector<Alternative>& alternatives) {
  constexpr std::size_t kMost = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(kMost, alternatives.size()); ++i) {
    const auto& one = alternatives[i];
    list += (i == 0 ? "" : ", ") + (one.is_end ? "the end" : one.text) + " " + Percent(std::exp(one.log_probability));
  }
  return list;
}

std::string InsteadSentence(const Explanation& explanation, const ExplainedTarget& target) {
  const auto* alternatives = AlternativesTo(explanation, target);
  if (alternatives == nullptr) return "";
  const bool is_word = IsPart(target, TextPart::kWord);
  return (is_word ? "Instead it might have written: " : "Behind its last word: ") + LikelyText(*alternatives) + ".";
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
