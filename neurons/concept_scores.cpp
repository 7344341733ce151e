#include "neurons/concept_scores.h"

#include <algorithm>
#include <set>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "explain/error.h"
#include "neurons/dissection.h"

namespace wherefore {
namespace {

constexpr double kLeastProbability = 1e-7;
constexpr int64_t kShareOfPictures = 10;  // the strongest are one in so many at most

struct Similarity {
  ScoreSimilarity similarity;
  const char* name;
  const char* measure;
};

constexpr Similarity kSimilarities[] = {{ScoreSimilarity::kSoftWpmi, "soft-wpmi", "SoftWPMI"},
                                        {ScoreSimilarity::kCosine, "cosine", "correlation"},
                                        {ScoreSimilarity::kRank, "rank", "rank correlation"}};

/// Both as double on the host.
std::pair<at::Tensor, at::Tensor> Checked(const at::Tensor& activations, const at::Tensor& scores,
                                          const ScoreOptions& options) {
  if (activations.dim() != 2 || scores.dim() != 2 || activations.size(0) != scores.size(0)) {
    ThrowUsage("activations and scores must be (pictures, channels) and (pictures, concepts), but are " +
               c10::str(activations.sizes()) + " and " + c10::str(scores.sizes()));
  }
  if (activations.size(0) < 2) ThrowUsage("channels cannot be named by scores of fewer than two pictures");
  if (activations.size(1) == 0 || scores.size(1) == 0) ThrowUsage("there is no channel to name, or no concept");
  const bool compares = activations.size(1) > 1 && scores.size(1) > 1;
  if (options.similarity == ScoreSimilarity::kSoftWpmi && !compares) {
    ThrowUsage("SoftWPMI compares channels and concepts with each other: of " + std::to_string(activations.size(1)) +
               " and " + std::to_string(scores.size(1)) + " one is alone; take a correlation");
  }
  if (options.pictures < 1) ThrowUsage("SoftWPMI takes one picture of a channel or more");
  std::pair<at::Tensor, at::Tensor> both = {activations.detach().to(at::kCPU, at::kDouble),
                                            scores.detach().to(at::kCPU, at::kDouble)};
  if (!at::isfinite(both.first).all().item<bool>()) ThrowUsage("activations hold NaN or infinity");
  if (!at::isfinite(both.second).all().item<bool>()) ThrowUsage("scores hold NaN or infinity");
  return both;
}

/// Columns less their mean, at length 1; zero where all values are equal.
at::Tensor UnitColumns(const at::Tensor& columns) {
  const auto varies = columns.amax(0) > columns.amin(0);
  const auto centred = columns - columns.mean(0);
  return at::where(varies, centred / centred.norm(2, {0}, false).clamp_min(1e-300), 0.0);
}

/// Ranks of a column's values, equal ones sharing the mean of theirs.
at::Tensor Ranks(const at::Tensor& column) {
  const auto [sorted, order] = column.sort();
  const auto [distinct, place, counts] = at::unique_consecutive(sorted, /*return_inverse=*/true,
                                                                /*return_counts=*/true);
  const auto shared = counts.cumsum(0).to(at::kDouble) - (counts - 1).to(at::kDouble) / 2;
  return at::empty_like(column).scatter_(0, order, shared.index_select(0, place));
}

at::Tensor RankColumns(const at::Tensor& columns) {
  auto ranks = at::empty_like(columns);
  for (int64_t i = 0; i < columns.size(1); ++i) ranks.select(1, i).copy_(Ranks(columns.select(1, i)));
  return ranks;
}

at::Tensor Correlations(const at::Tensor& activations, const at::Tensor& scores) {
  return at::mm(UnitColumns(activations).t(), UnitColumns(scores)).clamp(-1, 1);
}

/// log p(c | k), (K, C).
at::Tensor LogProbabilities(const at::Tensor& activations, const at::Tensor& scores, const ScoreOptions& options) {
  const int64_t pictures = std::min(options.pictures, std::max<int64_t>(1, scores.size(0) / kShareOfPictures));
  const auto probability = at::softmax(scores * options.scale, 1);
  const auto order = std::get<1>(activations.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true));
  const auto place = at::arange(pictures, at::kDouble) / static_cast<double>(pictures);
  const auto shows = (options.first - place * (options.first - options.last)).unsqueeze(1);
  auto logs = at::empty({activations.size(1), scores.size(1)}, at::kDouble);
  for (int64_t k = 0; k < activations.size(1); ++k) {
    const auto own = probability.index_select(0, order.select(1, k).narrow(0, 0, pictures));
    logs[k] = (1 + shows * (own - 1) + kLeastProbability).log().sum(0);
  }
  return logs;
}

/// Of every row: log of the sum of exp of all other rows, without cancellation.
at::Tensor LogSumOfOthers(const at::Tensor& logs) {
  const auto none = at::full({1, logs.size(1)}, -INFINITY, at::kDouble);
  const int64_t others = logs.size(0) - 1;
  const auto before = at::cat({none, logs.logcumsumexp(0).narrow(0, 0, others)});
  const auto behind = at::cat({none, logs.flip(0).logcumsumexp(0).narrow(0, 0, others)}).flip(0);
  return at::logaddexp(before, behind);
}

/// How well a layer's channels `logs`, or in their place one at a time those of `replaced`, tell of each concept.
at::Tensor SoftWpmi(const at::Tensor& logs, const at::Tensor& replaced, double share) {
  const auto channels = at::tensor(static_cast<double>(logs.size(0)), at::kDouble).log();
  return replaced - share * (at::logaddexp(LogSumOfOthers(logs), replaced) - channels);
}

/// Each channel's pictures in an order of their own.
at::Tensor Shuffled(const at::Tensor& activations, int64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<uint64_t>(seed));
  auto shuffled = at::empty_like(activations);
  for (int64_t k = 0; k < activations.size(1); ++k) {
    const auto order = at::randperm(activations.size(0), generator, at::TensorOptions(at::kLong));
    shuffled.select(1, k).copy_(activations.select(1, k).index_select(0, order));
  }
  return shuffled;
}

