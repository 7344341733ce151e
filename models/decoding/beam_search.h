#pragma once

#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// What a decoder may do. Ids are the vocabulary's.
struct DecodeOptions {
  int64_t begin = 2;        ///< fed before the first word
  int64_t end = 3;          ///< ends a caption
  int64_t max_length = 24;  ///< most pieces, END not counted; at least 1
  int64_t beam = 1;         ///< captions kept while searching; 1 is greedy
};

/// A caption as the network sees it.
struct DecodedCaption {
  std::vector<int64_t> ids;       ///< without begin and end
  std::vector<double> log_probs;  ///< natural logarithm, one a piece
  double end_log_prob = 0;        ///< of END after the last piece; 0 where `finished` is false
  bool finished = false;          ///< false: cut at max_length
};

/// Feeds ids[i] to the decoder state that row rows[i] had after the call before, and returns the log-probabilities
/// (ids.size(), vocabulary) of what follows.
using DecoderStep = std::function<at::Tensor(const std::vector<int64_t>& ids, const std::vector<int64_t>& rows)>;

/// The best caption by the mean of its log-probabilities, END included, among those that beam search by their sum
/// finishes; greedy for a beam of 1.
DecodedCaption BeamSearch(const DecoderStep& step, const DecodeOptions& options);

}  // namespace wherefore
