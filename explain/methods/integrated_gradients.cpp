#include "explain/methods/integrated_gradients.h"

#include <vector>

#include <ATen/ATen.h>

#include "explain/accumulation.h"
#include "explain/methods/asking.h"

namespace wherefore {

at::Tensor IntegratedGradients(const Subject& subject, const MethodOptions& options) {
  const auto steps = static_cast<int64_t>(options.steps);
  Asking asking(subject, options, /*needs_layer=*/false);
  const auto& image = subject.image;
  const auto black = subject.black.expand_as(image);
  const auto between = [&](int64_t first, int64_t rows) {
    const auto share = (Positions(rows, image) + (static_cast<double>(first) + 0.5)) / static_cast<double>(steps);
    return (black + share.reshape({-1, 1, 1, 1}) * (image - black)).to(image.scalar_type());
  };
  auto mean = at::zeros({asking.whole().scores.size(1), image.size(1), image.size(2), image.size(3)},
                        image.options().dtype(AccumulationType(image)));
  asking.DifferentiateImages(steps, between, [&](int64_t target, const at::Tensor& gradient) {
    mean[target].add_(gradient.sum(0), 1.0 / static_cast<double>(steps));
  });
  return mean * (image - black);
}

}  // namespace wherefore
