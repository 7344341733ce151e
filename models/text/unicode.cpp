#include "models/text/unicode.h"

#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/regex.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <utility>

#include "explain/error.h"
#include "models/files/json.h"

namespace wherefore {
namespace {

int32_t Length32(const std::string& text) { return static_cast<int32_t>(text.size()); }

UChar32 Signed(char32_t code) { return static_cast<UChar32>(code); }

/// A text in UTF-16, as ICU wants it, and the way back.
struct Utf16Text {
  icu::UnicodeString units;
  std::vector<int64_t> bytes;  ///< for each unit, and for the end, where its character begins in UTF-8
};

/// The text must be well-formed.
Utf16Text ToUtf16(const std::string& text) {
  Utf16Text converted;
  converted.bytes.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size();) {
    const Character character = CharacterAt(text, i);
    converted.units.append(Signed(character.code));
    converted.bytes.insert(converted.bytes.end(), character.code > 0xFFFF ? 2 : 1, static_cast<int64_t>(i));
    i += std::max<std::size_t>(character.length, 1);
  }
  converted.bytes.push_back(static_cast<int64_t>(text.size()));
  return converted;
}

std::u32string ToUtf32(const icu::UnicodeString& units) {
  std::u32string codes;
  for (int32_t i = 0; i < units.length(); i = units.moveIndex32(i, 1)) {
    codes += static_cast<char32_t>(units.char32At(i));
  }
  return codes;
}

const icu::Normalizer2& FormC() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* composer = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) ThrowUsage("ICU's data for normal forms cannot be read: install the package libicu whole");
  return *composer;
}

const icu::Normalizer2& FormD(bool compatibility) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* decomposer =
      compatibility ? icu::Normalizer2::getNFKDInstance(status) : icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status)) ThrowUsage("ICU's data for normal forms cannot be read: install the package libicu whole");
  return *decomposer;
}

}  // namespace

Character CharacterAt(const std::string& text, std::size_t position) {
  auto next = static_cast<int32_t>(position);
  UChar32 code = 0;
  U8_NEXT(text.data(), next, Length32(text), code);
  if (code < 0) return {};
  return {static_cast<char32_t>(code), static_cast<std::size_t>(next) - position};
}

std::size_t PreviousCharacter(const std::string& text, std::size_t place) {
  do --place;
  while (place > 0 && (static_cast<unsigned char>(text[place]) & 0xC0) == 0x80);
  return place;
}

std::size_t Utf8Length(char32_t code) { return static_cast<std::size_t>(U8_LENGTH(Signed(code))); }

void AppendUtf8(char32_t code, std::string* text) {
  char bytes[U8_MAX_LENGTH];
  int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, Signed(code));
  text->append(bytes, static_cast<std::size_t>(length));
}

std::vector<char32_t> CodePoints(const std::string& text) {
  std::vector<char32_t> codes;
  codes.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Character character = CharacterAt(text, i);
    codes.push_back(character.length == 0 ? 0xFFFD : character.code);
    i += std::max<std::size_t>(character.length, 1);
  }
  return codes;
}

bool IsUnicodeSpace(char32_t code) { return u_isUWhiteSpace(Signed(code)) != 0; }

bool IsUnicodePunctuation(char32_t code) { return (U_GET_GC_MASK(Signed(code)) & U_GC_P_MASK) != 0; }

bool IsNonspacingMark(char32_t code) { return u_charType(Signed(code)) == U_NON_SPACING_MARK; }

bool IsMark(char32_t code) { return (U_GET_GC_MASK(Signed(code)) & U_GC_M_MASK) != 0; }

bool IsNumeric(char32_t code) { return (U_GET_GC_MASK(Signed(code)) & U_GC_N_MASK) != 0; }

bool IsControlOrPrivate(char32_t code) {
  return (U_GET_GC_MASK(Signed(code)) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK)) != 0;
}

bool IsWordCharacter(char32_t code) {
  return u_isUAlphabetic(Signed(code)) != 0 ||
         (U_GET_GC_MASK(Signed(code)) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0;
}

bool IsOfScriptWithoutSpaces(char32_t code) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(Signed(code), &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return true;
    default:
      return false;
  }
}

ByteSpan TrimmedSpan(const std::string& text, ByteSpan span) {
  while (span.begin < span.end) {
    const Character first = CharacterAt(text, static_cast<std::size_t>(span.begin));
    if (first.length == 0 || !IsUnicodeSpace(first.code)) break;
    span.begin += static_cast<int64_t>(first.length);
  }
  while (span.begin < span.end) {
    const std::size_t last = PreviousCharacter(text, static_cast<std::size_t>(span.end));
    if (!IsUnicodeSpace(CharacterAt(text, last).code)) break;
    span.end = static_cast<int64_t>(last);
  }
  return span;
}

