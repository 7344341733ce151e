#pragma once

#include <functional>
#include <vector>

#include "models/text/json_component.h"
#include "models/text/normalized_text.h"

namespace wherefore {

/// Cuts parts of a text into smaller ones, across which no piece goes.
using PreTokenizer = std::function<void(std::vector<NormalizedText>*)>;

/// Reads the section "pre_tokenizer" of a tokenizer.json: BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits,
/// Metaspace, Punctuation, Sequence, Split, Whitespace, WhitespaceSplit. Throws Error(kBadFile) for another type.
PreTokenizer ReadPreTokenizer(const JsonComponent& component);

}  // namespace wherefore
