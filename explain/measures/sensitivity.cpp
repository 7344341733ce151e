#include "explain/measures/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "explain/error.h"

namespace wherefore {
namespace {

void Check(const at::Tensor& image, const SensitivityOptions& options) {
  if (image.dim() != 4 || image.size(0) != 1) {
    ThrowUsage("an image must be (1, C, H, W); this one is " + c10::str(image.sizes()));
  }
  if (options.samples < 1) ThrowUsage("sensitivity needs 1 sample or more, not " + std::to_string(options.samples));
  if (!(options.radius > 0) || std::isinf(options.radius)) {
    ThrowUsage("sensitivity needs a radius above 0, not " + std::to_string(options.radius));
  }
}

at::Tensor FiniteMap(const at::Tensor& map) {
  const auto values = map.detach().to(at::kDouble);
  if (!at::isfinite(values).all().item<bool>()) ThrowUsage("a map holds NaN or infinity; see where it was made");
  return values;
}

double Change(double difference, double length) {
  if (difference == 0) return 0;
  return length > 0 ? difference / length : std::numeric_limits<double>::infinity();
}

}  // namespace

double MaxSensitivity(const at::Tensor& image, const MapOfImage& map_of, const SensitivityOptions& options) {
  Check(image, options);
  // Drawn on the host, so that every device has the same.
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(options.seed));
  const auto map = FiniteMap(map_of(image));
  const double length = map.norm().item<double>();
  double largest = 0;
  for (int64_t sample = 0; sample < options.samples; ++sample) {
    const auto change = (2 * at::rand(image.sizes(), generator, at::kDouble) - 1) * options.radius;
    const auto changed = FiniteMap(map_of(image + change.to(image.options())));
    if (changed.sizes() != map.sizes()) {
      ThrowUsage("maps of near images must be of one size; these are " + c10::str(map.sizes()) + " and " +
                 c10::str(changed.sizes()));
    }
    largest = std::max(largest, Change((changed - map).norm().item<double>(), length));
  }
  return largest;
}

}  // namespace wherefore
