#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "neurons/concepts.h"

namespace wherefore {

/// How the activations of a channel are compared with the scores of a concept, over pictures.
enum class ScoreSimilarity {
  kSoftWpmi,  ///< Oikarinen and Weng 2023, their best
  kCosine,    ///< of both less their means: Pearson's correlation
  kRank,      ///< Spearman's correlation
};

/// "soft-wpmi", "cosine", "rank". Throws Error(kUsage) for another name.
ScoreSimilarity ReadScoreSimilarity(const std::string& name);

struct ScoreOptions {
  ScoreSimilarity similarity = ScoreSimilarity::kSoftWpmi;
  int64_t pictures = 100;  ///< SoftWPMI: a channel's strongest; at most a tenth of all, but one
  double scale = 10;       ///< SoftWPMI: of the scores, before the softmax over the concepts
  double first = 0.998;    ///< SoftWPMI: probability that the strongest picture shows what the channel stands for,
  double last = 0.97;      ///< falling evenly to about this one at the last of them
  double share = 1;        ///< SoftWPMI: of the concept's probability over all channels that is taken off (lambda)
  double least = 0;        ///< similarity of a channel that has a name
  int64_t seed = 1;        ///< of the shuffling
};

/// How well each concept agrees with each channel: activations (N, K) and scores (N, C) of the same N pictures, both
/// finite; (K, C), double, on the host.
///
/// SoftWPMI, by the paper's formula and its code's constants: scores become probabilities P (N, C) by a softmax over
/// the concepts; log p(c | k) = sum over the channel's strongest pictures i of log(1 + p_i (P_ic - 1) + 1e-7); p(c) is
/// the mean of p(c | k) over the channels, and the similarity is log p(c | k) - share * log p(c). It can be negative,
/// and with share 1 is log K at most. Of pictures with equal activation the earlier is the stronger. A channel or
/// concept that is the same in all pictures correlates with nothing: 0.
///
/// Throws Error(kUsage) for other shapes, numbers that are not finite, fewer than two pictures, and SoftWPMI of one
/// concept or channel, which it has nothing to compare with.
at::Tensor ScoreSimilarities(const at::Tensor& activations, const at::Tensor& scores, const ScoreOptions& options = {});

/// CLIP-Dissect (Oikarinen and Weng 2023, "CLIP-Dissect: automatic description of neuron representations in deep vision
/// networks"): each channel is named by the concept whose scores agree best with its activations, of equally good ones
/// the first. The scores may come from any model of pictures and words.
///
/// definition: "clip-dissect"; measure: "SoftWPMI", "correlation" or "rank correlation", whose values stand where IoUs
/// do. chance_iou: each channel is put in its place among the others with its pictures shuffled, and named anew; the
/// 95th percentile of what it reaches so. Channels that are the same in all pictures are left out. Category: "concept";
/// threshold, layer, data set and fingerprint are left to the caller. Throws Error(kUsage) as above, and for another
/// number of concepts or one that appears twice.
LayerConcepts NameByScores(const at::Tensor& activations, const at::Tensor& scores,
                           const std::vector<std::string>& concepts, const ScoreOptions& options = {});

}  // namespace wherefore
