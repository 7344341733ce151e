#include "neurons/concept_ranking.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

bool Stronger(double a, double b) { return std::abs(a) > std::abs(b); }

/// The named channels whose weight has that sign, joined by concept, in the channels' order.
std::vector<ConceptWeight> Joined(const double* weights, const LayerConcepts& layer, double sign) {
  std::vector<ConceptWeight> concepts;
  for (const auto& channel : layer.named) {
    const double weight = weights[channel.channel];
    if (!(sign * weight > 0) || !HasName(layer, channel)) continue;
    auto found = std::find_if(concepts.begin(), concepts.end(), [&](const ConceptWeight& known) {
      return known.name == channel.name && known.category == channel.category;
    });
    if (found == concepts.end()) found = concepts.insert(found, {channel.name, channel.category, {}, 0, 0});
    found->channels.push_back({{channel.channel, weight}, channel.iou, channel.threshold});
    found->weight += weight;
  }
  return concepts;
}

ConceptSide SideOf(const double* weights, const LayerConcepts& layer, double sign, int64_t count) {
  ConceptSide side;
  for (int64_t channel = 0; channel < layer.channels; ++channel) {
    if (sign * weights[channel] > 0) side.total += weights[channel];
  }
  side.concepts = Joined(weights, layer, sign);
  double named = 0;
  for (auto& item : side.concepts) {
    item.share = item.weight / side.total;
    named += item.share;
    std::stable_sort(item.channels.begin(), item.channels.end(),
                     [](const auto& a, const auto& b) { return Stronger(a.weight, b.weight); });
  }
  if (side.total != 0) side.unnamed = std::max(0.0, 1 - named);
  std::stable_sort(side.concepts.begin(), side.concepts.end(),
                   [](const auto& a, const auto& b) { return Stronger(a.weight, b.weight); });
  while (static_cast<int64_t>(side.concepts.size()) > count) {
    side.other += side.concepts.back().share;
    side.concepts.pop_back();
  }
  return side;
}

}  // namespace

bool HasName(const LayerConcepts& layer, const ChannelConcept& channel) {
  return IsDetector(layer, channel) && channel.iou > layer.chance_iou;
}

NameStrength StrengthOf(double iou, double chance_iou, const std::string& measure) {
  if (measure != kIou) {
    // A chance below zero has no multiple: what is above zero is beyond any.
    const double chance = std::max(0.0, chance_iou);
    if (iou > 0 && iou >= 3 * chance) return NameStrength::kStrong;
    return iou > 0 && iou >= 2 * chance ? NameStrength::kFair : NameStrength::kWeak;
  }
  if (iou >= 0.25 && iou >= 3 * chance_iou) return NameStrength::kStrong;
  return iou >= 0.1 && iou >= 2 * chance_iou ? NameStrength::kFair : NameStrength::kWeak;
}

ConceptRanking RankConcepts(const at::Tensor& importance, const LayerConcepts& layer, int64_t count,
                            const at::Tensor& activation) {
  if (importance.dim() != 1 || importance.size(0) != layer.channels) {
    ThrowUsage("the names are of a layer of " + std::to_string(layer.channels) +
               " channels, but the importance is of " +
               (importance.dim() == 1 ? std::to_string(importance.size(0)) : "no single target"));
  }
  if (count < 0) ThrowUsage("a ranking cannot list " + std::to_string(count) + " concepts");
  const auto on_host = importance.to(at::kCPU, at::kDouble).contiguous();
  const double* weights = on_host.data_ptr<double>();
  ConceptRanking ranking = {SideOf(weights, layer, 1, count), SideOf(weights, layer, -1, count), layer.chance_iou,
                            layer.measure};
  if (!activation.defined()) return ranking;
  const auto highest = at::amax(activation, {1, 2}).to(at::kCPU, at::kDouble).contiguous();
  for (auto* side : {&ranking.supporting, &ranking.opposing}) {
    for (auto& item : side->concepts) {
      for (auto& channel : item.channels) {
        channel.fires = highest.data_ptr<double>()[channel.channel] > channel.threshold;
      }
    }
  }
  return ranking;
}

}  // namespace wherefore
