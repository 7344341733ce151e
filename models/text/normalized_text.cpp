#include "models/text/normalized_text.h"

#include <algorithm>
#include <utility>

#include "explain/error.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

/// How many of the next `count` characters' bytes there are from `position` on, none beyond `end`.
std::size_t BytesOf(const std::string& text, std::size_t position, std::size_t count, std::size_t end) {
  std::size_t bytes = 0;
  for (; count > 0 && position + bytes < end; --count) {
    bytes += std::max<std::size_t>(CharacterAt(text, position + bytes).length, 1);
  }
  return bytes;
}

}  // namespace

void CheckGrowth(std::size_t size, std::size_t replacements, std::size_t replacement_size) {
  constexpr std::size_t most = 16 << 20;
  if (replacements * replacement_size > most + 4 * size) {
    ThrowBadFile("the tokenizer makes more than " + std::to_string(most) + " bytes of a text of " +
                 std::to_string(size) + ": one of its replacements is too long");
  }
}

NormalizedText::NormalizedText(const std::string& original) : text_(original) {
  source_.reserve(original.size());
  for (std::size_t i = 0; i < original.size();) {
    const std::size_t length = std::max<std::size_t>(CharacterAt(original, i).length, 1);
    const ByteSpan span = {static_cast<int64_t>(i), static_cast<int64_t>(i + length)};
    source_.insert(source_.end(), length, span);
    i += length;
  }
}

ByteSpan NormalizedText::OriginalSpan(ByteSpan span) const {
  if (span.begin >= span.end) return {begin_, begin_};
  return {source_[static_cast<std::size_t>(span.begin)].begin, source_[static_cast<std::size_t>(span.end) - 1].end};
}

NormalizedText NormalizedText::Slice(ByteSpan span) const {
  NormalizedText slice;
  slice.text_ = TextIn(text_, span);
  slice.source_.assign(source_.begin() + span.begin, source_.begin() + span.end);
  slice.begin_ = OriginalSpan(span).begin;
  return slice;
}

void NormalizedText::Transform(const std::vector<CharacterChange>& changes, std::size_t dropped) {
  TransformRange(0, text_.size(), changes, dropped);
}

void NormalizedText::TransformRange(std::size_t from, std::size_t to, const std::vector<CharacterChange>& changes,
                                    std::size_t dropped) {
  std::string changed;
  std::vector<ByteSpan> source;
  source.reserve(to - from);
  std::size_t place = from + BytesOf(text_, from, dropped, to);
  for (const auto& [code, change] : changes) {
    const std::size_t length = Utf8Length(code);
    if (change > 0) {
      source.insert(source.end(), length, place == 0 ? ByteSpan{begin_, begin_} : source_[place - 1]);
    } else {
      source.insert(source.end(), length, source_[place]);
      place += BytesOf(text_, place, static_cast<std::size_t>(1 - change), to);
    }
    AppendUtf8(code, &changed);
  }
  const auto first =
      source_.erase(source_.begin() + static_cast<int64_t>(from), source_.begin() + static_cast<int64_t>(to));
  source_.insert(first, source.begin(), source.end());
  text_.replace(from, to - from, changed);
}

void NormalizedText::Filter(const std::function<bool(char32_t)>& keep) {
  std::vector<CharacterChange> kept;
  std::size_t dropped = 0;
  bool all = true;
  for (const char32_t code : CodePoints(text_)) {
    if (keep(code)) {
      kept.push_back({code, 0});
      continue;
    }
    all = false;
    if (kept.empty()) {
      ++dropped;
    } else {
      --kept.back().change;
    }
  }
  if (!all) Transform(kept, dropped);
}

void NormalizedText::Map(const std::function<char32_t(char32_t)>& replacement) {
  std::vector<CharacterChange> changes;
  for (const char32_t code : CodePoints(text_)) changes.push_back({replacement(code), 0});
  Transform(changes);
}

void NormalizedText::ReplaceSpans(const std::vector<ByteSpan>& spans, const std::string& content) {
  if (spans.empty()) return;
  std::string replaced;
  std::vector<ByteSpan> source;
  std::size_t done = 0;
  const auto copy_to = [&](std::size_t end) {
    replaced.append(text_, done, end - done);
    source.insert(source.end(), source_.begin() + static_cast<int64_t>(done),
                  source_.begin() + static_cast<int64_t>(end));
    done = end;
  };
  CheckGrowth(text_.size(), spans.size(), content.size());
  for (const auto& span : spans) {
    copy_to(static_cast<std::size_t>(span.begin));
    replaced += content;
    const ByteSpan last = span.end == 0 ? ByteSpan{begin_, begin_} : source_[static_cast<std::size_t>(span.end) - 1];
    source.insert(source.end(), content.size(), last);
    done = static_cast<std::size_t>(span.end);
  }
  copy_to(text_.size());
  text_ = std::move(replaced);
  source_ = std::move(source);
}

void NormalizedText::Prepend(const std::string& prefix) {
  if (text_.empty() || prefix.empty()) return;
  std::vector<CharacterChange> changes;
  for (const char32_t code : CodePoints(prefix)) changes.push_back({code, changes.empty() ? 0 : 1});
  const Character next = CharacterAt(text_, 0);
  changes.push_back({next.code, 1});
  TransformRange(0, next.length, changes, 0);
}

void NormalizedText::Strip(bool left, bool right) {
  const std::vector<char32_t> codes = CodePoints(text_);
  auto first = codes.begin();
  auto last = codes.end();
  while (left && first != last && IsUnicodeSpace(*first)) ++first;
  while (right && first != last && IsUnicodeSpace(*(last - 1))) --last;
  std::vector<CharacterChange> kept;
  for (auto code = first; code != last; ++code) kept.push_back({*code, 0});
  Transform(kept, static_cast<std::size_t>(first - codes.begin()));
}

}  // namespace wherefore
