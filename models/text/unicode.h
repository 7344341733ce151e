#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/text/text.h"

namespace wherefore {

/// One character of a text in UTF-8: its code point, and how many bytes it takes; 0 bytes where it is malformed.
struct Character {
  char32_t code = 0;
  std::size_t length = 0;
};

/// The character that begins at this byte, which must lie in the text.
Character CharacterAt(const std::string& text, std::size_t position);

/// Where the character before `place` begins; `place` must not be 0.
std::size_t PreviousCharacter(const std::string& text, std::size_t place);

/// How many bytes the code point takes in UTF-8, 1 to 4.
std::size_t Utf8Length(char32_t code);

void AppendUtf8(char32_t code, std::string* text);

/// The code points of a text. Malformed bytes count as U+FFFD each.
std::vector<char32_t> CodePoints(const std::string& text);

/// The property White_Space: line and paragraph separators, no-break spaces and the like among them.
bool IsUnicodeSpace(char32_t code);

/// One of the general categories of punctuation: Pc, Pd, Ps, Pe, Pi, Pf, Po.
bool IsUnicodePunctuation(char32_t code);

/// Category Mn: an accent that takes no room of its own.
bool IsNonspacingMark(char32_t code);

/// A mark of any kind, which belongs to the letter before it: category Mn, Mc or Me.
bool IsMark(char32_t code);

/// A number of any kind: category Nd, Nl or No.
bool IsNumeric(char32_t code);

/// A control or format character, one for private use, or a surrogate: category Cc, Cf, Co or Cs.
bool IsControlOrPrivate(char32_t code);

/// What \w stands for in regular expressions: letters, marks, decimal digits, connectors such as "_".
bool IsWordCharacter(char32_t code);

/// A character of a script that is written without spaces between words: Han, Hiragana, Katakana, Thai, Lao, Khmer,
/// Myanmar.
bool IsOfScriptWithoutSpaces(char32_t code);

/// The span without the white space at its ends; where there is nothing else, empty at its end.
ByteSpan TrimmedSpan(const std::string& text, ByteSpan span);

/// The character in lower case by itself: one code point, but two for U+0130 (i and a dot above). No final sigma.
std::u32string LowerCase(char32_t code);

/// The lower-case letter that stands for this one where one code point must: "i" for U+0130.
char32_t SimpleLowerCase(char32_t code);

int CombiningClass(char32_t code);

/// The full canonical decomposition, or the compatibility one; the character itself where it has none.
std::u32string Decomposition(char32_t code, bool compatibility);

/// The character that the two compose to, in normal form C.
std::optional<char32_t> Composition(char32_t first, char32_t second);

/// `bytes` as text: each longest malformed run that could begin a character, or else each malformed byte, becomes
/// U+FFFD. Where `origin` is given, it receives for every byte of the result the place in `bytes` where its character
/// began.
std::string ReplaceMalformed(const std::string& bytes, std::vector<std::size_t>* origin = nullptr);

/// Where a line, or a word in a script without spaces, may be broken into words by Unicode's rules and ICU's
/// dictionaries: byte offsets in ascending order, 0 and the text's size among them.
std::vector<std::size_t> WordBoundaries(const std::string& text);

/// A regular expression. Its dialect is ICU's, with ^ and $ at every line feed as Ruby's have them.
class RegularExpression {
 public:
  /// Throws Error(kBadFile) that begins with `name`: not a regular expression that ICU reads, or longer than 10,000
  /// bytes.
  RegularExpression(const std::string& pattern, const std::string& name);
  ~RegularExpression();
  RegularExpression(RegularExpression&&) noexcept;
  RegularExpression& operator=(RegularExpression&&) noexcept;

  /// All matches one after the other, the empty ones too. Throws Error(kBadFile) where the expression runs out of time
  /// or memory on this text (tens of milliseconds for each kilobyte of it are granted).
  std::vector<ByteSpan> FindAll(const std::string& text) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace wherefore
