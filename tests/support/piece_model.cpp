#include "tests/support/piece_model.h"

#include <cstring>

namespace wherefore {
namespace {

// Types of a piece in SentencePiece's protocol buffer.
constexpr char kNormal = 1;
constexpr char kUnknown = 2;
constexpr char kControl = 3;

/// A field whose value is bytes, fewer than 128 of them: its number and wire type 2, the length, the bytes.
std::string BytesField(int number, const std::string& bytes) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) + bytes;
}

std::string Piece(const std::string& text, float score, char type) {
  std::string score_bytes(sizeof(score), '\0');
  std::memcpy(score_bytes.data(), &score, sizeof(score));
  // Field 1 the text, field 2 the score (wire type 5), field 3 the type (wire type 0).
  return BytesField(
      1, BytesField(1, text) + static_cast<char>(2 << 3 | 5) + score_bytes + static_cast<char>(3 << 3) + type);
}

}  // namespace

std::string PieceModel(const std::vector<std::string>& pieces) {
  std::string model = Piece("<pad>", 0, kControl) + Piece("<unk>", 0, kUnknown) + Piece("<s>", 0, kControl) +
                      Piece("</s>", 0, kControl);
  float score = -1;
  for (const auto& piece : pieces) model += Piece(piece, score -= 0.01F, kNormal);
  // Field 3, the normaliser: only its name, so that text stays as it is.
  return model + BytesField(3, BytesField(1, "identity"));
}

}  // namespace wherefore
