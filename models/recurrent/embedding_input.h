#pragma once

namespace wherefore {

/// Name under which the captioners and the VQA models hand word embeddings to Tape::Input().
inline constexpr const char* kEmbeddingInput = "embedding";

}  // namespace wherefore
