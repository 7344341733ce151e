#include "explain/methods/baselines.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

namespace wherefore {
namespace {

constexpr int64_t kRandomCells = 14;

int64_t TargetsOf(const Subject& subject) {
  const c10::AutoGradMode no_gradients(false);
  Tape tape;
  return subject.score(subject.image, tape).scores.size(1);
}

}  // namespace

at::Tensor RandomMaps(const Subject& subject, const MethodOptions& options) {
  // Drawn on the host, so that every device has the same.
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(options.seed));
  const auto& image = subject.image;
  const int64_t height = std::min(kRandomCells, image.size(2));
  const int64_t width = std::min(kRandomCells, image.size(3));
  return at::rand({TargetsOf(subject), height, width}, generator, at::kFloat).to(image.device());
}

at::Tensor CenterMaps(const Subject& subject, const MethodOptions&) {
  const auto along = [&](int64_t size) {
    return (at::arange(size, subject.image.options()) - static_cast<double>(size - 1) / 2).square();
  };
  const auto& image = subject.image;
  const auto distance = (along(image.size(2)).unsqueeze(1) + along(image.size(3)).unsqueeze(0)).sqrt();
  return (1 - distance / distance.max()).expand({TargetsOf(subject), -1, -1}).contiguous();
}

}  // namespace wherefore
