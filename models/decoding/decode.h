#pragma once

#include <vector>

#include "models/decoding/beam_search.h"
#include "models/network.h"

namespace wherefore {

/// The best text about one image, by beam search, without gradients. `start`: what the network's Start() gave of that
/// image. Throws Error(kUsage) for the states of several images, or options that no text can be written with.
DecodedText Decode(TextNetwork& network, const DecoderState& start, const DecodeOptions& options);

/// Greedy texts about N images, written side by side, without gradients; options.beam is not used. `start`: what the
/// network's Start() gave of the N images.
std::vector<DecodedText> DecodeGreedy(TextNetwork& network, const DecoderState& start, const DecodeOptions& options);

}  // namespace wherefore
