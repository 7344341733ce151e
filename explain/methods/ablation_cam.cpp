#include "explain/methods/ablation_cam.h"

#include <ATen/ATen.h>

#include "explain/methods/asking.h"
#include "explain/methods/grad_cam.h"

namespace wherefore {

namespace {

/// Falls of the scores (T, K) without each channel.
at::Tensor Falls(Asking& asking) {
  const auto& activation = asking.activation();
  const int64_t channels = activation.size(1);
  const auto& scores = asking.whole().scores;
  auto falls = at::zeros({scores.size(1), channels}, scores.options());
  const auto without = [&](int64_t first, int64_t rows) {
    auto ablated = activation.repeat({rows, 1, 1, 1});
    const auto row = at::arange(rows, scores.options().dtype(at::kLong));
    return ablated.index_put_({row, row + first}, at::zeros({}, activation.options()));
  };
  asking.AboutActivations(channels, without, [&](int64_t first, const at::Tensor&, const TargetScores& left) {
    falls.narrow(1, first, left.scores.size(0)).copy_((scores - left.scores).t());
  });
  return falls;
}

}  // namespace

at::Tensor ChannelAblation(const Subject& subject, const MethodOptions& options) {
  const at::NoGradGuard no_gradients;
  Asking asking(subject, options, /*needs_layer=*/true);
  return Falls(asking);
}

at::Tensor AblationCam(const Subject& subject, const MethodOptions& options) {
  const at::NoGradGuard no_gradients;
  Asking asking(subject, options, /*needs_layer=*/true);
  const auto size = asking.whole().scores.abs().clamp_min(1e-12).t();
  return WeightedChannels(asking.activation(), Falls(asking) / size);
}

}  // namespace wherefore
