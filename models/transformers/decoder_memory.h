#pragma once

#include <cstddef>
#include <cstdint>

#include <ATen/core/Tensor.h>

#include "models/network.h"
#include "models/transformers/parts.h"

namespace wherefore {

// What a decoder of attending blocks carries from piece to piece, as a DecoderState: `rows` holds keys and values of
// the text's own pieces, `shared` those of the tokens that it attends to beside them, a pair a block each.

/// Adds a block to the state before the first piece. `seen`: of the other tokens, one row an image.
void AddBlock(const KeysAndValues& seen, DecoderState* state);

/// Adds keys and values of new pieces to a block's, and returns all of them.
KeysAndValues Remember(std::size_t block, const KeysAndValues& own, DecoderState* state);

/// A block's keys and values of the other tokens.
KeysAndValues SeenBy(std::size_t block, const DecoderState& state);

/// A block's keys and values of the other tokens, one row an image or one for all, and behind them those of the texts'
/// own pieces: of a network that reads image, prompt and text as one sequence.
KeysAndValues WithThoseBefore(std::size_t block, const KeysAndValues& own, const DecoderState& state);

/// How many other tokens there are.
int64_t TokensBefore(const DecoderState& state);

/// The learned positions (length, units) of pieces from `first` on, of all that there are (positions, units). Throws
/// Error(kUsage) for more than there are.
at::Tensor PositionsFrom(const at::Tensor& positions, int64_t first, int64_t length);

}  // namespace wherefore
