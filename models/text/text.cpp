#include "models/text/text.h"

#include <cstddef>
#include <optional>

#include "explain/error.h"

namespace wherefore {
namespace {

/// One character of UTF-8: its code point and how many bytes it takes; 0 bytes where it is malformed.
struct Character {
  char32_t code = 0;
  std::size_t length = 0;
};

Character CharacterAt(const std::string& text, std::size_t position) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(position);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || position + length > text.size()) return {};
  char32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(position + i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(position + i) & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {};
  return {code, length};
}

/// Code points below U+0800, which all our lower-case letters are.
void AppendTwoBytes(char32_t code, std::string& text) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else {
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

bool IsWithin(char32_t code, char32_t first, char32_t last) { return first <= code && code <= last; }

char32_t LowerLatin(char32_t code) {
  if (IsWithin(code, 'A', 'Z') || (IsWithin(code, 0xC0, 0xDE) && code != 0xD7)) return code + 32;
  if (code == 0x130) return 'i';   // capital I with a dot
  if (code == 0x178) return 0xFF;  // y with diaeresis
  // Latin Extended-A has pairs, the capital first: at even places, and at odd ones in two stretches.
  if (IsWithin(code, 0x139, 0x148) || IsWithin(code, 0x179, 0x17E)) return code % 2 == 1 ? code + 1 : code;
  if (IsWithin(code, 0x100, 0x137) || IsWithin(code, 0x14A, 0x177)) return code % 2 == 0 ? code + 1 : code;
  return code;
}

char32_t LowerGreek(char32_t code) {
  if (code == 0x386) return 0x3AC;
  if (IsWithin(code, 0x388, 0x38A)) return code + 37;
  if (code == 0x38C) return 0x3CC;
  if (IsWithin(code, 0x38E, 0x38F)) return code + 63;
  return IsWithin(code, 0x391, 0x3AB) && code != 0x3A2 ? code + 32 : code;
}

char32_t LowerCyrillic(char32_t code) {
  if (code <= 0x40F) return code + 80;
  if (code <= 0x42F) return code + 32;
  if (code == 0x4C0) return 0x4CF;
  if (IsWithin(code, 0x4C1, 0x4CE)) return code % 2 == 1 ? code + 1 : code;
  const bool pairs = IsWithin(code, 0x460, 0x481) || IsWithin(code, 0x48A, 0x4BF) || IsWithin(code, 0x4D0, 0x52F);
  return pairs && code % 2 == 0 ? code + 1 : code;
}

char32_t LowerCase(char32_t code) {
  if (code < 0x180) return LowerLatin(code);
  if (IsWithin(code, 0x370, 0x3FF)) return LowerGreek(code);
  return IsWithin(code, 0x400, 0x52F) ? LowerCyrillic(code) : code;
}

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
    const char32_t code = LowerCase(character.code);
    if (character.length != 0 && code != character.code) {
      AppendTwoBytes(code, lower);
    } else {
      lower.append(text, i, character.length == 0 ? 1 : character.length);
    }
    i += character.length == 0 ? 1 : character.length;
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
