#include "tools/report/png.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace wherefore {
namespace {

// Checksums.

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Table t has the CRC of each byte with t zero bytes behind it, so that eight bytes are taken at once.
constexpr CrcTables MakeCrcTables() {
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t t = 1; t < tables.size(); ++t) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[t - 1][byte];
      tables[t][byte] = before >> 8 ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

/// Of a chunk's type and data (PNG specification, annex D).
std::uint32_t Crc(const char* bytes, std::size_t count) {
  static constexpr CrcTables kTables = MakeCrcTables();
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
  std::uint32_t crc = 0xFFFFFFFFU;
  for (; count >= 8; bytes += 8, count -= 8) {
    crc ^= byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
    crc = kTables[7][crc & 0xFF] ^ kTables[6][crc >> 8 & 0xFF] ^ kTables[5][crc >> 16 & 0xFF] ^ kTables[4][crc >> 24] ^
          kTables[3][byte(4)] ^ kTables[2][byte(5)] ^ kTables[1][byte(6)] ^ kTables[0][byte(7)];
  }
  for (std::size_t i = 0; i < count; ++i) crc = crc >> 8 ^ kTables[0][(crc ^ byte(i)) & 0xFF];
  return ~crc;
}

/// Of a zlib stream's data before compression (RFC 1950, section 8.2).
std::uint32_t Adler(const std::vector<std::uint8_t>& bytes) {
  constexpr std::uint32_t kPrime = 65521;
  constexpr std::size_t kMostUntilModulo = 5552;  // so that 32 bits hold the sums
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(at + kMostUntilModulo, bytes.size());
    for (; at < end; ++at) {
      a += bytes[at];
      b += a;
    }
    a %= kPrime;
    b %= kPrime;
  }
  return b << 16 | a;
}

// Deflate (RFC 1951).

constexpr std::size_t kSymbols = 286;  // literals, the end of a block, lengths of runs
constexpr std::size_t kEndOfBlock = 256;
constexpr unsigned kLongestCode = 13;  // bits, of Deflate's 15
constexpr std::size_t kShortestRun = 4;
constexpr std::size_t kLongestRun = 258;
constexpr std::size_t kBlock = std::size_t{1} << 17;  // bytes with codes of their own

/// How the length of a run is written: a symbol, and bits behind its code.
struct RunCode {
  std::uint16_t symbol = 0;
  std::uint16_t extra = 0;
  std::uint16_t extra_bits = 0;
};

/// By length (section 3.2.5).
constexpr std::array<RunCode, kLongestRun + 1> MakeRunCodes() {
  std::array<RunCode, kLongestRun + 1> codes{};
  std::size_t length = 3;
  for (std::uint16_t symbol = 257; symbol < 285; ++symbol) {
    const auto bits = static_cast<std::uint16_t>(symbol < 265 ? 0 : (symbol - 261) / 4);
    for (std::uint16_t extra = 0; extra < 1 << bits && length < kLongestRun; ++extra) {
      codes[length++] = {symbol, extra, bits};
    }
  }
  codes[kLongestRun] = {285, 0, 0};
  return codes;
}

constexpr auto kRunCodes = MakeRunCodes();

struct HuffmanCode {
  std::uint32_t bits = 0;  ///< the first one lowest
  unsigned length = 0;     ///< 0: the symbol does not occur
};

using HuffmanCodes = std::array<HuffmanCode, kSymbols>;
using Counts = std::array<std::uint32_t, kSymbols>;

/// The depth of each symbol in a Huffman tree; returns the greatest one.
unsigned MeasureDepths(const Counts& counts, HuffmanCodes* codes) {
  struct Node {
    std::uint64_t count;
    std::size_t parent;
  };
  std::vector<std::size_t> order;
  for (std::size_t symbol = 0; symbol < kSymbols; ++symbol) {
    if (counts[symbol] > 0) order.push_back(symbol);
  }
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return counts[a] != counts[b] ? counts[a] < counts[b] : a < b; });
  const std::size_t leaves = order.size();
  std::vector<Node> nodes(2 * leaves - 1);
  for (std::size_t i = 0; i < leaves; ++i) nodes[i].count = counts[order[i]];
  // Leaves and inner nodes are both in ascending order: the two least are at the front of one or the other.
  std::size_t leaf = 0;
  std::size_t inner = leaves;
  for (std::size_t made = leaves; made < nodes.size(); ++made) {
    for (int child = 0; child < 2; ++child) {
      const bool takes_leaf = leaf < leaves && (inner == made || nodes[leaf].count <= nodes[inner].count);
      const std::size_t taken = takes_leaf ? leaf++ : inner++;
      nodes[made].count += nodes[taken].count;
      nodes[taken].parent = made;
    }
  }
  std::vector<unsigned> depths(nodes.size());
  for (std::size_t i = nodes.size() - 1; i-- > 0;) depths[i] = depths[nodes[i].parent] + 1;
  for (std::size_t i = 0; i < leaves; ++i) (*codes)[order[i]].length = depths[i];
  return *std::max_element(depths.begin(), depths.end());
}

