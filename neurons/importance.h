#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// What is meant by a channel's importance.
enum class Importance {
  kAlpha,                    ///< the gradient's mean over space, the paper's: how the score would change with it
  kGradientTimesActivation,  ///< the mean over space of the two: what its response to this image contributes
  kAblation,                 ///< by how much the score falls where the channel is zero: what the others estimate
};

/// "alpha", "gradient-x-activation", "ablation": as on the command line and in explanation.json.
const char* NameOf(Importance importance);

/// Whether it tells what more of a channel would do, and not what would be without it.
bool IsByGradient(Importance importance);

/// A channel of a layer and how strongly it speaks for a target.
struct ChannelWeight {
  int64_t channel = -1;
  double weight = 0;  ///< its importance; of a ChannelRanking alpha
};

/// The channels that speak most strongly for a target and against it.
struct ChannelRanking {
  std::vector<ChannelWeight> top;     ///< highest weights first
  std::vector<ChannelWeight> bottom;  ///< lowest weights first
};

/// Importance::kGradientTimesActivation (T, K). `activation` is (1, K, h, w) or (T, K, h, w), `gradient` (T, K, h, w).
at::Tensor GradientTimesActivation(const at::Tensor& activation, const at::Tensor& gradient);

/// Ranks the channels of every target by their importance alpha (T, K); `count` at each end.
std::vector<ChannelRanking> RankChannels(const at::Tensor& alpha, int64_t count);

}  // namespace wherefore
