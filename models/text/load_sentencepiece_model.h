#pragma once

#include <string>

namespace sentencepiece {
class SentencePieceProcessor;
}  // namespace sentencepiece

namespace wherefore {

/// Reads the bytes of a SentencePiece model, and nothing is printed. Throws Error(kBadFile) that begins with `name`.
void LoadSentencePieceModel(const std::string& bytes, const std::string& name,
                            sentencepiece::SentencePieceProcessor* processor);

}  // namespace wherefore
