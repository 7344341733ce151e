#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "explain/error.h"
#include "models/text/text.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckLowerCase(const std::string& text) {
  const std::string lower = wherefore::LowerCaseUtf8(text);
  Require(wherefore::IsUtf8(lower) == wherefore::IsUtf8(text));
  Require(wherefore::LowerCaseUtf8(lower) == lower);
}

void CheckTokenized(const wherefore::TokenizedText& text, int64_t vocabulary_size) {
  Require(text.ids.size() == text.pieces.size() && text.ids.size() == text.word.size());
  for (std::size_t i = 0; i < text.ids.size(); ++i) {
    Require(text.ids[i] >= 0 && text.ids[i] < vocabulary_size);
    Require(text.word[i] >= 0 && text.word[i] < static_cast<int64_t>(text.words.size()));
  }
  Require(text.spans.size() == text.words.size());
  for (std::size_t i = 0; i < text.words.size(); ++i) {
    Require(wherefore::TextIn(text.text, text.spans[i]) == text.words[i]);
  }
  Require(std::all_of(text.words.begin(), text.words.end(), wherefore::IsUtf8));
}

}  // namespace

/// A word list, 0, and a text to cut by it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::string text = input.substr(std::min(end + 1, input.size()));
  CheckLowerCase(text);
  try {
    const auto words = wherefore::ParseWordList(input.substr(0, end), "fuzzed", true);
    const auto encoded = words->Encode(text);
    CheckTokenized(encoded, words->size());
    CheckTokenized(words->Describe(encoded.ids), words->size());
  } catch (const wherefore::Error&) {
    return 0;  // an answer as good as any other
  }
  return 0;
}
