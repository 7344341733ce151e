#include "explain/methods/recipro_cam.h"

#include <ATen/ATen.h>

#include "explain/methods/asking.h"

namespace wherefore {

at::Tensor ReciproCam(const Subject& subject, const MethodOptions& options) {
  const at::NoGradGuard no_gradients;
  Asking asking(subject, options, /*needs_layer=*/true);
  const auto& activation = asking.activation();
  const int64_t height = activation.size(2);
  const int64_t width = activation.size(3);
  auto maps = at::zeros({asking.whole().scores.size(1), height * width}, activation.options());
  const auto side = at::tensor({0.5F, 1.0F, 0.5F}).to(activation.options());
  const auto window = (side.unsqueeze(1) * side.unsqueeze(0)).unsqueeze(0).unsqueeze(0);
  const auto at_places = [&](int64_t first, int64_t rows) {
    auto place = at::zeros({rows, height * width}, activation.options());
    const auto row = at::arange(rows, activation.options().dtype(at::kLong));
    place.index_put_({row, row + first}, at::ones({}, activation.options()));
    return activation * at::conv2d(place.reshape({rows, 1, height, width}), window, {}, 1, 1);
  };
  asking.AboutActivations(height * width, at_places, [&](int64_t first, const at::Tensor&, const TargetScores& seen) {
    maps.narrow(1, first, seen.scores.size(0)).copy_(seen.log_probabilities.exp().t());
  });
  return maps.reshape({-1, height, width});
}

}  // namespace wherefore
