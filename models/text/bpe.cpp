#include <algorithm>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "explain/error.h"
#include "models/files/json.h"
#include "models/text/subword_model.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

struct MergeRule {
  std::int64_t rank = 0;  ///< place in the list of merges
  std::int64_t id = 0;    ///< of the piece that the two become
};

/// A merge that can be made at a place of a word. The queue hands out the lowest rank, then the first place.
struct PossibleMerge {
  MergeRule rule;
  std::size_t left = 0;  ///< index of the left one of the two pieces

  bool operator<(const PossibleMerge& other) const {
    return std::tie(rule.rank, left) > std::tie(other.rule.rank, other.left);
  }
};

/// A piece of a word that is being merged, in a list that is linked both ways.
struct LinkedPiece {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  SubwordPiece piece;
  std::size_t previous = kNone;
  std::size_t next = kNone;
  bool is_merged = false;  ///< it is now part of the piece before it
};

class Bpe : public SubwordModel {
 public:
  Bpe(std::shared_ptr<const Vocabulary> vocabulary, const BpeOptions& options, const std::string& name)
      : vocabulary_(std::move(vocabulary)),
        continuation_(options.continuation),
        word_end_(options.word_end),
        fuse_unknown_(options.fuse_unknown),
        whole_words_first_(options.whole_words_first) {
    if (options.unknown) {
      unknown_id_ = vocabulary_->Id(*options.unknown);
      if (!unknown_id_) {
        ThrowBadFile(name + ": the vocabulary lacks the piece " + Quoted(*options.unknown) + " for unknown characters");
      }
    }
    if (options.byte_fallback) FindBytePieces();
    for (const auto& merge : options.merges) AddMerge(merge.first, merge.second, name);
  }

  std::vector<SubwordPiece> Cut(const std::string& word) const override {
    if (word.empty()) return {};
    if (whole_words_first_) {
      const auto id = vocabulary_->Id(word);
      if (id) return {{*id, {0, static_cast<std::int64_t>(word.size())}}};
    }
    return MergeAll(Characters(word));
  }

  const Vocabulary& vocabulary() const override { return *vocabulary_; }
  std::optional<std::int64_t> unknown_id() const override { return unknown_id_; }

 private:
  static std::uint64_t Key(std::int64_t left, std::int64_t right) {
    return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint64_t>(right);
  }

  void FindBytePieces() {
    for (int byte = 0; byte < 256; ++byte) {
      byte_ids_.push_back(vocabulary_->Id(BytePiece(static_cast<std::uint8_t>(byte))));
    }
  }

  void AddMerge(const std::string& left, const std::string& right, const std::string& name) {
    if (right.compare(0, continuation_.size(), continuation_) != 0) {
      ThrowBadFile(name + ": merge " + std::to_string(rank_ + 1) + ", of " + Quoted(left) + " and " + Quoted(right) +
                   ": the second lacks the prefix " + Quoted(continuation_));
    }
    std::int64_t ids[3];
    const std::string pieces[3] = {left, right, left + right.substr(continuation_.size())};
    for (int i = 0; i < 3; ++i) {
      const auto id = vocabulary_->Id(pieces[i]);
      if (!id) {
        ThrowBadFile(name + ": merge " + std::to_string(rank_ + 1) + ", of " + Quoted(left) + " and " + Quoted(right) +
                     ": the vocabulary lacks the piece " + Quoted(pieces[i]));
      }
      ids[i] = *id;
    }
    merges_[Key(ids[0], ids[1])] = {rank_++, ids[2]};
  }

