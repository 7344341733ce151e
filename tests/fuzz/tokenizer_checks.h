#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>

#include "models/text/hugging_face_tokenizer.h"

namespace wherefore {

inline void Require(bool condition) {
  if (!condition) std::abort();
}

inline bool LiesIn(const ByteSpan& span, const std::string& text) {
  return 0 <= span.begin && span.begin <= span.end && span.end <= static_cast<int64_t>(text.size());
}

inline void CheckTokenized(const TokenizedText& text, int64_t vocabulary_size) {
  const std::size_t pieces = text.ids.size();
  Require(text.pieces.size() == pieces && text.word.size() == pieces && text.piece_spans.size() == pieces);
  for (std::size_t i = 0; i < pieces; ++i) {
    Require(text.ids[i] >= 0 && text.ids[i] < vocabulary_size);
    Require(text.word[i] >= 0 && text.word[i] < static_cast<int64_t>(text.words.size()));
    Require(i == 0 || text.word[i - 1] <= text.word[i]);
    Require(LiesIn(text.piece_spans[i], text.text));
  }
  Require(text.spans.size() == text.words.size());
  for (std::size_t i = 0; i < text.words.size(); ++i) {
    Require(LiesIn(text.spans[i], text.text) && TextIn(text.text, text.spans[i]) == text.words[i]);
    Require(IsUtf8(text.words[i]));
  }
}

/// Cuts a text, puts the pieces together again, and checks what comes out.
inline void CheckTokenizer(const HuggingFaceTokenizer& tokenizer, const std::string& text) {
  const TokenizedText encoded = tokenizer.Encode(text);
  Require(encoded.text == text);
  CheckTokenized(encoded, tokenizer.size());
  CheckTokenized(tokenizer.Describe(encoded.ids), tokenizer.size());
  tokenizer.Decode(tokenizer.WithSpecialTokens(encoded.ids), {true, true});
}

}  // namespace wherefore
