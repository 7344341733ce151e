#include "neurons/importance.h"

#include <algorithm>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

std::vector<ChannelWeight> Highest(const at::Tensor& alpha, int64_t count, bool largest) {
  const auto [values, channels] = alpha.topk(std::min(count, alpha.size(0)), 0, largest);
  std::vector<ChannelWeight> weights;
  for (int64_t i = 0; i < values.size(0); ++i) {
    weights.push_back({channels[i].item<int64_t>(), values[i].item<double>()});
  }
  return weights;
}

}  // namespace

std::vector<ChannelRanking> RankChannels(const at::Tensor& alpha, int64_t count) {
  const auto on_host = alpha.to(at::kCPU, at::kDouble);
  std::vector<ChannelRanking> rankings;
  for (int64_t t = 0; t < on_host.size(0); ++t) {
    rankings.push_back({Highest(on_host[t], count, true), Highest(on_host[t], count, false)});
  }
  return rankings;
}

}  // namespace wherefore
