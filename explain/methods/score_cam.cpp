#include "explain/methods/score_cam.h"

#include <limits>

#include <ATen/ATen.h>

#include "explain/maps.h"
#include "explain/methods/asking.h"
#include "explain/methods/grad_cam.h"

namespace wherefore {

at::Tensor ScoreCam(const Subject& subject, const MethodOptions& options) {
  const at::NoGradGuard no_gradients;
  Asking asking(subject, options, /*needs_layer=*/true);
  const auto& activation = asking.activation();
  const auto& image = subject.image;
  const auto range = activation[0].amax({1, 2}) - activation[0].amin({1, 2});
  const auto shown = range.gt(0).nonzero().flatten();  // channels that differ from place to place
  auto scores = at::full({asking.whole().scores.size(1), activation.size(1)}, -std::numeric_limits<double>::infinity(),
                         activation.options());
  if (shown.numel() == 0) return WeightedChannels(activation, at::zeros_like(scores));
  const MapOptions as_it_is{/*relu=*/false};
  const auto through = [&](int64_t first, int64_t rows) {
    const auto channels = activation[0].index_select(0, shown.narrow(0, first, rows));
    return image * Prepare(channels, image.size(2), image.size(3), as_it_is).unsqueeze(1);
  };
  asking.AboutImages(shown.numel(), through, [&](int64_t first, const at::Tensor&, const TargetScores& seen) {
    scores.index_copy_(1, shown.narrow(0, first, seen.scores.size(0)), seen.scores.t().to(scores.scalar_type()));
  });
  return WeightedChannels(activation, scores.softmax(1));
}

}  // namespace wherefore
