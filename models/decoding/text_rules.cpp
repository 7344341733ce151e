#include "models/decoding/text_rules.h"

#include <algorithm>
#include <limits>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/decoding/beam_search.h"

namespace wherefore {
namespace {

using Ids = std::vector<int64_t>;

void Append(const Ids& from, Ids* to) { to->insert(to->end(), from.begin(), from.end()); }

/// Whether `ids` stands at `place` of a text.
bool StandsAt(const Ids& text, std::size_t place, Ids::const_iterator begin, Ids::const_iterator end) {
  const auto length = static_cast<std::size_t>(end - begin);
  return place + length <= text.size() && std::equal(begin, end, text.begin() + static_cast<std::ptrdiff_t>(place));
}

/// Ids that would end a banned sequence.
Ids EndsOfSequences(const Ids& read, const DecodeOptions& options) {
  Ids ends;
  for (const auto& sequence : options.rules.banned_sequences) {
    if (sequence.empty() || sequence.size() > read.size() + 1) continue;
    // A text that could not end would be a slip of who wrote the rules.
    if (sequence.size() == 1 && IsEnd(options, sequence[0])) continue;
    if (StandsAt(read, read.size() + 1 - sequence.size(), sequence.begin(), sequence.end() - 1)) {
      ends.push_back(sequence.back());
    }
  }
  return ends;
}

/// Ids that would repeat what stands in the text already.
Ids EndsOfRepetitions(const Ids& read, int64_t length) {
  Ids ends;
  const auto before = static_cast<std::size_t>(std::max<int64_t>(length, 1) - 1);
  if (length == 0 || read.size() <= before) return ends;
  const auto tail = read.end() - static_cast<std::ptrdiff_t>(before);
  for (std::size_t i = 0; i + before < read.size(); ++i) {
    if (StandsAt(read, i, tail, read.end())) ends.push_back(read[i + before]);
  }
  return ends;
}

/// Where the first piece stands that the search itself chooses.
std::size_t FirstChosen(const DecodeOptions& options) {
  const bool is_given = options.forced.empty() && options.begin.size() == 1 && !options.rules.first.empty();
  return options.forced.size() + (is_given ? 1 : 0);
}

bool MayEnd(std::size_t length, const DecodeOptions& options) {
  const auto pieces = static_cast<int64_t>(length);
  const auto chosen = pieces - static_cast<int64_t>(options.forced.size());
  return pieces >= options.rules.least_length && chosen >= options.rules.least_new_length;
}

Ids BannedAfter(const Ids& text, const DecodeOptions& options) {
  Ids read = options.begin;
  Append(text, &read);
  Ids banned = options.rules.banned;
  Append(EndsOfSequences(read, options), &banned);
  Append(EndsOfRepetitions(read, options.rules.unrepeated_length), &banned);
  if (text.size() == FirstChosen(options)) Append(options.rules.banned_first, &banned);
  if (!MayEnd(text.size(), options)) Append(options.ends, &banned);
  return banned;
}

/// Ids, one of which must follow the text; none where any may.
Ids RequiredAfter(const Ids& text, const DecodeOptions& options) {
  if (text.size() + 1 == FirstChosen(options) && options.forced.empty()) return options.rules.first;
  if (static_cast<int64_t>(text.size()) + 1 == options.most_pieces()) return options.rules.last;
  return {};
}

at::Tensor IndicesOf(const Ids& ids, const at::Tensor& like) { return at::tensor(ids, at::kLong).to(like.device()); }

/// Log-probabilities (V) of which these ids are left, as certain.
at::Tensor Only(const Ids& required, const at::Tensor& log_probs) {
  for (const auto id : required) {
    if (id < 0 || id >= log_probs.size(0)) {
      ThrowUsage("texts must have the id " + std::to_string(id) +
                 " by the model's configuration, but its vocabulary has " + std::to_string(log_probs.size(0)) + " ids");
    }
  }
  return at::full_like(log_probs, -std::numeric_limits<double>::infinity())
      .index_fill_(0, IndicesOf(required, log_probs), 0);
}

/// Log-probabilities (V) without the ids that are banned; those that the vocabulary lacks are banned as it is.
at::Tensor Without(Ids banned, const at::Tensor& log_probs) {
  const auto is_unknown = [&](int64_t id) { return id < 0 || id >= log_probs.size(0); };
  banned.erase(std::remove_if(banned.begin(), banned.end(), is_unknown), banned.end());
  if (banned.empty()) return log_probs;
  const auto left = log_probs.index_fill(0, IndicesOf(banned, log_probs), -std::numeric_limits<double>::infinity());
  return left.isneginf().all().item<bool>() ? log_probs : left;
}

}  // namespace

bool TextRules::empty() const {
  return banned.empty() && banned_first.empty() && banned_sequences.empty() && unrepeated_length == 0 &&
         least_length == 0 && least_new_length == 0 && first.empty() && last.empty();
}

at::Tensor RankedByRules(const at::Tensor& log_probs, const std::vector<std::vector<int64_t>>& texts,
                         const DecodeOptions& options) {
  if (options.rules.empty()) return log_probs;
  std::vector<at::Tensor> rows;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto row = log_probs[static_cast<int64_t>(i)];
    const auto required = RequiredAfter(texts[i], options);
    rows.push_back(required.empty() ? Without(BannedAfter(texts[i], options), row) : Only(required, row));
  }
  return at::stack(rows);
}

}  // namespace wherefore
