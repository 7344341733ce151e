#include "models/text/text.h"

#include <cstddef>
#include <optional>

#include "explain/error.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

/// Where the words stand in a text one after the other, white space alone before and between them; nothing where they
/// do not.
std::optional<std::vector<ByteSpan>> SpansIn(const std::string& text, const std::vector<std::string>& words) {
  std::vector<ByteSpan> spans;
  std::size_t place = 0;
  for (const auto& word : words) {
    while (text.compare(place, word.size(), word) != 0) {
      if (place == text.size() || !IsWhiteSpace(text[place])) return std::nullopt;
      ++place;
    }
    spans.push_back({static_cast<int64_t>(place), static_cast<int64_t>(place + word.size())});
    place += word.size();
  }
  return spans;
}

}  // namespace

void JoinWords(TokenizedText* tokenized) {
  auto& text = tokenized->text;
  text.clear();
  tokenized->spans.clear();
  for (const auto& word : tokenized->words) {
    if (!tokenized->spans.empty()) text += ' ';
    const auto begin = static_cast<int64_t>(text.size());
    text += word;
    tokenized->spans.push_back({begin, static_cast<int64_t>(text.size())});
  }
}

void PlaceWords(const std::string& read, TokenizedText* tokenized) {
  const auto spans = SpansIn(read, tokenized->words);
  if (!spans) return JoinWords(tokenized);
  tokenized->text = read;
  tokenized->spans = *spans;
}

ByteSpan SpanOfWords(const TokenizedText& tokenized, int64_t first, int64_t count) {
  return {tokenized.spans.at(static_cast<std::size_t>(first)).begin,
          tokenized.spans.at(static_cast<std::size_t>(first + count - 1)).end};
}

std::string TextIn(const std::string& text, const ByteSpan& span) {
  return text.substr(static_cast<std::size_t>(span.begin), static_cast<std::size_t>(span.end - span.begin));
}

bool IsWhiteSpace(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

bool IsUtf8(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = CharacterAt(text, i).length;
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string LowerCaseUtf8(const std::string& text) {
  std::string lower;
  lower.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const Character character = CharacterAt(text, i);
    if (character.length == 0) {
      lower += text[i++];
      continue;
    }
    AppendUtf8(SimpleLowerCase(character.code), &lower);
    i += character.length;
  }
  return lower;
}

std::vector<std::string> SplitLines(const std::string& list, const std::string& name) {
  const std::string byte_order_mark = "\xEF\xBB\xBF";
  std::size_t begin = list.compare(0, 3, byte_order_mark) == 0 ? 3 : 0;
  std::vector<std::string> lines;
  while (begin < list.size()) {
    std::size_t end = list.find('\n', begin);
    if (end == std::string::npos) end = list.size();
    std::string line = list.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::string place = name + ": line " + std::to_string(lines.size() + 1);
    if (line.empty()) ThrowBadFile(place + " is empty");
    if (!IsUtf8(line)) ThrowBadFile(place + " is not UTF-8");
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  if (lines.empty()) ThrowBadFile(name + ": the file is empty");
  return lines;
}

}  // namespace wherefore
