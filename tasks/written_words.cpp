#include "tasks/written_words.h"

#include <algorithm>

#include "models/decoding/beam_search.h"

namespace wherefore {
namespace {

/// Without the white space that parts it from the word before.
std::string Trimmed(const std::string& text) {
  const auto begin = std::find_if_not(text.begin(), text.end(), IsWhiteSpace);
  const auto end = std::find_if_not(text.rbegin(), std::make_reverse_iterator(begin), IsWhiteSpace).base();
  return {begin, end};
}

Alternative AlternativeOf(const LikelyPiece& piece, const Model& model) {
  if (IsEnd(model.decoding, piece.id)) return {piece.id, "", true, piece.log_prob};
  return {piece.id, Trimmed(model.tokenizer->Describe({piece.id}).text), false, piece.log_prob};
}

/// `stands`: the id that is left out.
std::vector<Alternative> AlternativesTo(int64_t stands, const std::vector<LikelyPiece>& likeliest, const Model& model,
                                        int64_t count) {
  std::vector<Alternative> alternatives;
  for (const auto& piece : likeliest) {
    if (piece.id == stands || static_cast<int64_t>(alternatives.size()) == count) continue;
    alternatives.push_back(AlternativeOf(piece, model));
  }
  return alternatives;
}

}  // namespace

std::vector<std::vector<Alternative>> AlternativesOf(const TokenizedText& text, const TextReading& reading,
                                                     const Model& model, int64_t count) {
  constexpr int64_t kNone = -1;
  std::vector<std::vector<Alternative>> alternatives;
  int64_t word = -1;
  for (std::size_t piece = 0; piece < text.ids.size(); ++piece) {
    if (text.word[piece] == word) continue;
    word = text.word[piece];
    alternatives.push_back(AlternativesTo(text.ids[piece], reading.likeliest.at(piece), model, count));
  }
  alternatives.push_back(AlternativesTo(kNone, reading.likeliest.at(text.ids.size()), model, count));
  return alternatives;
}

}  // namespace wherefore
