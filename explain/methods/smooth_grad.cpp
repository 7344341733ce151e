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
  // Drawn on the host image by image, so that every device has the same, however many go together.
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(options.seed));
  const auto noisy = [&](int64_t, int64_t rows) {
    auto images = image.repeat({rows, 1, 1, 1});
    for (int64_t row = 0; row < rows; ++row) {
      images[row] += deviation * at::randn(image.sizes().slice(1), generator, at::kFloat).to(image.options());
    }
    return images;
  };
  auto mean = at::zeros({asking.whole().scores.size(1), image.size(1), image.size(2), image.size(3)}, image.options());
  asking.DifferentiateImages(samples, noisy, [&](int64_t target, const at::Tensor& gradient) {
    mean[target].add_(gradient.sum(0), 1.0 / static_cast<double>(samples));
  });
  return mean;
}

}  // namespace wherefore
