#include "models/text/text_pattern.h"

namespace wherefore {

TextPattern TextPattern::Literal(const std::string& text) {
  TextPattern pattern;
  pattern.literal_ = text;
  return pattern;
}

TextPattern TextPattern::Regex(const std::string& expression, const std::string& name) {
  TextPattern pattern;
  pattern.expression_ = std::make_shared<const RegularExpression>(expression, name);
  return pattern;
}

std::vector<ByteSpan> TextPattern::FindAll(const std::string& text) const {
  if (expression_ != nullptr) return expression_->FindAll(text);
  std::vector<ByteSpan> matches;
  if (literal_.empty()) return matches;
  for (auto place = text.find(literal_); place != std::string::npos;) {
    const std::size_t end = place + literal_.size();
    matches.push_back({static_cast<int64_t>(place), static_cast<int64_t>(end)});
    place = text.find(literal_, end);
  }
  return matches;
}

TextPattern ReadTextPattern(const JsonComponent& component) {
  const JsonComponent pattern = component.Object("pattern");
  if (const auto literal = pattern.OptionalText("String")) return TextPattern::Literal(*literal);
  return TextPattern::Regex(pattern.Text("Regex"), component.file());
}

}  // namespace wherefore
