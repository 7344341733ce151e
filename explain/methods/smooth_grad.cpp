#include "explain/methods/smooth_grad.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "explain/methods/asking.h"

namespace wherefore {

at::Tensor SmoothGrad(const Subject& subject, const MethodOptions& options) {
  const auto samples = static_cast<int64_t>(options.samples);
  Asking asking(subject, options, /*needs_layer=*/false);
  const auto& image = subject.image;
  const double deviation = options.noise * (image.max() - image.min()).item<double>();
  // Drawn on the host, so that every device has the same.
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(options.seed));
  const auto noisy = [&](int64_t, int64_t rows) {
    const auto noise = at::randn({rows, image.size(1), image.size(2), image.size(3)}, generator, at::kFloat);
    return image + deviation * noise.to(image.options());
  };
  auto mean = at::zeros({asking.whole().scores.size(1), image.size(1), image.size(2), image.size(3)}, image.options());
  asking.DifferentiateImages(samples, noisy, [&](int64_t target, const at::Tensor& gradient) {
    mean[target].add_(gradient.sum(0), 1.0 / static_cast<double>(samples));
  });
  return mean;
}

}  // namespace wherefore
