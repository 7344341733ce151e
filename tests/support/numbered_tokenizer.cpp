#include "tests/support/numbered_tokenizer.h"

#include <sstream>

namespace wherefore {

TokenizedText NumberedTokenizer::Encode(const std::string& text) const {
  TokenizedText encoded;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool two_pieces = word.back() == '+';
    const int64_t id = word[0] == 'w' ? std::stol(word.substr(1)) : unknown_id();
    const auto index = static_cast<int64_t>(encoded.words.size());
    encoded.words.push_back(word);
    if (id == unknown_id()) encoded.unknown_words.push_back(word);
    for (const int64_t piece : {id, int64_t{0}}) {
      if (piece == 0 && !two_pieces) break;
      encoded.ids.push_back(piece);
      encoded.pieces.push_back(piece == 0 ? "+" : word.substr(0, word.size() - (two_pieces ? 1 : 0)));
      encoded.word.push_back(index);
    }
  }
  PlaceWords(text, &encoded);
  return encoded;
}

TokenizedText NumberedTokenizer::Describe(const std::vector<int64_t>& ids) const {
  TokenizedText described;
  for (const int64_t id : ids) {
    if (id == 0 && !described.words.empty()) {
      described.words.back() += "+";
    } else {
      described.words.push_back("w" + std::to_string(id));
    }
    described.ids.push_back(id);
    described.pieces.push_back(id == 0 ? "+" : "w" + std::to_string(id));
    described.word.push_back(static_cast<int64_t>(described.words.size()) - 1);
  }
  JoinWords(&described);
  return described;
}

}  // namespace wherefore