  /// The pieces that single characters are.
  std::vector<SubwordPiece> Characters(const std::string& word) const {
    std::vector<SubwordPiece> pieces;
    std::optional<SubwordPiece> unknown;  // not among the pieces yet, as more may join it
    for (std::size_t begin = 0; begin < word.size();) {
      const std::size_t end = begin + std::max<std::size_t>(CharacterAt(word, begin).length, 1);
      const ByteSpan span = {static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)};
      std::string piece = word.substr(begin, end - begin);
      if (begin > 0) piece.insert(0, continuation_);
      if (end == word.size()) piece += word_end_;
      if (const auto id = vocabulary_->Id(piece)) {
        if (unknown) pieces.push_back(*std::exchange(unknown, std::nullopt));
        pieces.push_back({*id, span});
      } else if (!AppendBytes(piece, span, &pieces)) {
        AddUnknown(span, &unknown, &pieces);
      }
      begin = end;
    }
    if (unknown) pieces.push_back(*unknown);
    return pieces;
  }

  /// Pieces for the bytes of a character that has none itself; false where the vocabulary lacks one of them.
  bool AppendBytes(const std::string& character, ByteSpan span, std::vector<SubwordPiece>* pieces) const {
    if (byte_ids_.empty()) return false;
    const std::size_t before = pieces->size();
    for (const char byte : character) {
      const auto& id = byte_ids_[static_cast<unsigned char>(byte)];
      if (!id) {
        pieces->resize(before);
        return false;
      }
      pieces->push_back({*id, span});
    }
    return true;
  }

  /// A character that the vocabulary lacks; left out where it has no piece for such ones.
  void AddUnknown(ByteSpan span, std::optional<SubwordPiece>* unknown, std::vector<SubwordPiece>* pieces) const {
    if (!unknown_id_) return;
    if (*unknown && fuse_unknown_) {
      (*unknown)->span.end = span.end;
      return;
    }
    if (*unknown) pieces->push_back(**unknown);
    *unknown = SubwordPiece{*unknown_id_, span};
  }

  /// Makes every merge that can be made, the earliest of the list first: n log n steps for n pieces.
  std::vector<SubwordPiece> MergeAll(const std::vector<SubwordPiece>& pieces) const {
    std::vector<LinkedPiece> links = Linked(pieces);
    std::priority_queue<PossibleMerge> queue;
    for (std::size_t i = 0; i + 1 < links.size(); ++i) Offer(links, i, &queue);
    while (!queue.empty()) {
      const PossibleMerge merge = queue.top();
      queue.pop();
      if (IsPossible(links, merge)) Merge(merge, &links, &queue);
    }
    std::vector<SubwordPiece> merged;
    for (const auto& link : links) {
      if (!link.is_merged) merged.push_back(link.piece);
    }
    return merged;
  }

  static std::vector<LinkedPiece> Linked(const std::vector<SubwordPiece>& pieces) {
    std::vector<LinkedPiece> links(pieces.size());
    for (std::size_t i = 0; i < links.size(); ++i) {
      links[i].piece = pieces[i];
      if (i > 0) links[i].previous = i - 1;
      if (i + 1 < links.size()) links[i].next = i + 1;
    }
    return links;
  }

  const MergeRule* RuleAt(const std::vector<LinkedPiece>& links, std::size_t left) const {
    const std::size_t right = links[left].next;
    if (right == LinkedPiece::kNone) return nullptr;
    const auto found = merges_.find(Key(links[left].piece.id, links[right].piece.id));
    return found == merges_.end() ? nullptr : &found->second;
  }

  void Offer(const std::vector<LinkedPiece>& links, std::size_t left, std::priority_queue<PossibleMerge>* queue) const {
    const MergeRule* rule = RuleAt(links, left);
    if (rule != nullptr) queue->push({*rule, left});
  }

  /// Whether the two pieces are still those that the merge was offered for.
  bool IsPossible(const std::vector<LinkedPiece>& links, const PossibleMerge& merge) const {
    if (links[merge.left].is_merged) return false;
    const MergeRule* rule = RuleAt(links, merge.left);
    return rule != nullptr && rule->id == merge.rule.id;
  }

  void Merge(const PossibleMerge& merge, std::vector<LinkedPiece>* links,
             std::priority_queue<PossibleMerge>* queue) const {
    LinkedPiece& left = (*links)[merge.left];
    LinkedPiece& right = (*links)[left.next];
    left.piece = {merge.rule.id, {left.piece.span.begin, right.piece.span.end}};
    left.next = right.next;
    right.is_merged = true;
    if (left.next != LinkedPiece::kNone) (*links)[left.next].previous = merge.left;
    if (left.previous != LinkedPiece::kNone) Offer(*links, left.previous, queue);
    Offer(*links, merge.left, queue);
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::string continuation_;
  std::string word_end_;
  bool fuse_unknown_;
  bool whole_words_first_;
  std::optional<std::int64_t> unknown_id_;
  std::vector<std::optional<std::int64_t>> byte_ids_;  ///< 256, or none where bytes have no pieces
  std::unordered_map<std::uint64_t, MergeRule> merges_;
  std::int64_t rank_ = 0;
};

}  // namespace

std::unique_ptr<SubwordModel> MakeBpe(std::shared_ptr<const Vocabulary> vocabulary, const BpeOptions& options,
                                      const std::string& name) {
  return std::make_unique<Bpe>(std::move(vocabulary), options, name);
}

}  // namespace wherefore
