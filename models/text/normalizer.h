#pragma once

#include <functional>
#include <string>

#include "models/text/json_component.h"
#include "models/text/normalized_text.h"

namespace wherefore {

/// Changes a text before it is cut into words: lower case, accents, a normal form.
using Normalizer = std::function<void(NormalizedText*)>;

/// Reads the section "normalizer" of a tokenizer.json: BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Prepend,
/// Replace, Sequence, Strip, StripAccents. Throws Error(kBadFile) for another type.
Normalizer ReadNormalizer(const JsonComponent& component);

/// The normalizer of BERT: control characters out, all white space a space, a space on both sides of each Chinese
/// character, accents off, lower case.
struct BertNormalization {
  bool clean_text = true;
  bool space_chinese = true;
  bool strip_accents = true;
  bool lowercase = true;
};
Normalizer MakeBertNormalizer(const BertNormalization& options);

/// A text in normal form C ("e" and an accent become one character), D, KC or KD.
enum class NormalForm { kC, kD, kKc, kKd };
void ApplyNormalForm(NormalForm form, NormalizedText* text);

void ApplyLowerCase(NormalizedText* text);

}  // namespace wherefore
