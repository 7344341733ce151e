#pragma once

#include <string>
#include <vector>

#include "tasks/explanation.h"

namespace wherefore {

// Parts of explanations that no model made.

/// A text of these words, a space between them; without pieces, and ended.
WrittenText Written(const std::vector<std::string>& words);

/// A question of these words, a space between them.
AskedText Asked(const std::vector<std::string>& words);

/// A label of index 0.
ExplainedTarget LabelTargetOf(const std::string& label, double probability = 0);

/// A part of a text that stands at its first word.
ExplainedTarget TextTargetOf(TextPart part, const std::string& text, double probability = 0);

}  // namespace wherefore
