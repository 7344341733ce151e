#include <sentencepiece_processor.h>

#include <algorithm>
#include <utility>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/text/load_sentencepiece_model.h"
#include "models/text/text.h"

namespace wherefore {
namespace {

// U+2581, which stands for the space before a word.
const std::string kWordStart = "\xE2\x96\x81";

bool StartsWord(const std::string& piece) { return piece.compare(0, kWordStart.size(), kWordStart) == 0; }

/// A piece as a reader sees it: without the mark of a word's start, other such marks as the spaces that they are.
std::string Readable(const std::string& piece) {
  std::string text = StartsWord(piece) ? piece.substr(kWordStart.size()) : piece;
  for (auto place = text.find(kWordStart); place != std::string::npos; place = text.find(kWordStart, place)) {
    text.replace(place, kWordStart.size(), " ");
  }
  return text;
}

class SentencePieceTokenizer : public Tokenizer {
 public:
  SentencePieceTokenizer(const std::string& path, bool lowercase) : lowercase_(lowercase) {
    const std::string bytes = ReadFile(path);
    if (bytes.empty()) ThrowBadFile(path + ": the file is empty, but must be a SentencePiece model");
    LoadSentencePieceModel(bytes, path, &processor_);
    if (processor_.GetPieceSize() == 0 || processor_.unk_id() < 0) {
      ThrowBadFile(path + ": the SentencePiece model has no pieces, or none for unknown text");
    }
  }

  TokenizedText Encode(const std::string& text) const override {
    if (!IsUtf8(text)) ThrowUsage("the text is not UTF-8; convert it and try again");
    const std::string read = lowercase_ ? LowerCaseUtf8(text) : text;
    // Not every model's normaliser takes a line break for a space.
    std::string spaced = read;
    std::replace_if(spaced.begin(), spaced.end(), IsWhiteSpace, ' ');
    std::vector<int> ids;
    std::vector<std::string> spelled;
    if (!processor_.Encode(spaced, &ids).ok() || !processor_.Encode(spaced, &spelled).ok()) {
      ThrowUsage("the text cannot be cut into pieces by the SentencePiece model");
    }
    std::vector<std::pair<int64_t, std::string>> pieces;
    for (std::size_t i = 0; i < ids.size(); ++i) pieces.emplace_back(ids[i], spelled.at(i));
    auto encoded = Assemble(pieces);
    PlaceWords(read, &encoded);
    return encoded;
  }

  TokenizedText Describe(const std::vector<int64_t>& ids) const override {
    std::vector<std::pair<int64_t, std::string>> pieces;
    for (const int64_t id : ids) {
      if (id < 0 || id >= size()) {
        ThrowUsage("id " + std::to_string(id) + " is no piece: the vocabulary has " + std::to_string(size()));
      }
      pieces.emplace_back(id, processor_.IdToPiece(static_cast<int>(id)));
    }
    auto described = Assemble(pieces);
    JoinWords(&described);
    return described;
  }

  int64_t size() const override { return processor_.GetPieceSize(); }
  int64_t unknown_id() const override { return processor_.unk_id(); }

 private:
  /// All but the text and the words' places in it.
  TokenizedText Assemble(const std::vector<std::pair<int64_t, std::string>>& pieces) const;

  bool lowercase_;
  sentencepiece::SentencePieceProcessor processor_;
};

TokenizedText SentencePieceTokenizer::Assemble(const std::vector<std::pair<int64_t, std::string>>& pieces) const {
  TokenizedText text;
  std::vector<bool> unknown;  // a word
  bool after_control = true;
  for (const auto& [id, piece] : pieces) {
    // A control piece ("</s>") is no part of a word.
    const bool control = processor_.IsControl(static_cast<int>(id));
    if (StartsWord(piece) || control || after_control) {
      text.words.emplace_back();
      unknown.push_back(false);
    }
    after_control = control;
    text.ids.push_back(id);
    text.pieces.push_back(piece);
    text.word.push_back(static_cast<int64_t>(text.words.size()) - 1);
    text.words.back() += Readable(piece);
    if (id == unknown_id()) unknown.back() = true;
  }
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    if (unknown[i]) text.unknown_words.push_back(text.words[i]);
  }
  return text;
}

}  // namespace

std::unique_ptr<Tokenizer> LoadSentencePiece(const std::string& path, bool lowercase) {
  return std::make_unique<SentencePieceTokenizer>(path, lowercase);
}

}  // namespace wherefore
