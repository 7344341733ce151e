#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "neurons/concepts.h"
#include "neurons/importance.h"

namespace wherefore {

/// A channel that has a name, and how strongly it speaks for a target.
struct NamedChannel : ChannelWeight {
  double iou = 0;        ///< of its name
  double threshold = 0;  ///< the activation above which it fires
  bool fires = true;     ///< whether its activation is above that anywhere in the image
};

/// The channels of one concept that are on the same side.
struct ConceptWeight {
  std::string name;
  std::string category;
  std::vector<NamedChannel> channels;  ///< strongest first
  double weight = 0;                   ///< their sum; below zero where they speak against the target
  double share = 0;                    ///< of the side's total, in [0, 1]
};

/// What speaks for a target, or against it: the channels whose weight has that sign.
struct ConceptSide {
  std::vector<ConceptWeight> concepts;  ///< strongest first; of equally strong ones the lowest channel's
  double total = 0;                     ///< sum of the weights of all channels of that sign, named or not
  double other = 0;                     ///< share of the named concepts that are not listed
  double unnamed = 0;  ///< share of the channels without a name; all shares sum to 1 where total is not 0
};

/// The concepts that speak most strongly for a target and against it. A concept is on both sides where some of its
/// channels speak for the target and others against it.
struct ConceptRanking {
  ConceptSide supporting;
  ConceptSide opposing;
  double chance_iou = 0;       ///< see LayerConcepts
  std::string measure = kIou;  ///< likewise
};

/// Whether a channel's name may be said: it is a detector, and its IoU is better than chance.
bool HasName(const LayerConcepts& layer, const ChannelConcept& channel);

/// How sure a name is: "strong" names have an IoU of 0.25 or more and three times that of chance, "fair" ones 0.1 and
/// twice that of chance. Of other measures, whose values have no such meaning, only the multiple of chance counts.
enum class NameStrength { kWeak, kFair, kStrong };
NameStrength StrengthOf(double iou, double chance_iou, const std::string& measure = kIou);

/// Ranks the concepts of one target's importance (K), of either kind; `count` at each end. `activation`: the layer's,
/// of the image (K, h, w), for which channels fire; where it is undefined all are taken to. Throws Error(kUsage) where
/// the layer has another number of channels.
ConceptRanking RankConcepts(const at::Tensor& importance, const LayerConcepts& layer, int64_t count,
                            const at::Tensor& activation = {});

}  // namespace wherefore
