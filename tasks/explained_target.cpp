#include "tasks/explained_target.h"

namespace wherefore {

const char* NameOf(ScoreKind kind) {
  switch (kind) {
    case ScoreKind::kLogit:
      return "logit";
    case ScoreKind::kLogitMargin:
      return "logit margin";
    case ScoreKind::kLogProbability:
      return "log-probability";
    case ScoreKind::kLogProbabilityMargin:
      return "log-probability margin";
  }
  return "score";
}

ScoreKind ScoreKindOf(const ExplainedTarget& target) {
  if (AsLabel(target) != nullptr) return ScoreKind::kLogit;
  if (AsContrast(target) != nullptr) return ScoreKind::kLogitMargin;
  return VersusOf(target).empty() ? ScoreKind::kLogProbability : ScoreKind::kLogProbabilityMargin;
}

const char* KindOf(const ExplainedTarget& target) {
  if (AsLabel(target) != nullptr) return "label";
  if (AsContrast(target) != nullptr) return "contrast";
  switch (AsText(target)->part) {
    case TextPart::kWord:
      return "word";
    case TextPart::kPhrase:
      return "phrase";
    case TextPart::kWhole:
      return "text";
  }
  return "text";
}

const std::string& TextOf(const ExplainedTarget& target) {
  if (const auto* label = AsLabel(target)) return label->label;
  if (const auto* contrast = AsContrast(target)) return contrast->label;
  return AsText(target)->text;
}

const std::string& VersusOf(const ExplainedTarget& target) {
  static const std::string none;
  if (const auto* contrast = AsContrast(target)) return contrast->versus;
  const auto* text = AsText(target);
  return text == nullptr ? none : text->versus;
}

std::optional<double> ProbabilityOf(const ExplainedTarget& target) {
  if (const auto* label = AsLabel(target)) return label->probability;
  if (const auto* text = AsText(target); text != nullptr && text->versus.empty()) return text->probability;
  return std::nullopt;
}

const LabelTarget* AsLabel(const ExplainedTarget& target) { return std::get_if<LabelTarget>(&target.about); }

const ContrastTarget* AsContrast(const ExplainedTarget& target) { return std::get_if<ContrastTarget>(&target.about); }

const TextTarget* AsText(const ExplainedTarget& target) { return std::get_if<TextTarget>(&target.about); }

bool IsPart(const ExplainedTarget& target, TextPart part) {
  const auto* text = AsText(target);
  return text != nullptr && text->part == part;
}

}  // namespace wherefore
