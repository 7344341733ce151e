#include "models/decoding/beam_search.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

/// A text in the making; `row` is where the decoder's batch holds its state.
struct Hypothesis {
  DecodedText text;
  double sum = 0;      ///< of the pieces that were chosen, END counted
  int64_t chosen = 0;  ///< how many these are
  int64_t row = 0;

  int64_t length() const { return static_cast<int64_t>(text.ids.size()); }

  /// What a text is worth beside others.
  double Rank(double length_penalty) const {
    return sum / std::pow(static_cast<double>(std::max<int64_t>(1, chosen)), length_penalty);
  }
};

Hypothesis WithPiece(const Hypothesis& before, int64_t row, int64_t id, double log_prob) {
  Hypothesis grown = before;
  grown.row = row;
  grown.text.ids.push_back(id);
  grown.text.log_probs.push_back(log_prob);
  return grown;
}

/// `ranked`: its log-probability as the rules have it.
Hypothesis Grown(const Hypothesis& before, int64_t row, int64_t id, double log_prob, double ranked) {
  auto grown = WithPiece(before, row, id, log_prob);
  grown.sum += ranked;
  ++grown.chosen;
  return grown;
}

/// `ranked`: log-probability, as the rules have it, of the id that ends it; `end_log_prob`: of all that could.
Hypothesis Ended(const Hypothesis& before, double ranked, double end_log_prob) {
  Hypothesis ended = before;
  ended.sum += ranked;
  ++ended.chosen;
  ended.text.finished = true;
  ended.text.end_log_prob = end_log_prob;
  return ended;
}

void SortByLogProbability(std::vector<Hypothesis>* hypotheses) {
  std::stable_sort(hypotheses->begin(), hypotheses->end(), [](const auto& a, const auto& b) { return a.sum > b.sum; });
}

/// Every hypothesis with the piece that must stand next.
std::vector<Hypothesis> ForcedContinuations(const std::vector<Hypothesis>& alive, const at::Tensor& log_probs,
                                            int64_t id) {
  std::vector<Hypothesis> grown;
  for (std::size_t row = 0; row < alive.size(); ++row) {
    const auto place = static_cast<int64_t>(row);
    grown.push_back(WithPiece(alive[row], place, id, log_probs[place][id].item<double>()));
  }
  return grown;
}

std::vector<std::vector<int64_t>> IdsOf(const std::vector<Hypothesis>& hypotheses) {
  std::vector<std::vector<int64_t>> ids;
  for (const auto& hypothesis : hypotheses) ids.push_back(hypothesis.text.ids);
  return ids;
}

/// Every hypothesis with each of its likeliest continuations, best first.
std::vector<Hypothesis> Continuations(const std::vector<Hypothesis>& alive, const at::Tensor& log_probs,
                                      const DecodeOptions& options) {
  const auto written = alive.front().text.ids.size();
  if (written < options.forced.size()) return ForcedContinuations(alive, log_probs, options.forced[written]);
  // More than the beam, since each END takes a place but does not go on.
  const int64_t kept = options.beam + static_cast<int64_t>(options.ends.size());
  const auto by_rules = options.rules.empty() ? log_probs : RankedByRules(log_probs, IdsOf(alive), options);
  const auto [ranks, ids] = by_rules.topk(std::min(kept, log_probs.size(1)), 1);
  const auto ranks_on_host = ranks.to(at::kCPU, at::kDouble);
  const auto values_on_host = log_probs.gather(1, ids).to(at::kCPU, at::kDouble);
  const auto ids_on_host = ids.to(at::kCPU);
  const auto ends_on_host = EndLogProbability(log_probs, options).to(at::kCPU, at::kDouble);
  const auto ranked = ranks_on_host.accessor<double, 2>();
  const auto value = values_on_host.accessor<double, 2>();
  const auto id = ids_on_host.accessor<int64_t, 2>();
  const auto end = ends_on_host.accessor<double, 1>();
  std::vector<Hypothesis> grown;
  for (int64_t row = 0; row < value.size(0); ++row) {
    for (int64_t i = 0; i < value.size(1); ++i) {
      const auto& before = alive[static_cast<std::size_t>(row)];
      const double rank = ranked[row][i];
      if (rank != value[row][i] && std::isinf(rank)) continue;  // banned
      grown.push_back(IsEnd(options, id[row][i]) ? Ended(before, rank, end[row])
                                                 : Grown(before, row, id[row][i], value[row][i], rank));
    }
  }
  SortByLogProbability(&grown);
  return grown;
}

