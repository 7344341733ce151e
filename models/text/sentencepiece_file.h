#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/text/subword_model.h"

namespace wherefore {

/// What a SentencePiece model file says, beside the pieces' scores.
struct SentencePieceFile {
  enum class PieceType { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };

  std::vector<std::string> pieces;  ///< one an id
  std::vector<PieceType> types;     ///< one an id
  bool is_bpe = false;              ///< else the unigram language model
  bool adds_dummy_prefix = true;    ///< a space before each text
};

/// Reads the file's bytes. Throws Error(kBadFile) that begins with `name`.
SentencePieceFile ReadSentencePieceFile(const std::string& bytes, const std::string& name);

/// SentencePiece itself as a model. `adds_dummy_prefix` counts instead of what the file says. Throws Error(kBadFile)
/// that begins with `name` for bytes that are no model.
std::unique_ptr<SubwordModel> MakeSentencePiece(const std::string& bytes, std::shared_ptr<const Vocabulary> vocabulary,
                                                bool adds_dummy_prefix, const std::string& name);

}  // namespace wherefore
