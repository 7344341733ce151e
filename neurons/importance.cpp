#include "neurons/importance.h"

#include <algorithm>
#include <utility>

#include <ATen/ATen.h>

namespace wherefore {
namespace {

/// The `count` highest or lowest weights of each row of alpha (T, K) on the host.
std::vector<std::vector<ChannelWeight>> Extremes(const at::Tensor& alpha, int64_t count, bool largest) {
  const auto [values, channels] = alpha.topk(std::min(count, alpha.size(1)), 1, largest);
  const auto value = values.accessor<double, 2>();
  const auto channel = channels.accessor<int64_t, 2>();
  std::vector<std::vector<ChannelWeight>> rows(static_cast<std::size_t>(alpha.size(0)));
  for (int64_t t = 0; t < values.size(0); ++t) {
    for (int64_t i = 0; i < values.size(1); ++i)
      rows[static_cast<std::size_t>(t)].push_back({channel[t][i], value[t][i]});
  }
  return rows;
}

}  // namespace

const char* NameOf(Importance importance) {
  switch (importance) {
    case Importance::kAlpha:
      return "alpha";
    case Importance::kGradientTimesActivation:
      return "gradient-x-activation";
    case Importance::kAblation:
      return "ablation";
  }
  return "importance";
}

bool IsByGradient(Importance importance) { return importance != Importance::kAblation; }

at::Tensor GradientTimesActivation(const at::Tensor& activation, const at::Tensor& gradient) {
  // A product of matrices: no tensor of targets x channels x h x w is made.
  const auto sums = at::einsum("tkp,tkp->tk", {gradient.flatten(2), activation.flatten(2)});
  return sums / static_cast<double>(gradient.size(2) * gradient.size(3));
}

std::vector<ChannelRanking> RankChannels(const at::Tensor& alpha, int64_t count) {
  const auto on_host = alpha.to(at::kCPU, at::kDouble);
  auto highest = Extremes(on_host, count, true);
  auto lowest = Extremes(on_host, count, false);
  std::vector<ChannelRanking> rankings;
  for (std::size_t t = 0; t < highest.size(); ++t) rankings.push_back({std::move(highest[t]), std::move(lowest[t])});
  return rankings;
}

}  // namespace wherefore
