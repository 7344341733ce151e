#include <algorithm>
#include <utility>

#include "explain/error.h"
#include "models/files/json.h"
#include "models/text/subword_model.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

class WordPiece : public SubwordModel {
 public:
  WordPiece(std::shared_ptr<const Vocabulary> vocabulary, WordPieceOptions options, const std::string& name)
      : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {
    const auto unknown = vocabulary_->Id(options_.unknown);
    if (!unknown) {
      ThrowBadFile(name + ": the vocabulary lacks the piece " + Quoted(options_.unknown) + " for unknown words");
    }
    unknown_id_ = *unknown;
  }

  std::vector<SubwordPiece> Cut(const std::string& word) const override {
    const auto end = static_cast<std::int64_t>(word.size());
    const std::vector<SubwordPiece> unknown = {{unknown_id_, {0, end}}};
    if (static_cast<std::int64_t>(CodePoints(word).size()) > options_.longest_word) return unknown;
    std::vector<SubwordPiece> pieces;
    for (std::int64_t begin = 0; begin < end; begin = pieces.back().span.end) {
      const auto piece = LongestPiece(word, begin);
      if (!piece) return unknown;
      pieces.push_back(*piece);
    }
    return pieces;
  }

  const Vocabulary& vocabulary() const override { return *vocabulary_; }
  std::optional<std::int64_t> unknown_id() const override { return unknown_id_; }

 private:
  std::optional<SubwordPiece> LongestPiece(const std::string& word, std::int64_t begin) const {
    std::string piece = begin > 0 ? options_.continuation : std::string();
    const std::size_t mark = piece.size();
    piece.append(word, static_cast<std::size_t>(begin), vocabulary_->longest_piece());
    for (; piece.size() > mark; piece.pop_back()) {
      const auto id = vocabulary_->Id(piece);
      if (id) return SubwordPiece{*id, {begin, begin + static_cast<std::int64_t>(piece.size() - mark)}};
    }
    return std::nullopt;
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  WordPieceOptions options_;
  std::int64_t unknown_id_ = 0;
};

}  // namespace

std::unique_ptr<SubwordModel> MakeWordPiece(std::shared_ptr<const Vocabulary> vocabulary,
                                            const WordPieceOptions& options, const std::string& name) {
  return std::make_unique<WordPiece>(std::move(vocabulary), options, name);
}

}  // namespace wherefore
