#pragma once

#include <string>
#include <vector>

namespace wherefore {

/// The bytes of a SentencePiece model (unigram, no normalisation) made by hand. Ids 0 to 3 are <pad>, <unk>, <s>, </s>;
/// `pieces` follow, the earlier the likelier.
std::string PieceModel(const std::vector<std::string>& pieces);

}  // namespace wherefore