/// Codes of the given lengths, shorter ones first, then by symbol (section 3.2.2).
void AssignBits(HuffmanCodes* codes) {
  std::uint32_t next = 0;
  for (unsigned length = 1; length <= kLongestCode; ++length) {
    for (auto& code : *codes) {
      if (code.length != length) continue;
      for (unsigned bit = 0; bit < length; ++bit) code.bits |= (next >> bit & 1) << (length - 1 - bit);
      ++next;
    }
    next <<= 1;
  }
}

/// At least two symbols must occur.
HuffmanCodes MakeHuffmanCodes(Counts counts) {
  HuffmanCodes codes;
  while (MeasureDepths(counts, &codes) > kLongestCode) {
    for (auto& count : counts) count = (count + 1) / 2;  // a flatter tree, nearly as good
  }
  AssignBits(&codes);
  return codes;
}

/// Writes bits, the first one lowest in its byte. A small value that is handed on, so that it stays in registers.
struct BitWriter {
  char* at = nullptr;         ///< where the next bytes go
  std::uint64_t waiting = 0;  ///< bits that are not written yet
  unsigned count = 0;         ///< how many, at most 64

  void Put(std::uint64_t bits, unsigned length) {
    waiting |= bits << count;
    count += length;
  }

  /// Leaves fewer than 8 bits waiting. Writes up to 8 bytes, of which those that are not filled yet do not count.
  void Flush() {
    for (unsigned byte = 0; byte < 8; ++byte) at[byte] = static_cast<char>(waiting >> 8 * byte & 0xFF);
    at += count / 8;
    waiting = count < 64 ? waiting >> (count & ~7U) : 0;
    count &= 7;
  }
};

/// A byte, or, from 256 on, a run of that many more than 256 of the byte before.
using Token = std::uint16_t;
constexpr std::size_t kTokens = 256 + kLongestRun + 1;

std::vector<Token> TokensOf(const std::uint8_t* bytes, std::size_t count) {
  std::vector<Token> tokens(count);
  std::size_t used = 0;
  for (std::size_t at = 0; at < count;) {
    std::size_t length = 0;
    if (at > 0 && at + kShortestRun <= count && std::memcmp(bytes + at, bytes + at - 1, kShortestRun) == 0) {
      length = kShortestRun;
      while (length < kLongestRun && at + length < count && bytes[at + length] == bytes[at]) ++length;
    }
    tokens[used++] = static_cast<Token>(length > 0 ? 256 + length : bytes[at]);
    at += std::max<std::size_t>(length, 1);
  }
  tokens.resize(used);
  return tokens;
}

Counts CountSymbols(const std::vector<Token>& tokens) {
  std::array<std::array<std::uint32_t, kTokens>, 4> counted{};  // in turn: an addition need not wait for the last one
  for (std::size_t i = 0; i < tokens.size(); ++i) ++counted[i % 4][tokens[i]];
  Counts counts{};
  for (std::size_t token = 0; token < kTokens; ++token) {
    const std::size_t symbol = token < 256 ? token : kRunCodes[token - 256].symbol;
    for (const auto& quarter : counted) counts[symbol] += quarter[token];
  }
  counts[kEndOfBlock] = 1;
  return counts;
}

/// What is written for each token: its symbol's code, and of a run the bits behind and the distance's code, a 0.
std::array<HuffmanCode, kTokens> TokenCodes(const HuffmanCodes& codes) {
  std::array<HuffmanCode, kTokens> of_tokens{};
  std::copy_n(codes.begin(), 256, of_tokens.begin());
  for (std::size_t length = kShortestRun; length <= kLongestRun; ++length) {
    const auto& run = kRunCodes[length];
    const auto& code = codes[run.symbol];
    of_tokens[256 + length] = {code.bits | static_cast<std::uint32_t>(run.extra) << code.length,
                               code.length + run.extra_bits + 1U};
  }
  return of_tokens;
}

