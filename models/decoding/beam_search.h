#pragma once

#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/decoding/text_rules.h"

namespace wherefore {

/// How a text is written. Ids are the vocabulary's.
struct DecodeOptions {
  std::vector<int64_t> begin = {2};  ///< read before the first piece; none of a network with DecoderState::hidden
  std::vector<int64_t> ends = {3};   ///< each of them ends a text; at least one
  std::vector<int64_t> forced;       ///< the text's first pieces, whatever the network would have written; not ranked
  int64_t max_length = 24;           ///< most pieces behind the forced ones, END not counted; at least 1
  int64_t beam = 1;                  ///< texts kept while searching; 1 is greedy
  double length_penalty = 1;         ///< a text's rank: sum of its log-probabilities / length ^ this, END counted
  /// Whether the search ends when as many texts as the beam are finished; else when none that is still written can
  /// become better than the worst of them, and a text that was cut counts beside those that ended.
  bool early_stopping = true;
  TextRules rules = {};  ///< bans and duties of what is searched for; given texts are scored without them

  int64_t most_pieces() const { return max_length + static_cast<int64_t>(forced.size()); }
};

/// A text as the network sees it.
struct DecodedText {
  std::vector<int64_t> ids;       ///< without begin and end
  std::vector<double> log_probs;  ///< the network's own, whatever rules chose by: natural logarithm, one a piece
  double end_log_prob = 0;        ///< EndLogProbability() after the last piece; 0 where `finished` is false
  bool finished = false;          ///< false: cut at max_length
};

/// Throws Error(kUsage) for options that no text can be written with: a beam or a greatest length below 1, no end.
void CheckDecodeOptions(const DecodeOptions& options);

/// Whether the id ends a text.
bool IsEnd(const DecodeOptions& options, int64_t id);

/// log p(the text ends here) of log-probabilities (rows, vocabulary) of what follows: (rows). A text ends with
/// whichever of options.ends is written, so with several of them their probabilities add up, however the text was
/// found.
at::Tensor EndLogProbability(const at::Tensor& log_probs, const DecodeOptions& options);

/// Feeds ids[i] to the decoder state that row rows[i] had after the call before, and returns the log-probabilities
/// (ids.size(), vocabulary) of what follows.
using DecoderStep = std::function<at::Tensor(const std::vector<int64_t>& ids, const std::vector<int64_t>& rows)>;

/// The best text by the sum of its log-probabilities / length ^ options.length_penalty, the id that ended it included,
/// among those that beam search by their sum finishes, as transformers' generate() has it; greedy for a beam of 1. Ids
/// that end a text are ranked one by one, as other pieces are (transformers' generate() does so too); end_log_prob is
/// of all of them. `first`: log-probabilities (1, vocabulary) of a text's first piece; the first step is given those
/// that were chosen by them.
DecodedText BeamSearch(const at::Tensor& first, const DecoderStep& step, const DecodeOptions& options);

}  // namespace wherefore
