#include "tasks/text_input.h"

#include "explain/error.h"

namespace wherefore {

TokenizedText EncodeChecked(const Tokenizer& tokenizer, const std::string& text, const std::string& what,
                            int64_t max_length, std::vector<std::string>* warnings) {
  auto encoded = tokenizer.Encode(text);
  CheckEncoded(encoded, text, what, max_length, warnings);
  return encoded;
}

void CheckEncoded(const TokenizedText& encoded, const std::string& text, const std::string& what, int64_t max_length,
                  std::vector<std::string>* warnings) {
  const auto length = static_cast<int64_t>(encoded.ids.size());
  if (length == 0) ThrowUsage("the " + what + " is empty; give at least one word");
  if (encoded.unknown_words.size() == encoded.words.size()) {
    ThrowUsage("the model knows none of the words of the " + what + " '" + text +
               "'; its vocabulary has none of them, so whatever it said would be about nothing");
  }
  if (length > max_length) {
    ThrowUsage("the " + what + " has " + std::to_string(length) + " pieces; the model takes at most " +
               std::to_string(max_length) + ": shorten it");
  }
  for (const auto& word : encoded.unknown_words) {
    warnings->push_back("the model's vocabulary lacks '" + word + "'; it read an unknown word in its place");
  }
}

}  // namespace wherefore
