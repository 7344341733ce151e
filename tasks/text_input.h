#pragma once

#include <string>
#include <vector>

#include "models/text/text.h"

namespace wherefore {

/// Encodes a user's text, `what` of which is "caption" or "question" in the messages; words that the vocabulary lacks
/// are added to `warnings`.
/// Throws Error(kUsage) where it is empty, not UTF-8, has only unknown words or more than `max_length` pieces.
TokenizedText EncodeChecked(const Tokenizer& tokenizer, const std::string& text, const std::string& what,
                            int64_t max_length, std::vector<std::string>* warnings);

/// EncodeChecked() of a text that is encoded already.
void CheckEncoded(const TokenizedText& encoded, const std::string& text, const std::string& what, int64_t max_length,
                  std::vector<std::string>* warnings);

}  // namespace wherefore
