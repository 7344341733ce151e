#include "models/text/sentencepiece_file.h"

#include <sentencepiece_processor.h>

#include <utility>

#include "explain/error.h"
#include "models/text/load_sentencepiece_model.h"
#include "models/text/proto_fields.h"

namespace wherefore {
namespace {

// Fields of SentencePiece's ModelProto and of the messages in it (sentencepiece_model.proto).
namespace model_field {
constexpr std::uint32_t kPieces = 1;
constexpr std::uint32_t kTrainer = 2;
constexpr std::uint32_t kNormalizer = 3;
constexpr std::uint32_t kPieceText = 1;
constexpr std::uint32_t kPieceType = 3;
constexpr std::uint32_t kModelType = 3;
constexpr std::uint32_t kAddDummyPrefix = 3;
}  // namespace model_field

// Fields of SentencePieceText (sentencepiece.proto).
namespace text_field {
constexpr std::uint32_t kPieces = 2;
constexpr std::uint32_t kId = 2;
constexpr std::uint32_t kBegin = 4;
constexpr std::uint32_t kEnd = 5;
}  // namespace text_field

void ReadPiece(const ProtoField& message, const std::string& name, SentencePieceFile* file) {
  std::string text;
  auto type = SentencePieceFile::PieceType::kNormal;
  for (const auto& field : ReadProtoFields(message.bytes, name)) {
    if (field.number == model_field::kPieceText) text = std::string(field.bytes);
    if (field.number != model_field::kPieceType) continue;
    if (field.value < 1 || field.value > 6) ThrowBadFile(name + ": not a SentencePiece model: a piece of unknown type");
    type = static_cast<SentencePieceFile::PieceType>(field.value);
  }
  if (!IsUtf8(text)) ThrowBadFile(name + ": not a SentencePiece model: a piece that is not UTF-8");
  file->pieces.push_back(text);
  file->types.push_back(type);
}

class SentencePieceModel : public SubwordModel {
 public:
  SentencePieceModel(const std::string& bytes, std::shared_ptr<const Vocabulary> vocabulary, const std::string& name)
      : vocabulary_(std::move(vocabulary)) {
    LoadSentencePieceModel(bytes, name, &processor_);
    if (processor_.unk_id() < 0) ThrowBadFile(name + ": the SentencePiece model has no piece for unknown text");
  }

  std::vector<SubwordPiece> Cut(const std::string& word) const override {
    const std::string encoded = processor_.EncodeAsSerializedProto(word);
    std::vector<SubwordPiece> pieces;
    for (const auto& message : ReadProtoFields(encoded, "SentencePiece's result")) {
      if (message.number != text_field::kPieces) continue;
      SubwordPiece piece;
      for (const auto& field : ReadProtoFields(message.bytes, "SentencePiece's result")) {
        const auto value = static_cast<std::int64_t>(field.value);
        if (field.number == text_field::kId) piece.id = value;
        if (field.number == text_field::kBegin) piece.span.begin = value;
        if (field.number == text_field::kEnd) piece.span.end = value;
      }
      pieces.push_back(piece);
    }
    SpreadCharacters(&pieces);
    return pieces;
  }

  const Vocabulary& vocabulary() const override { return *vocabulary_; }
  std::optional<std::int64_t> unknown_id() const override { return processor_.unk_id(); }

 private:
  /// SentencePiece gives the bytes of a character to the last of its byte pieces; each of them stands for them all.
  static void SpreadCharacters(std::vector<SubwordPiece>* pieces) {
    for (auto piece = pieces->rbegin(); piece != pieces->rend(); ++piece) {
      if (piece->span.begin == piece->span.end && piece != pieces->rbegin()) {
        const ByteSpan next = std::prev(piece)->span;
        if (next.begin == piece->span.end) piece->span = next;
      }
    }
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  sentencepiece::SentencePieceProcessor processor_;
};

/// A message that, put behind a model, changes its normalizer's add_dummy_prefix: of a field that is there twice the
/// last one counts, and messages are merged.
std::string DummyPrefixSetting(bool adds_dummy_prefix) {
  constexpr char length_delimited = 2;
  const char key = static_cast<char>(model_field::kNormalizer << 3 | length_delimited);
  const char inner_key = static_cast<char>(model_field::kAddDummyPrefix << 3);
  return {key, 2, inner_key, static_cast<char>(adds_dummy_prefix ? 1 : 0)};
}

}  // namespace

SentencePieceFile ReadSentencePieceFile(const std::string& bytes, const std::string& name) {
  constexpr std::uint64_t bpe = 2;
  SentencePieceFile file;
  for (const auto& field : ReadProtoFields(bytes, name)) {
    if (field.number == model_field::kPieces) ReadPiece(field, name, &file);
    const bool is_trainer = field.number == model_field::kTrainer;
    if (!is_trainer && field.number != model_field::kNormalizer) continue;
    for (const auto& inner : ReadProtoFields(field.bytes, name)) {
      if (is_trainer && inner.number == model_field::kModelType) file.is_bpe = inner.value == bpe;
      if (!is_trainer && inner.number == model_field::kAddDummyPrefix) file.adds_dummy_prefix = inner.value != 0;
    }
  }
  if (file.pieces.empty()) ThrowBadFile(name + ": not a SentencePiece model: no pieces");
  return file;
}

std::unique_ptr<SubwordModel> MakeSentencePiece(const std::string& bytes, std::shared_ptr<const Vocabulary> vocabulary,
                                                bool adds_dummy_prefix, const std::string& name) {
  return std::make_unique<SentencePieceModel>(bytes + DummyPrefixSetting(adds_dummy_prefix), std::move(vocabulary),
                                              name);
}

}  // namespace wherefore
