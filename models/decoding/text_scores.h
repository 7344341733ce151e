#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/decoding/beam_search.h"
#include "models/network.h"

namespace wherefore {

/// int64 (ids.size()), on the device of `like`.
at::Tensor IdTensor(const std::vector<int64_t>& ids, const at::Tensor& like);

/// log p(piece | hidden state) of every piece of the vocabulary, (rows, V), of hidden states (rows, H): in float32, or
/// float64 where the network computes in that, whatever the weights' dtype.
at::Tensor VocabularyLogProbabilities(const VocabularyLayer& layer, const at::Tensor& hidden);

/// Throws Error(kUsage) where the state is of several images.
void RequireOneImage(const DecoderState& start);

/// Throws Error(kUsage) unless exactly one of the two, options.begin or the state's `hidden`, says what the first piece
/// follows.
void RequireBeginning(const DecoderState& start, const DecodeOptions& options);

/// A piece that may stand at a place of a text.
struct LikelyPiece {
  int64_t id = 0;
  double log_prob = 0;  ///< natural logarithm, after what stands before
};

/// What a network makes of a text of L pieces.
struct TextReading {
  std::vector<double> log_probs;  ///< (L + 1): log p(piece | earlier pieces, image), then EndLogProbability() after it
  /// (L + 1) lists: the likeliest at the place of each piece, and behind the last; likeliest first.
  std::vector<std::vector<LikelyPiece>> likeliest;
};

/// Reads a text about one image, without gradients, and lists the `likeliest` pieces of each place (0: none). `start`:
/// what the network's Start() gave of the image.
TextReading ReadText(TextNetwork& network, const DecoderState& start, const std::vector<int64_t>& ids,
                     const DecodeOptions& options, int64_t likeliest);

/// ReadText()'s log_probs.
std::vector<double> TextLogProbabilities(TextNetwork& network, const DecoderState& start,
                                         const std::vector<int64_t>& ids, const DecodeOptions& options);

/// Scores (N, T) to differentiate, in float32 or float64, of N images and T targets: the sum of log p over the pieces
/// (positions in `ids`) that `pieces[target]` names. `start`: what the network's Start() gave of the N images. The
/// embeddings (1, L, E) of what is read, options.begin first and the text's last piece left out, pass through
/// tape.Input(kTextInput). Throws Error(kUsage) for a text without pieces, and for positions beyond it.
at::Tensor TextScores(TextNetwork& network, const DecoderState& start, const std::vector<int64_t>& ids,
                      const std::vector<std::vector<int64_t>>& pieces, const DecodeOptions& options, Tape& tape);

/// The log-probability (N) of a text an image, END not counted, to differentiate a batch: `texts` holds ids (N, L), all
/// of L pieces; put texts of other lengths into other batches. Embeddings (N, L, E) pass through
/// tape.Input(kTextInput).
at::Tensor PairedTextScores(TextNetwork& network, const DecoderState& start, const at::Tensor& texts,
                            const DecodeOptions& options, Tape& tape);

}  // namespace wherefore
