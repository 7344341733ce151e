#include "models/text/word_grouping.h"

#include <algorithm>
#include <cstddef>

#include "models/text/unicode.h"

namespace wherefore {
namespace {

bool BeginsWith(const std::string& piece, const std::string& mark) { return piece.compare(0, mark.size(), mark) == 0; }

bool EndsWith(const std::string& piece, const std::string& mark) {
  return piece.size() >= mark.size() && piece.compare(piece.size() - mark.size(), mark.size(), mark) == 0;
}

/// Where words meet in a text without a space between them: places between two characters one of which is of a script
/// that has no such spaces.
std::vector<std::size_t> BoundariesWithoutSpaces(const std::string& text) {
  const std::vector<char32_t> codes = CodePoints(text);
  if (std::none_of(codes.begin(), codes.end(), IsOfScriptWithoutSpaces)) return {};
  std::vector<std::size_t> boundaries;
  for (const std::size_t place : WordBoundaries(text)) {
    if (place == 0 || place == text.size()) continue;
    if (IsOfScriptWithoutSpaces(CharacterAt(text, place).code) ||
        IsOfScriptWithoutSpaces(CharacterAt(text, PreviousCharacter(text, place)).code)) {
      boundaries.push_back(place);
    }
  }
  return boundaries;
}

/// Puts pieces into words, one after the other.
class WordGrouper {
 public:
  WordGrouper(const WordMarks& marks, const std::vector<bool>& is_added, TokenizedText* text)
      : marks_(marks), is_added_(is_added), text_(*text), boundaries_(BoundariesWithoutSpaces(text->text)) {}

  void Run() {
    text_.word.clear();
    text_.words.clear();
    text_.spans.clear();
    for (std::size_t i = 0; i < text_.pieces.size(); ++i) Put(i);
    if (!text_.spans.empty()) JoinBlankEnd();
    ExtendOverMarks();
    for (const auto& span : text_.spans) text_.words.push_back(TextIn(text_.text, span));
  }

 private:
  void Put(std::size_t i) {
    const ByteSpan span = text_.piece_spans[i];
    const ByteSpan core = TrimmedSpan(text_.text, span);
    const bool is_blank = core.begin == core.end;
    if (i == 0 || BeginsWord(i, core, is_blank)) {
      text_.spans.push_back(is_blank ? span : core);
      word_is_blank_ = is_blank;
    } else if (word_is_blank_) {
      text_.spans.back() = is_blank ? ByteSpan{text_.spans.back().begin, span.end} : core;
      word_is_blank_ = is_blank;
    } else if (!is_blank) {
      text_.spans.back().end = std::max(text_.spans.back().end, core.end);
    }
    text_.word.push_back(static_cast<int64_t>(text_.spans.size()) - 1);
  }

  bool BeginsWord(std::size_t i, ByteSpan core, bool is_blank) const {
    if (is_added_[i] || is_added_[i - 1]) return true;
    if (word_is_blank_) return false;
    if (!is_blank && core.begin < text_.spans.back().end) return false;  // the same character
    if (!marks_.continuation.empty()) return !BeginsWith(text_.pieces[i], marks_.continuation);
    if (!marks_.word_end.empty() && EndsWith(text_.pieces[i - 1], marks_.word_end)) {
      return is_blank || !IsWithinWord(core.begin);
    }
    return is_blank ? text_.piece_spans[i].begin < text_.piece_spans[i].end : IsApart(core.begin);
  }

  /// Whether a word goes on at this place although a tokenizer parts it there: beside a mark (a vowel sign of Thai or
  /// Hindi), or in a script without spaces where ICU sees no boundary.
  bool IsWithinWord(int64_t place) const {
    if (place == 0 || place != text_.spans.back().end) return false;
    const auto at = static_cast<std::size_t>(place);
    const char32_t before = CharacterAt(text_.text, PreviousCharacter(text_.text, at)).code;
    const char32_t behind = CharacterAt(text_.text, at).code;
    if (IsOfScriptWithoutSpaces(before) && IsOfScriptWithoutSpaces(behind)) {
      return !std::binary_search(boundaries_.begin(), boundaries_.end(), at);
    }
    return IsWordCharacter(before) && IsWordCharacter(behind) && (IsMark(before) || IsMark(behind));
  }

  /// Whether white space, or a boundary in a script without it, lies between the last word and this place.
  bool IsApart(int64_t place) const {
    if (std::binary_search(boundaries_.begin(), boundaries_.end(), static_cast<std::size_t>(place))) return true;
    const ByteSpan between = {text_.spans.back().end, place};
    return TrimmedSpan(text_.text, between).begin != between.begin || HasSpaceAtEnd(between);
  }

  bool HasSpaceAtEnd(ByteSpan span) const { return TrimmedSpan(text_.text, span).end != span.end; }

  /// White space at the end of a text is part of its last word.
  void JoinBlankEnd() {
    if (!word_is_blank_ || text_.spans.size() == 1) return;
    const auto first = std::find(text_.word.begin(), text_.word.end(), text_.word.back());
    const auto before = static_cast<std::size_t>(first - text_.word.begin()) - 1;
    if (is_added_[before] || is_added_.back()) return;
    std::fill(first, text_.word.end(), text_.word.back() - 1);
    text_.spans.pop_back();
  }

  /// Accents that the tokenizer took off the end of a word are part of the word all the same.
  void ExtendOverMarks() {
    for (std::size_t i = 0; i < text_.spans.size(); ++i) {
      ByteSpan& span = text_.spans[i];
      const auto size = static_cast<int64_t>(text_.text.size());
      const int64_t limit = i + 1 < text_.spans.size() ? text_.spans[i + 1].begin : size;
      while (span.begin < span.end && span.end < limit) {
        const Character next = CharacterAt(text_.text, static_cast<std::size_t>(span.end));
        if (!IsMark(next.code)) break;
        span.end += static_cast<int64_t>(next.length);
      }
    }
  }

  const WordMarks& marks_;
  const std::vector<bool>& is_added_;
  TokenizedText& text_;
  std::vector<std::size_t> boundaries_;
  bool word_is_blank_ = false;
};

}  // namespace

void GroupWords(const WordMarks& marks, const std::vector<bool>& is_added, TokenizedText* text) {
  WordGrouper(marks, is_added, text).Run();
}

}  // namespace wherefore
