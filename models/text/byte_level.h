#pragma once

#include <cstdint>
#include <string>

#include "models/text/normalized_text.h"

namespace wherefore {

/// The letter that stands for a byte in vocabularies of GPT-2's kind: printable bytes for themselves, the others for
/// U+0100 on, so that a space is U+0120.
char32_t ByteLetter(std::uint8_t byte);

/// The byte that the letter stands for, -1 for a character that is no such letter.
int LetterByte(char32_t letter);

/// Replaces each character by the letters of its bytes.
void SpellBytes(NormalizedText* text);

/// GPT-2's own regular expression, which cuts a text into words with the space before them.
extern const char* const kByteLevelWords;

}  // namespace wherefore
