#include <algorithm>

#include "explain/error.h"
#include "models/files/json.h"
#include "models/text/subword_model.h"

namespace wherefore {

void Vocabulary::Add(const std::string& piece, std::int64_t id, const std::string& name) {
  if (id < 0 || id > kLargestId) {
    ThrowBadFile(name + ": the id of piece " + Quoted(piece) + " is " + std::to_string(id) +
                 ", but must be from 0 to " + std::to_string(kLargestId));
  }
  if (piece.size() > kLongestPiece) {
    ThrowBadFile(name + ": piece " + Quoted(piece) + " has " + std::to_string(piece.size()) +
                 " bytes, but no piece may have more than " + std::to_string(kLongestPiece));
  }
  const auto [place, is_new] = ids_.emplace(piece, id);
  if (!is_new) ThrowBadFile(name + ": piece " + Quoted(piece) + " appears twice");
  const auto [other, id_is_new] = pieces_.emplace(id, &place->first);
  if (!id_is_new) {
    ThrowBadFile(name + ": id " + std::to_string(id) + " belongs to two pieces, " + Quoted(*other->second) + " and " +
                 Quoted(piece));
  }
  size_ = std::max(size_, id + 1);
  longest_piece_ = std::max(longest_piece_, piece.size());
}

std::optional<std::int64_t> Vocabulary::Id(const std::string& piece) const {
  const auto found = ids_.find(piece);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

const std::string* Vocabulary::Piece(std::int64_t id) const {
  const auto found = pieces_.find(id);
  return found == pieces_.end() ? nullptr : found->second;
}

std::string BytePiece(std::uint8_t byte) {
  const char* const digits = "0123456789ABCDEF";
  return std::string("<0x") + digits[byte >> 4] + digits[byte & 0xF] + ">";
}

}  // namespace wherefore
