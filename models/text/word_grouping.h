#pragma once

#include <string>
#include <vector>

#include "models/text/text.h"

namespace wherefore {

/// How a vocabulary marks the words that its pieces make up. Where both marks are empty, words are what stands between
/// white space.
struct WordMarks {
  std::string continuation;  ///< begins a piece that continues a word: "##"; every other piece begins one
  std::string word_end;      ///< ends the last piece of a word: "</w>"
};

/// Joins the pieces of a text to words: sets `word`, `words` and `spans` from `text`, `pieces` and `piece_spans`.
/// Added tokens (`is_added`, one a piece) are words of their own. Pieces that are white space alone belong to the word
/// that follows, or else to the last. In scripts without spaces between words (Han, Hiragana, Katakana, Thai, Lao,
/// Khmer, Myanmar) a word ends where ICU's word boundaries and the pieces agree. No word begins inside a character, and
/// none ends before an accent of its last letter, also where the tokenizer drops the accent.
void GroupWords(const WordMarks& marks, const std::vector<bool>& is_added, TokenizedText* text);

}  // namespace wherefore
