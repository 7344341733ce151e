#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

struct DecodeOptions;

/// What a text that is searched for may not be, or must be, whatever the network finds likely; the rules of
/// transformers' generate(). None of them touches pieces that DecodeOptions::forced gives. By default there are none.
struct TextRules {
  std::vector<int64_t> banned;                         ///< ids that are never written ("suppress_tokens")
  std::vector<int64_t> banned_first;                   ///< ids that are not written first ("begin_suppress_tokens")
  std::vector<std::vector<int64_t>> banned_sequences;  ///< ids that never follow one another ("bad_words_ids")
  int64_t unrepeated_length = 0;  ///< so many ids in a row stand in a text once ("no_repeat_ngram_size"); 0: any may
  int64_t least_length = 0;       ///< pieces that stand before a text may end, forced ones counted
  int64_t least_new_length = 0;   ///< pieces that stand before a text may end, forced ones not counted
  std::vector<int64_t> first;     ///< the id that a text must begin with ("forced_bos_token_id"); one or none
  std::vector<int64_t> last;  ///< the ids, one of which must end a text that is otherwise cut ("forced_eos_token_id")

  /// Whether there is no rule.
  bool empty() const;
};

/// Log-probabilities (rows, V) of what follows each of the texts (the pieces so far of a row's text), as options.rules
/// rank them: minus infinity for what is banned, 0 for what must come. Where nothing is left of a row, the row is as it
/// was. Throws Error(kUsage) for an id that must come and is not in the vocabulary.
at::Tensor RankedByRules(const at::Tensor& log_probs, const std::vector<std::vector<int64_t>>& texts,
                         const DecodeOptions& options);

}  // namespace wherefore
