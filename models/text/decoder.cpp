#include "models/text/decoder.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "models/text/byte_level.h"
#include "models/text/text_pattern.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

using Parts = std::vector<DecodedPart>;

/// A part without text.
DecodedPart NoPart() { return DecodedPart("", 0); }

void Fuse(Parts* parts) {
  DecodedPart whole = NoPart();
  for (const auto& part : *parts) whole.Append(part);
  parts->assign(1, whole);
}

/// Each part by itself, changed.
template <typename Change>
Decoder ForEachPart(const Change& change) {
  return [change](Parts* parts) {
    for (auto& part : *parts) change(&part);
  };
}

DecodedPart Replaced(const DecodedPart& part, const std::vector<ByteSpan>& matches, const std::string& content) {
  CheckGrowth(part.text.size(), matches.size(), content.size());
  DecodedPart replaced = NoPart();
  std::size_t done = 0;
  const auto copy_to = [&](std::size_t end) {
    replaced.text.append(part.text, done, end - done);
    replaced.piece.insert(replaced.piece.end(), part.piece.begin() + static_cast<std::ptrdiff_t>(done),
                          part.piece.begin() + static_cast<std::ptrdiff_t>(end));
    done = end;
  };
  for (const auto& match : matches) {
    if (match.begin == match.end) continue;
    copy_to(static_cast<std::size_t>(match.begin));
    replaced.Append(DecodedPart(content, part.piece[done]));
    done = static_cast<std::size_t>(match.end);
  }
  copy_to(part.text.size());
  return replaced;
}

/// Puts the characters that malformed bytes stand for where the bytes were.
void MendBytes(DecodedPart* part) {
  std::vector<std::size_t> origin;
  std::string mended = ReplaceMalformed(part->text, &origin);
  if (mended != part->text) {
    std::vector<std::size_t> piece;
    for (const std::size_t place : origin) piece.push_back(part->piece[place]);
    part->piece = std::move(piece);
    part->text = std::move(mended);
  }
}