/// What codes a block has (section 3.2.7). The lengths of codes are written with 4 bits each.
BitWriter PutCodes(BitWriter writer, const HuffmanCodes& codes, bool is_last) {
  constexpr unsigned kDynamic = 2;
  writer.Put(is_last ? 1 : 0, 1);
  writer.Put(kDynamic, 2);
  writer.Put(kSymbols - 257, 5);
  writer.Put(0, 5);  // one distance: 1
  writer.Put(15, 4);
  writer.Flush();
  // In this order: 16, 17, 18, which repeat and are not used, then lengths 0 to 15.
  for (int kind = 0; kind < 19; ++kind) {
    writer.Put(kind < 3 ? 0 : 4, 3);
    writer.Flush();
  }
  const auto put_length = [&](unsigned length) {
    unsigned reversed = 0;
    for (unsigned bit = 0; bit < 4; ++bit) reversed |= (length >> bit & 1) << (3 - bit);
    writer.Put(reversed, 4);
    writer.Flush();
  };
  for (const auto& code : codes) put_length(code.length);
  put_length(1);  // of the distance's code
  return writer;
}

BitWriter PutTokens(BitWriter writer, const std::vector<Token>& tokens, const HuffmanCodes& codes) {
  // 7 bits that wait, and three times a code of kLongestCode bits, 5 bits behind and 1 of the distance.
  constexpr std::size_t kFit = 3;
  static_assert(7 + kFit * (kLongestCode + 6) <= 64);
  const auto of_tokens = TokenCodes(codes);
  std::size_t i = 0;
  for (; i + kFit <= tokens.size(); i += kFit) {
    for (std::size_t next = 0; next < kFit; ++next) {
      const auto& code = of_tokens[tokens[i + next]];
      writer.Put(code.bits, code.length);
    }
    writer.Flush();
  }
  for (; i < tokens.size(); ++i) {
    const auto& code = of_tokens[tokens[i]];
    writer.Put(code.bits, code.length);
  }
  writer.Flush();
  writer.Put(codes[kEndOfBlock].bits, codes[kEndOfBlock].length);
  writer.Flush();
  return writer;
}

void AppendBigEndian(std::uint32_t value, std::string* bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes->push_back(static_cast<char>(value >> shift & 0xFF));
}

std::string ZlibStream(const std::vector<std::uint8_t>& bytes) {
  constexpr std::size_t kMostOfBlock = kBlock * kLongestCode / 8 + 1024;
  std::string stream("\x78\x01", 2);
  std::vector<char> buffer(kMostOfBlock);
  BitWriter writer;
  for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
    const std::size_t count = std::min(kBlock, bytes.size() - at);
    const auto tokens = TokensOf(bytes.data() + at, count);
    const auto codes = MakeHuffmanCodes(CountSymbols(tokens));
    writer.at = buffer.data();
    writer = PutCodes(writer, codes, at + count == bytes.size());
    writer = PutTokens(writer, tokens, codes);
    stream.append(buffer.data(), writer.at);
  }
  for (unsigned bit = 0; bit < writer.count; bit += 8)
    stream.push_back(static_cast<char>(writer.waiting >> bit & 0xFF));
  AppendBigEndian(Adler(bytes), &stream);
  return stream;
}

// PNG.

/// Each row as differences from the pixel on the left, with the number of that filter in front (section 9.2).
std::vector<std::uint8_t> Filtered(const Samples& samples) {
  constexpr std::uint8_t kSub = 1;
  const std::size_t row = samples.width * samples.channels;
  std::vector<std::uint8_t> filtered(samples.height * (row + 1));
  for (std::size_t y = 0; y < samples.height; ++y) {
    const std::uint8_t* from = samples.data + y * row;
    std::uint8_t* to = filtered.data() + y * (row + 1);
    *to++ = kSub;
    std::memcpy(to, from, samples.channels);
    for (std::size_t i = samples.channels; i < row; ++i) {
      to[i] = static_cast<std::uint8_t>(from[i] - from[i - samples.channels]);
    }
  }
  return filtered;
}

void AppendChunk(const char* type, const std::string& data, std::string* file) {
  AppendBigEndian(static_cast<std::uint32_t>(data.size()), file);
  const std::size_t begin = file->size();
  file->append(type, 4).append(data);
  AppendBigEndian(Crc(file->data() + begin, file->size() - begin), file);
}

}  // namespace

std::string PngBytes(const Samples& samples) {
  std::string header;
  AppendBigEndian(static_cast<std::uint32_t>(samples.width), &header);
  AppendBigEndian(static_cast<std::uint32_t>(samples.height), &header);
  const char color_type = samples.channels == 1 ? 0 : samples.channels == 3 ? 2 : 6;
  header.append({8, color_type, 0, 0, 0});
  std::string file("\x89PNG\r\n\x1a\n", 8);
  AppendChunk("IHDR", header, &file);
  AppendChunk("IDAT", ZlibStream(Filtered(samples)), &file);
  AppendChunk("IEND", "", &file);
  return file;
}

}  // namespace wherefore