std::u32string LowerCase(char32_t code) {
  constexpr char32_t capital_i_with_dot = 0x130;
  if (code == capital_i_with_dot) return {U'i', 0x307};
  return {SimpleLowerCase(code)};
}

char32_t SimpleLowerCase(char32_t code) { return static_cast<char32_t>(u_tolower(Signed(code))); }

int CombiningClass(char32_t code) { return u_getCombiningClass(Signed(code)); }

std::u32string Decomposition(char32_t code, bool compatibility) {
  icu::UnicodeString units;
  if (code < 0x80 || !FormD(compatibility).getDecomposition(Signed(code), units)) return {code};
  return ToUtf32(units);
}

std::optional<char32_t> Composition(char32_t first, char32_t second) {
  const UChar32 composed = FormC().composePair(Signed(first), Signed(second));
  if (composed < 0) return std::nullopt;
  return static_cast<char32_t>(composed);
}

std::string ReplaceMalformed(const std::string& bytes, std::vector<std::size_t>* origin) {
  std::string text;
  for (int32_t i = 0; i < Length32(bytes);) {
    const auto begin = static_cast<std::size_t>(i);
    UChar32 code = 0;
    U8_NEXT_OR_FFFD(bytes.data(), i, Length32(bytes), code);
    AppendUtf8(static_cast<char32_t>(code), &text);
    if (origin != nullptr) origin->resize(text.size(), begin);
  }
  return text;
}

std::vector<std::size_t> WordBoundaries(const std::string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) ThrowUsage("ICU's data for words cannot be read: install the package libicu whole");
  const Utf16Text converted = ToUtf16(text);
  iterator->setText(converted.units);
  std::vector<std::size_t> boundaries;
  for (int32_t place = iterator->first(); place != icu::BreakIterator::DONE; place = iterator->next()) {
    boundaries.push_back(static_cast<std::size_t>(converted.bytes[static_cast<std::size_t>(place)]));
  }
  return boundaries;
}

struct RegularExpression::Compiled {
  std::string source;
  std::string name;
  std::unique_ptr<icu::RegexPattern> pattern;
};

RegularExpression::RegularExpression(const std::string& pattern, const std::string& name) {
  constexpr std::size_t longest = 10000;
  auto compiled = std::make_unique<Compiled>();
  compiled->source = pattern;
  compiled->name = name;
  UErrorCode status = U_ZERO_ERROR;
  UParseError place;
  if (pattern.size() <= longest && IsUtf8(pattern)) {
    compiled->pattern.reset(icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(pattern),
                                                       UREGEX_MULTILINE | UREGEX_UNIX_LINES, place, status));
  }
  if (compiled->pattern == nullptr || U_FAILURE(status)) {
    ThrowBadFile(name + ": " + Quoted(pattern) + " is no regular expression that ICU reads" +
                 (U_FAILURE(status) ? std::string(": ") + u_errorName(status) : ""));
  }
  compiled_ = std::move(compiled);
}

RegularExpression::~RegularExpression() = default;
RegularExpression::RegularExpression(RegularExpression&&) noexcept = default;
RegularExpression& RegularExpression::operator=(RegularExpression&&) noexcept = default;

std::vector<ByteSpan> RegularExpression::FindAll(const std::string& text) const {
  const Utf16Text converted = ToUtf16(text);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::RegexMatcher> matcher(compiled_->pattern->matcher(converted.units, status));
  // Of ICU: units of about a millisecond each, and bytes.
  constexpr int32_t least_time = 1000;
  constexpr int32_t stack_bytes = 64 << 20;
  if (U_SUCCESS(status)) matcher->setTimeLimit(least_time + Length32(text) / 50, status);
  if (U_SUCCESS(status)) matcher->setStackLimit(stack_bytes, status);
  std::vector<ByteSpan> matches;
  while (U_SUCCESS(status) && matcher->find(status) && U_SUCCESS(status)) {
    matches.push_back({converted.bytes[static_cast<std::size_t>(matcher->start(status))],
                       converted.bytes[static_cast<std::size_t>(matcher->end(status))]});
  }
  if (U_FAILURE(status)) {
    ThrowBadFile(compiled_->name + ": the regular expression " + Quoted(compiled_->source) +
                 " takes too much time or memory on a text of " + std::to_string(text.size()) +
                 " bytes: " + u_errorName(status));
  }
  return matches;
}

}  // namespace wherefore
