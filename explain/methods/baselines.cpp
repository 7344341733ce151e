#include "explain/methods/baselines.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "explain/accumulation.h"

namespace wherefore {
namespace {

constexpr int64_t kRandomCells = 14;

}  // namespace

at::Tensor RandomMaps(const Subject& subject, const MethodOptions& options) {
  // Drawn on the host, so that every device has the same.
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(options.seed));
  const auto& image = subject.image;
  const int64_t height = std::min(kRandomCells, image.size(2));
  const int64_t width = std::min(kRandomCells, image.size(3));
  return at::rand({subject.targets, height, width}, generator, at::kFloat).to(image.device());
}

at::Tensor CenterMaps(const Subject& subject, const MethodOptions&) {
  const auto along = [&](int64_t size) {
    return (Positions(size, subject.image) - static_cast<double>(size - 1) / 2).square();
  };
  const auto& image = subject.image;
  const auto distance = (along(image.size(2)).unsqueeze(1) + along(image.size(3)).unsqueeze(0)).sqrt();
  // An image of one pixel has no corner away from its middle; in any other that is half a pixel away at least.
  const auto farthest = distance.max().clamp_min(0.5);
  return (1 - distance / farthest).expand({subject.targets, -1, -1}).contiguous();
}

}  // namespace wherefore
