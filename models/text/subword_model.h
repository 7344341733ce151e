#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/text/text.h"

namespace wherefore {

/// The pieces of a vocabulary and their ids. Ids may have gaps.
class Vocabulary {
 public:
  /// The largest id there may be.
  static constexpr std::int64_t kLargestId = (std::int64_t{1} << 31) - 1;

  /// In bytes: several times as many as any tokenizer's has, few enough that a search for pieces stays fast.
  static constexpr std::size_t kLongestPiece = 2000;

  /// Throws Error(kBadFile) that begins with `name`: a piece or an id that is there already, an id out of range, a
  /// piece that is too long.
  void Add(const std::string& piece, std::int64_t id, const std::string& name);

  std::optional<std::int64_t> Id(const std::string& piece) const;
  const std::string* Piece(std::int64_t id) const;  ///< null where the vocabulary has no such id

  std::int64_t size() const { return size_; }                   ///< one more than the largest id
  std::size_t longest_piece() const { return longest_piece_; }  ///< in bytes
  bool empty() const { return ids_.empty(); }

 private:
  std::unordered_map<std::string, std::int64_t> ids_;
  std::unordered_map<std::int64_t, const std::string*> pieces_;
  std::int64_t size_ = 0;
  std::size_t longest_piece_ = 0;
};

/// A piece of a word, and the bytes of the word that it stands for.
struct SubwordPiece {
  std::int64_t id = 0;
  ByteSpan span;
};

/// Cuts a word, or a text that is taken for one, into pieces of a vocabulary.
class SubwordModel {
 public:
  virtual ~SubwordModel() = default;

  /// The word is well-formed UTF-8.
  virtual std::vector<SubwordPiece> Cut(const std::string& word) const = 0;

  virtual const Vocabulary& vocabulary() const = 0;

  /// The id for what the vocabulary lacks, where there is one.
  virtual std::optional<std::int64_t> unknown_id() const = 0;
};

/// Piece for a byte that the vocabulary lacks otherwise: "<0x0A>".
std::string BytePiece(std::uint8_t byte);

/// WordPiece (Wu et al. 2016, as BERT has it): the longest piece of the vocabulary first.
struct WordPieceOptions {
  std::string unknown = "[UNK]";
  std::string continuation = "##";  ///< before pieces that do not begin a word
  std::int64_t longest_word = 100;  ///< in characters; longer ones are unknown as a whole
};
/// Throws Error(kBadFile) that begins with `name` where the vocabulary lacks `unknown`.
std::unique_ptr<SubwordModel> MakeWordPiece(std::shared_ptr<const Vocabulary> vocabulary,
                                            const WordPieceOptions& options, const std::string& name);

/// Byte pair encoding (Sennrich et al. 2016): neighbours are merged, the earliest merge of the list first.
struct BpeOptions {
  std::vector<std::pair<std::string, std::string>> merges;
  std::optional<std::string> unknown;
  std::string continuation;        ///< before pieces that do not begin a word; mostly none
  std::string word_end;            ///< behind the last piece of a word: "</w>"; mostly none
  bool fuse_unknown = false;       ///< neighbouring unknown characters become one piece
  bool byte_fallback = false;      ///< an unknown character becomes a piece a byte: "<0xE2>"
  bool whole_words_first = false;  ///< a word that the vocabulary has is not cut (ignore_merges)
};
/// Throws Error(kBadFile) that begins with `name`: a merge of pieces that the vocabulary lacks, or into one.
std::unique_ptr<SubwordModel> MakeBpe(std::shared_ptr<const Vocabulary> vocabulary, const BpeOptions& options,
                                      const std::string& name);

/// The unigram language model (Kudo 2018): the likeliest way to cut.
struct UnigramOptions {
  std::vector<double> scores;  ///< log-probabilities, one an id
  std::optional<std::int64_t> unknown_id;
  bool byte_fallback = false;
};
std::unique_ptr<SubwordModel> MakeUnigram(std::shared_ptr<const Vocabulary> vocabulary, const UnigramOptions& options,
                                          const std::string& name);

}  // namespace wherefore
