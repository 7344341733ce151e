#include "models/text/load_sentencepiece_model.h"

#include <sentencepiece_processor.h>

#include "explain/error.h"

namespace sentencepiece {
namespace logging {

// In no public header of SentencePiece; weak, as a release may lack it.
__attribute__((weak)) void SetMinLogLevel(int level);

}  // namespace logging
}  // namespace sentencepiece

namespace wherefore {

void LoadSentencePieceModel(const std::string& bytes, const std::string& name,
                            sentencepiece::SentencePieceProcessor* processor) {
  // Its notes go to stderr otherwise, where a library has nothing to say; errors come back as a status.
  constexpr int fatal_only = 3;
  if (sentencepiece::logging::SetMinLogLevel != nullptr) sentencepiece::logging::SetMinLogLevel(fatal_only);
  const auto status = processor->LoadFromSerializedProto(bytes);
  if (!status.ok()) ThrowBadFile(name + ": not a SentencePiece model: " + status.ToString());
}

}  // namespace wherefore
