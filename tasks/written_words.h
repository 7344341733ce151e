#pragma once

#include <vector>

#include "models/decoding/text_scores.h"
#include "models/model.h"
#include "tasks/explanation.h"

namespace wherefore {

/// Of a text's words, and behind its end, as WrittenText::alternatives has them: `count` at most for each, from as many
/// likeliest pieces of each place and one more.
std::vector<std::vector<Alternative>> AlternativesOf(const TokenizedText& text, const TextReading& reading,
                                                     const Model& model, int64_t count);

}  // namespace wherefore