/// The bytes that a piece's letters stand for; the piece as it is where one of them stands for none.
std::string BytesOfLetters(const std::string& piece) {
  std::string bytes;
  for (const char32_t letter : CodePoints(piece)) {
    const int byte = LetterByte(letter);
    if (byte < 0) return piece;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

Decoder ReadByteLevelDecoder(const JsonComponent&) {
  return [](Parts* parts) {
    DecodedPart whole = NoPart();
    for (const auto& part : *parts) {
      if (!part.text.empty()) whole.Append(DecodedPart(BytesOfLetters(part.text), part.piece.front()));
    }
    MendBytes(&whole);
    parts->assign(1, whole);
  };
}

/// The byte that "<0x0A>" stands for.
std::optional<char> ByteOfPiece(const std::string& piece) {
  const auto digit = [](char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  };
  if (piece.size() != 6 || piece.compare(0, 3, "<0x") != 0 || piece.back() != '>') return std::nullopt;
  const int high = digit(piece[3]);
  const int low = digit(piece[4]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

/// Bytes that followed one another: a text where they are well-formed together, else U+FFFD for each.
void AppendByteRun(DecodedPart* run, Parts* parts) {
  if (run->text.empty()) return;
  if (IsUtf8(run->text)) {
    parts->push_back(*run);
  } else {
    for (const std::size_t piece : run->piece) parts->emplace_back("\xEF\xBF\xBD", piece);
  }
  *run = NoPart();
}

Decoder ReadByteFallback(const JsonComponent&) {
  return [](Parts* parts) {
    Parts decoded;
    DecodedPart run = NoPart();
    for (const auto& part : *parts) {
      if (const auto byte = ByteOfPiece(part.text)) {
        run.Append(DecodedPart(std::string(1, *byte), part.piece.front()));
        continue;
      }
      AppendByteRun(&run, &decoded);
      decoded.push_back(part);
    }
    AppendByteRun(&run, &decoded);
    *parts = std::move(decoded);
  };
}

Decoder ReadWordPiece(const JsonComponent& component) {
  const std::string prefix = component.OptionalText("prefix").value_or("##");
  const bool clean_up = component.Flag("cleanup", true);
  return [prefix, clean_up](Parts* parts) {
    bool is_first = true;
    for (auto& part : *parts) {
      if (!is_first && !prefix.empty() && part.text.compare(0, prefix.size(), prefix) == 0) {
        part.Erase(0, prefix.size());
      } else if (!is_first) {
        DecodedPart spaced(" ", part.piece.empty() ? 0 : part.piece.front());
        spaced.Append(part);
        part = spaced;
      }
      if (clean_up) part.CleanUp();
      is_first = false;
    }
  };
}

Decoder ReadMetaspaceDecoder(const JsonComponent& component) {
  const std::string mark = component.OptionalText("replacement").value_or("\xE2\x96\x81");
  const std::string scheme = component.OptionalText("prepend_scheme").value_or("");
  const bool has_prefix = scheme.empty() ? component.Flag("add_prefix_space", true) : scheme != "never";
  return [mark, has_prefix](Parts* parts) {
    if (has_prefix && !parts->empty()) parts->front().Replace(mark, "");
    for (auto& part : *parts) part.Replace(mark, " ");
  };
}

Decoder ReadBpeDecoder(const JsonComponent& component) {
  const std::string suffix = component.OptionalText("suffix").value_or("</w>");
  return [suffix](Parts* parts) {
    for (auto& part : *parts) part.Replace(suffix, &part == &parts->back() ? "" : " ");
  };
}

Decoder ReadReplaceDecoder(const JsonComponent& component) {
  const TextPattern pattern = ReadTextPattern(component);
  const std::string content = component.Text("content");
  return ForEachPart(
      [pattern, content](DecodedPart* part) { *part = Replaced(*part, pattern.FindAll(part->text), content); });
}

Decoder ReadStripDecoder(const JsonComponent& component) {
  constexpr std::int64_t most = 1 << 20;
  const std::string content = component.OptionalText("content").value_or(" ");
  const std::int64_t start = component.Integer("start", 0, 0, most);
  const std::int64_t stop = component.Integer("stop", 0, 0, most);
  if (content.empty()) component.Refuse("content", "a character");
  return ForEachPart([content, start, stop](DecodedPart* part) {
    const std::size_t size = content.size();
    for (auto i = start; i > 0 && part->text.compare(0, size, content) == 0; --i) part->Erase(0, size);
    for (auto i = stop; i > 0 && part->text.size() >= size; --i) {
      const std::size_t place = part->text.size() - size;
      if (part->text.compare(place, size, content) != 0) break;
      part->Erase(place, size);
    }
  });
}

Decoder ReadDecoderSequence(const JsonComponent& component) {
  std::vector<Decoder> steps;
  for (const auto& step : component.Objects("decoders")) steps.push_back(ReadDecoder(step));
  return [steps](Parts* parts) {
    for (const auto& step : steps) step(parts);
  };
}

}  // namespace

void DecodedPart::Append(const DecodedPart& other) {
  text += other.text;
  piece.insert(piece.end(), other.piece.begin(), other.piece.end());
}

void DecodedPart::Replace(const std::string& from, const std::string& to) {
  if (text.find(from) == std::string::npos) return;
  *this = Replaced(*this, TextPattern::Literal(from).FindAll(text), to);
}

void DecodedPart::Erase(std::size_t begin, std::size_t count) {
  text.erase(begin, count);
  const auto first = piece.begin() + static_cast<std::ptrdiff_t>(begin);
  piece.erase(first, first + static_cast<std::ptrdiff_t>(count));
}

void DecodedPart::Trim() {
  const auto is_space = [this](std::size_t place) {
    const char32_t code = CharacterAt(text, place).code;
    return IsUnicodeSpace(code) || (code >= 0x1C && code <= 0x1F);
  };
  std::size_t end = text.size();
  while (end > 0 && is_space(PreviousCharacter(text, end))) end = PreviousCharacter(text, end);
  Erase(end, text.size() - end);
  std::size_t begin = 0;
  while (begin < text.size() && is_space(begin)) begin += CharacterAt(text, begin).length;
  Erase(0, begin);
}

void DecodedPart::CleanUp() {
  for (const char* mark : {".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re"}) {
    if (mark == std::string("n't")) Replace(" ' ", "'");
    Replace(std::string(" ") + mark, mark);
  }
}

Decoder ReadDecoder(const JsonComponent& component) {
  using Reader = Decoder (*)(const JsonComponent&);
  static const std::map<std::string, Reader> readers = {
      {"BPEDecoder", ReadBpeDecoder},      {"ByteFallback", ReadByteFallback},
      {"ByteLevel", ReadByteLevelDecoder}, {"Fuse", [](const JsonComponent&) -> Decoder { return Fuse; }},
      {"Metaspace", ReadMetaspaceDecoder}, {"Replace", ReadReplaceDecoder},
      {"Sequence", ReadDecoderSequence},   {"Strip", ReadStripDecoder},
      {"WordPiece", ReadWordPiece}};
  return ReaderOf(component, readers)(component);
}

}  // namespace wherefore
