#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// A channel of a layer and how strongly it speaks for a target.
struct ChannelWeight {
  int64_t channel = -1;
  double weight = 0;  ///< alpha, the gradient's mean over space: the paper's neuron importance
};

/// The channels that speak most strongly for a target and against it.
struct ChannelRanking {
  std::vector<ChannelWeight> top;     ///< highest weights first
  std::vector<ChannelWeight> bottom;  ///< lowest weights first
};

/// Ranks the channels of every target by their importance alpha (T, K); `count` at each end.
std::vector<ChannelRanking> RankChannels(const at::Tensor& alpha, int64_t count);

}  // namespace wherefore
