#pragma once

#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// How a text is written. Ids are the vocabulary's.
struct DecodeOptions {
  std::vector<int64_t> begin = {2};  ///< read before the first piece; at least one
  std::vector<int64_t> ends = {3};   ///< each of them ends a text; at least one
  std::vector<int64_t> forced;       ///< the text's first pieces, whatever the network would have written
  int64_t max_length = 24;           ///< most pieces, forced ones counted, END not; at least 1
  int64_t beam = 1;                  ///< texts kept while searching; 1 is greedy
};

/// A text as the network sees it.
struct DecodedText {
  std::vector<int64_t> ids;       ///< without begin and end
  std::vector<double> log_probs;  ///< natural logarithm, one a piece
  double end_log_prob = 0;        ///< of END after the last piece; 0 where `finished` is false
  bool finished = false;          ///< false: cut at max_length
};

/// Throws Error(kUsage) for options that no text can be written with: a beam or a greatest length below 1, no begin,
/// no end, more forced pieces than the greatest length.
void CheckDecodeOptions(const DecodeOptions& options);

/// Whether the id ends a text.
bool IsEnd(const DecodeOptions& options, int64_t id);

/// Feeds ids[i] to the decoder state that row rows[i] had after the call before, and returns the log-probabilities
/// (ids.size(), vocabulary) of what follows.
using DecoderStep = std::function<at::Tensor(const std::vector<int64_t>& ids, const std::vector<int64_t>& rows)>;

/// The best text by the mean of its log-probabilities, END included, among those that beam search by their sum
/// finishes; greedy for a beam of 1. The first step is given the last id of options.begin; who calls has fed the
/// others.
DecodedText BeamSearch(const DecoderStep& step, const DecodeOptions& options);

}  // namespace wherefore
