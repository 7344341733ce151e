#include "models/text/byte_level.h"

#include <array>
#include <vector>

#include "models/text/unicode.h"

namespace wherefore {
namespace {

constexpr int kBytes = 256;
// 68 bytes are not printable as Latin-1; their letters follow the 256 that are.
constexpr char32_t kFirstStandIn = 0x100;
constexpr int kStandIns = 68;

bool IsPrintable(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

struct Tables {
  std::array<char32_t, kBytes> letters = {};
  std::array<int, kFirstStandIn + kStandIns> bytes = {};

  Tables() {
    bytes.fill(-1);
    char32_t stand_in = kFirstStandIn;
    for (int byte = 0; byte < kBytes; ++byte) {
      const char32_t letter = IsPrintable(byte) ? static_cast<char32_t>(byte) : stand_in++;
      letters.at(static_cast<std::size_t>(byte)) = letter;
      bytes.at(letter) = byte;
    }
  }
};

const Tables& TheTables() {
  static const Tables tables;
  return tables;
}

}  // namespace

const char* const kByteLevelWords = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

char32_t ByteLetter(std::uint8_t byte) { return TheTables().letters[byte]; }

int LetterByte(char32_t letter) {
  const auto& bytes = TheTables().bytes;
  return letter < bytes.size() ? bytes[letter] : -1;
}

void SpellBytes(NormalizedText* text) {
  const std::string& spelled = text->text();
  std::vector<CharacterChange> changes;
  changes.reserve(spelled.size());
  for (const char byte : spelled) {
    const bool continues = (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
    changes.push_back({ByteLetter(static_cast<std::uint8_t>(byte)), continues ? 1 : 0});
  }
  text->Transform(changes);
}

}  // namespace wherefore
