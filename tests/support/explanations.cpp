#include "tests/support/explanations.h"

namespace wherefore {

WrittenText Written(const std::vector<std::string>& words) {
  WrittenText written;
  written.words = words;
  JoinWords(&written);
  written.end_log_probability = 0;
  return written;
}

AskedText Asked(const std::vector<std::string>& words) {
  AskedText question;
  question.words = words;
  JoinWords(&question);
  question.asked = question.text;
  return question;
}

ExplainedTarget LabelTargetOf(const std::string& label, double probability) {
  ExplainedTarget target;
  target.about = LabelTarget{0, label, probability};
  return target;
}

ExplainedTarget TextTargetOf(TextPart part, const std::string& text, double probability) {
  ExplainedTarget target;
  target.about = TextTarget{part, text, {0, static_cast<int64_t>(text.size())}, 0, 1, probability};
  return target;
}

}  // namespace wherefore
