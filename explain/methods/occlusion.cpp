#include "explain/methods/occlusion.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "explain/methods/asking.h"

namespace wherefore {
namespace {

/// Where squares begin along a side, the last one at its end.
std::vector<int64_t> Begins(int64_t side, int64_t patch, int64_t stride) {
  std::vector<int64_t> begins;
  for (int64_t begin = 0; begin + patch < side; begin += stride) begins.push_back(begin);
  begins.push_back(std::max<int64_t>(0, side - patch));
  return begins;
}

}  // namespace

at::Tensor Occlusion(const Subject& subject, const MethodOptions& options) {
  const at::NoGradGuard no_gradients;
  const auto& image = subject.image;
  const auto patch = static_cast<int64_t>(options.occlusion_patch);
  const auto stride = static_cast<int64_t>(options.occlusion_stride);
  options.Check();
  const int64_t height = std::min(patch, image.size(2));
  const int64_t width = std::min(patch, image.size(3));
  std::vector<std::pair<int64_t, int64_t>> squares;
  for (const auto y : Begins(image.size(2), patch, stride)) {
    for (const auto x : Begins(image.size(3), patch, stride)) squares.emplace_back(y, x);
  }
  Asking asking(subject, options, /*needs_layer=*/false);
  const auto& whole = asking.whole().scores;
  auto maps = at::zeros({whole.size(1), image.size(2), image.size(3)}, image.options());
  auto covered = at::zeros({image.size(2), image.size(3)}, image.options());
  const auto square = [&](const at::Tensor& picture, std::size_t i) {
    return picture.narrow(-2, squares[i].first, height).narrow(-1, squares[i].second, width);
  };
  const auto occluded = [&](int64_t first, int64_t rows) {
    auto images = image.repeat({rows, 1, 1, 1});
    for (int64_t row = 0; row < rows; ++row) square(images[row], static_cast<std::size_t>(first + row)).zero_();
    return images;
  };
  asking.AboutImages(static_cast<int64_t>(squares.size()), occluded,
                     [&](int64_t first, const at::Tensor&, const TargetScores& left) {
                       const auto fall = whole - left.scores;
                       for (int64_t row = 0; row < fall.size(0); ++row) {
                         const auto i = static_cast<std::size_t>(first + row);
                         square(maps, i).add_(fall[row].reshape({-1, 1, 1}));
                         square(covered, i).add_(1);
                       }
                     });
  return maps / covered;
}

}  // namespace wherefore
