#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "models/text/json_component.h"

namespace wherefore {

/// A part of a text that is being put together, and for each of its bytes the index of the piece that it came from.
struct DecodedPart {
  std::string text;
  std::vector<std::size_t> piece;  ///< one a byte of `text`

  /// A whole piece.
  DecodedPart(const std::string& spelled, std::size_t index) : text(spelled), piece(spelled.size(), index) {}

  void Append(const DecodedPart& other);

  /// Replaces each occurrence of a text; what comes in belongs to the piece of the first byte that goes out.
  void Replace(const std::string& from, const std::string& to);

  /// Removes `count` bytes from `begin` on.
  void Erase(std::size_t begin, std::size_t count);

  /// Cuts white space off at both ends: Unicode's and, as Python does, the separators U+001C to U+001F.
  void Trim();

  /// Removes the space before a mark or a contraction, as transformers does on request: "it ' s ." becomes "it's.".
  void CleanUp();
};

/// Turns the spellings of pieces into parts of a text, which make up the text one behind the other.
using Decoder = std::function<void(std::vector<DecodedPart>*)>;

/// Reads the section "decoder" of a tokenizer.json: BPEDecoder, ByteFallback, ByteLevel, Fuse, Metaspace, Replace,
/// Sequence, Strip, WordPiece. Throws Error(kBadFile) for another type.
Decoder ReadDecoder(const JsonComponent& component);

}  // namespace wherefore
