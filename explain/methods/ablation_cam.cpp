#include "explain/methods/ablation_cam.h"

#include <ATen/ATen.h>

#include "explain/methods/asking.h"
#include "explain/methods/grad_cam.h"

namespace wherefore {

at::Tensor AblationCam(const Subject& subject, const MethodOptions& options) {
  const at::NoGradGuard no_gradients;
  Asking asking(subject, options, /*needs_layer=*/true);
  const auto& activation = asking.activation();
  const int64_t channels = activation.size(1);
  const auto& scores = asking.whole().scores;
  auto weights = at::zeros({scores.size(1), channels}, scores.options());
  const auto without = [&](int64_t first, int64_t rows) {
    auto ablated = activation.repeat({rows, 1, 1, 1});
    const auto row = at::arange(rows, scores.options().dtype(at::kLong));
    return ablated.index_put_({row, row + first}, at::zeros({}, activation.options()));
  };
  const auto size = scores.abs().clamp_min(1e-12);
  asking.AboutActivations(channels, without, [&](int64_t first, const at::Tensor&, const TargetScores& left) {
    weights.narrow(1, first, left.scores.size(0)).copy_(((scores - left.scores) / size).t());
  });
  return WeightedChannels(activation, weights);
}

}  // namespace wherefore
