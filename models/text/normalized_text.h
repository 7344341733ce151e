#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/text/text.h"

namespace wherefore {

/// One character of a text that is being changed, and how it came about: 0 stands for the next character of the text
/// before, n > 0 is new, and -n stands for the next character and for the n behind it, which are gone.
struct CharacterChange {
  char32_t code = 0;
  int change = 0;
};

/// A text after changes (lower case, accents gone, a normal form), each byte with the part of the original text that it
/// came from. The same alignment as that of Hugging Face's library tokenizers (its NormalizedString).
class NormalizedText {
 public:
  NormalizedText() = default;

  /// The text as it is, which must be UTF-8.
  explicit NormalizedText(const std::string& original);

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

  /// Where this part begins in the original text.
  int64_t begin() const { return begin_; }

  /// The bytes of the original text that these bytes of the text came from; empty for an empty span.
  ByteSpan OriginalSpan(ByteSpan span) const;

  /// The part of the text in a span that begins and ends between characters.
  NormalizedText Slice(ByteSpan span) const;

  /// Replaces the whole text, of which the first `dropped` characters go away.
  void Transform(const std::vector<CharacterChange>& changes, std::size_t dropped = 0);

  /// Keeps only the characters for which `keep` says so.
  void Filter(const std::function<bool(char32_t)>& keep);

  /// Replaces each character by another one.
  void Map(const std::function<char32_t(char32_t)>& replacement);

  /// Replaces each span, in ascending order, by a text whose bytes came from the last character replaced.
  void ReplaceSpans(const std::vector<ByteSpan>& spans, const std::string& content);

  /// Puts a text before this one; nothing where this one is empty.
  void Prepend(const std::string& prefix);

  /// Cuts white space off, at either end.
  void Strip(bool left, bool right);

 private:
  /// What Transform() says of characters from byte `from` to byte `to` alone.
  void TransformRange(std::size_t from, std::size_t to, const std::vector<CharacterChange>& changes,
                      std::size_t dropped);

  std::string text_;
  std::vector<ByteSpan> source_;  ///< one a byte of text_: bytes of the original
  int64_t begin_ = 0;
};

/// Throws Error(kBadFile) where replacements of this size would make a text many times longer, as no real tokenizer's
/// do.
void CheckGrowth(std::size_t size, std::size_t replacements, std::size_t replacement_size);

}  // namespace wherefore