/// Whether one text is worth less than another.
std::function<bool(const Hypothesis& a, const Hypothesis& b)> IsWorse(const DecodeOptions& options) {
  const double penalty = options.length_penalty;
  return [penalty](const auto& a, const auto& b) { return a.Rank(penalty) < b.Rank(penalty); };
}

/// Whether no text that is still written can matter.
bool IsDone(const std::vector<Hypothesis>& alive, const std::vector<Hypothesis>& finished,
            const DecodeOptions& options) {
  if (alive.empty()) return true;
  const double best_alive = alive.front().Rank(options.length_penalty);
  const auto counts = [&](const Hypothesis& text) {
    return options.early_stopping || text.Rank(options.length_penalty) >= best_alive;
  };
  return std::count_if(finished.begin(), finished.end(), counts) >= options.beam;
}

at::Tensor Advance(const DecoderStep& step, const std::vector<Hypothesis>& alive) {
  std::vector<int64_t> ids;
  std::vector<int64_t> rows;
  for (const auto& hypothesis : alive) {
    ids.push_back(hypothesis.text.ids.back());
    rows.push_back(hypothesis.row);
  }
  return step(ids, rows);
}

}  // namespace

void CheckDecodeOptions(const DecodeOptions& options) {
  if (options.beam < 1 || options.max_length < 1) {
    ThrowUsage("beam and greatest length must be at least 1, not " + std::to_string(options.beam) + " and " +
               std::to_string(options.max_length));
  }
  if (options.ends.empty()) ThrowUsage("a text needs an id that ends it; DecodeOptions has none");
}

bool IsEnd(const DecodeOptions& options, int64_t id) {
  return std::find(options.ends.begin(), options.ends.end(), id) != options.ends.end();
}

at::Tensor EndLogProbability(const at::Tensor& log_probs, const DecodeOptions& options) {
  const std::set<int64_t> distinct(options.ends.begin(), options.ends.end());
  if (distinct.size() == 1) return log_probs.select(1, *distinct.begin());
  const std::vector<int64_t> ends(distinct.begin(), distinct.end());
  return log_probs.index_select(1, at::tensor(ends, at::kLong).to(log_probs.device())).logsumexp(1);
}

DecodedText BeamSearch(const at::Tensor& first, const DecoderStep& step, const DecodeOptions& options) {
  CheckDecodeOptions(options);
  std::vector<Hypothesis> alive(1);
  std::vector<Hypothesis> finished;
  while (!IsDone(alive, finished, options) && alive[0].length() < options.most_pieces()) {
    const bool is_first = alive[0].length() == 0;
    const auto candidates = Continuations(alive, is_first ? first : Advance(step, alive), options);
    alive.clear();
    for (std::size_t rank = 0; rank < candidates.size(); ++rank) {
      const auto& candidate = candidates[rank];
      if (candidate.text.finished) {
        if (static_cast<int64_t>(rank) < options.beam) finished.push_back(candidate);
      } else if (static_cast<int64_t>(alive.size()) < options.beam) {
        alive.push_back(candidate);
      }
    }
  }
  if (finished.empty() || (!options.early_stopping && !IsDone(alive, finished, options))) {
    finished.insert(finished.end(), alive.begin(), alive.end());
  }
  return std::max_element(finished.begin(), finished.end(), IsWorse(options))->text;
}

}  // namespace wherefore
