#include <algorithm>
#include <utility>

#include "explain/error.h"
#include "models/text/subword_model.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

// SentencePiece's own: how much less likely an unknown character is than the least likely piece.
constexpr double kUnknownPenalty = 10;

/// The best way to cut the text before a place: its score, and where its last piece begins.
struct BestCut {
  bool is_reached = false;
  double score = 0;
  std::size_t begin = 0;
  std::int64_t id = 0;

  void Offer(double other, std::size_t other_begin, std::int64_t other_id) {
    if (is_reached && other <= score) return;
    *this = {true, other, other_begin, other_id};
  }
};

class Unigram : public SubwordModel {
 public:
  Unigram(std::shared_ptr<const Vocabulary> vocabulary, UnigramOptions options, const std::string& name)
      : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {
    if (vocabulary_->empty()) ThrowBadFile(name + ": the vocabulary is empty");
    if (options_.unknown_id && vocabulary_->Piece(*options_.unknown_id) == nullptr) {
      ThrowBadFile(name + ": the id for unknown characters is " + std::to_string(*options_.unknown_id) +
                   ", but the vocabulary has " + std::to_string(vocabulary_->size()) + " pieces");
    }
    unknown_score_ = *std::min_element(options_.scores.begin(), options_.scores.end()) - kUnknownPenalty;
  }

  std::vector<SubwordPiece> Cut(const std::string& word) const override {
    const std::vector<BestCut> cuts = BestCuts(word);
    std::vector<SubwordPiece> pieces;
    for (std::size_t end = word.size(); end > 0; end = cuts[end].begin) {
      const ByteSpan span = {static_cast<std::int64_t>(cuts[end].begin), static_cast<std::int64_t>(end)};
      const bool is_unknown = cuts[end].id == options_.unknown_id;
      if (is_unknown && !pieces.empty() && pieces.back().id == options_.unknown_id) {
        pieces.back().span.begin = span.begin;
      } else {
        pieces.push_back({cuts[end].id, span});
      }
    }
    std::reverse(pieces.begin(), pieces.end());
    return options_.byte_fallback ? WithBytes(word, pieces) : pieces;
  }

  const Vocabulary& vocabulary() const override { return *vocabulary_; }
  std::optional<std::int64_t> unknown_id() const override { return options_.unknown_id; }

 private:
  /// One entry for each place in the word. Characters that no piece covers are unknown.
  std::vector<BestCut> BestCuts(const std::string& word) const {
    std::vector<BestCut> cuts(word.size() + 1);
    for (std::size_t begin = 0; begin < word.size();) {
      const std::size_t first_end = begin + std::max<std::size_t>(CharacterAt(word, begin).length, 1);
      bool is_covered = false;
      const std::size_t last_end = std::min(word.size(), begin + vocabulary_->longest_piece());
      for (std::size_t end = first_end; end <= last_end;) {
        const auto id = vocabulary_->Id(word.substr(begin, end - begin));
        if (id) cuts[end].Offer(cuts[begin].score + options_.scores[static_cast<std::size_t>(*id)], begin, *id);
        is_covered = is_covered || (id && end == first_end);
        end += end < word.size() ? std::max<std::size_t>(CharacterAt(word, end).length, 1) : 1;
      }
      if (!is_covered) OfferUnknown(begin, first_end, &cuts);
      begin = first_end;
    }
    return cuts;
  }

  void OfferUnknown(std::size_t begin, std::size_t end, std::vector<BestCut>* cuts) const {
    if (!options_.unknown_id) {
      ThrowUsage("the text has a character that the vocabulary lacks, and the vocabulary no piece for such ones");
    }
    (*cuts)[end].Offer((*cuts)[begin].score + unknown_score_, begin, *options_.unknown_id);
  }

  std::vector<SubwordPiece> WithBytes(const std::string& word, const std::vector<SubwordPiece>& pieces) const {
    std::vector<SubwordPiece> spelled;
    for (const auto& piece : pieces) {
      std::vector<SubwordPiece> bytes;
      if (piece.id == options_.unknown_id) bytes = Bytes(TextIn(word, piece.span), piece.span);
      if (bytes.empty()) bytes.push_back(piece);
      spelled.insert(spelled.end(), bytes.begin(), bytes.end());
    }
    return spelled;
  }

  /// None where the vocabulary lacks one of the bytes.
  std::vector<SubwordPiece> Bytes(const std::string& text, ByteSpan span) const {
    std::vector<SubwordPiece> bytes;
    for (const char byte : text) {
      const auto id = vocabulary_->Id(BytePiece(static_cast<std::uint8_t>(byte)));
      if (!id) return {};
      bytes.push_back({*id, span});
    }
    return bytes;
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  UnigramOptions options_;
  double unknown_score_ = 0;
};

}  // namespace

std::unique_ptr<SubwordModel> MakeUnigram(std::shared_ptr<const Vocabulary> vocabulary, const UnigramOptions& options,
                                          const std::string& name) {
  return std::make_unique<Unigram>(std::move(vocabulary), options, name);
}

}  // namespace wherefore