struct Agreement {
  at::Tensor own;       ///< (K, C)
  at::Tensor shuffled;  ///< of each channel with its pictures shuffled
};

Agreement Agree(const at::Tensor& activations, const at::Tensor& scores, const ScoreOptions& options) {
  const auto shuffled = Shuffled(activations, options.seed);
  if (options.similarity == ScoreSimilarity::kSoftWpmi) {
    const auto logs = LogProbabilities(activations, scores, options);
    return {SoftWpmi(logs, logs, options.share),
            SoftWpmi(logs, LogProbabilities(shuffled, scores, options), options.share)};
  }
  if (options.similarity == ScoreSimilarity::kCosine) {
    return {Correlations(activations, scores), Correlations(shuffled, scores)};
  }
  const auto ranks = RankColumns(scores);
  return {Correlations(RankColumns(activations), ranks), Correlations(RankColumns(shuffled), ranks)};
}

void CheckConcepts(const std::vector<std::string>& concepts, int64_t columns) {
  if (static_cast<int64_t>(concepts.size()) != columns) {
    ThrowUsage("there are scores of " + std::to_string(columns) + " concepts, but names of " +
               std::to_string(concepts.size()));
  }
  std::set<std::string> known;
  for (const auto& item : concepts) {
    if (item.empty()) ThrowUsage("the list of concepts holds one without a name");
    if (!known.insert(item).second) ThrowUsage("the concept '" + item + "' appears twice");
  }
}

}  // namespace

ScoreSimilarity ReadScoreSimilarity(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& item : kSimilarities) {
    if (name == item.name) return item.similarity;
    known.emplace_back(item.name);
  }
  ThrowUsage("there is no similarity '" + name + "'" + DidYouMean(name, known) +
             "; there are soft-wpmi, cosine and rank");
}

at::Tensor ScoreSimilarities(const at::Tensor& activations, const at::Tensor& scores, const ScoreOptions& options) {
  const auto [own, of_concepts] = Checked(activations, scores, options);
  return Agree(own, of_concepts, options).own;
}

LayerConcepts NameByScores(const at::Tensor& activations, const at::Tensor& scores,
                           const std::vector<std::string>& concepts, const ScoreOptions& options) {
  const auto [own, of_concepts] = Checked(activations, scores, options);
  CheckConcepts(concepts, of_concepts.size(1));
  const auto agreement = Agree(own, of_concepts, options);
  const auto varies = own.amax(0) > own.amin(0);
  const auto chance = std::get<0>(agreement.shuffled.max(1));
  LayerConcepts result;
  result.channels = own.size(1);
  result.images = own.size(0);
  result.definition = "clip-dissect";
  result.measure = kSimilarities[static_cast<int>(options.similarity)].measure;
  result.least_iou = options.least;
  std::vector<double> by_chance;
  for (int64_t k = 0; k < own.size(1); ++k) {
    if (!varies[k].item<bool>()) continue;
    const auto row = agreement.own[k].contiguous();
    const double* values = row.data_ptr<double>();
    const auto best = std::max_element(values, values + row.size(0)) - values;
    result.named.push_back({k, concepts[static_cast<std::size_t>(best)], "concept", values[best], 0});
    by_chance.push_back(chance[k].item<double>());
  }
  result.chance_iou = ChancePercentile(std::move(by_chance));
  return result;
}

}  // namespace wherefore
