#include "explain/methods/rise.h"

#include <algorithm>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "explain/methods/asking.h"

namespace wherefore {
namespace {

/// Random masks (rows, H, W) in [0, 1]: cells kept or not, enlarged so that one more cell than fits is there, and
/// shifted by less than a cell.
class Masks {
 public:
  Masks(const Subject& subject, const MethodOptions& options)
      : options_(options),
        like_(subject.image),
        generator_(at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(options.seed))) {}

  at::Tensor Next(int64_t rows) {
    const auto cells = static_cast<int64_t>(options_.rise_cells);
    const int64_t height = like_.size(2);
    const int64_t width = like_.size(3);
    const int64_t cell_height = (height + cells - 1) / cells;
    const int64_t cell_width = (width + cells - 1) / cells;
    auto masks = at::empty({rows, height, width}, like_.options());
    for (int64_t row = 0; row < rows; ++row) {
      // Drawn on the host mask by mask, so that every device has the same, however many go together.
      const auto kept = at::rand({1, 1, cells, cells}, generator_, at::kFloat).lt(options_.rise_keep).to(at::kFloat);
      const auto y = at::randint(cell_height, {1}, generator_, at::kLong).item<int64_t>();
      const auto x = at::randint(cell_width, {1}, generator_, at::kLong).item<int64_t>();
      const auto large = at::upsample_bilinear2d(kept.to(like_.options()),
                                                 {(cells + 1) * cell_height, (cells + 1) * cell_width}, false);
      masks[row].copy_(large[0][0].narrow(0, y, height).narrow(1, x, width));
    }
    return masks;
  }

 private:
  const MethodOptions& options_;
  const at::Tensor& like_;
  at::Generator generator_;
};

}  // namespace

at::Tensor Rise(const Subject& subject, const MethodOptions& options) {
  const at::NoGradGuard no_gradients;
  const auto count = static_cast<int64_t>(options.rise_masks);
  const auto& image = subject.image;
  Asking asking(subject, options, /*needs_layer=*/false);
  Masks masks(subject, options);
  at::Tensor batch;
  auto sum = at::zeros({asking.whole().scores.size(1), image.size(2) * image.size(3)}, image.options());
  const auto through = [&](int64_t, int64_t rows) {
    batch = masks.Next(rows);
    return image * batch.unsqueeze(1);
  };
  asking.AboutImages(count, through, [&](int64_t, const at::Tensor&, const TargetScores& seen) {
    sum.addmm_(seen.log_probabilities.exp().t().to(sum.scalar_type()), batch.flatten(1));
  });
  const auto maps = sum / (static_cast<double>(count) * options.rise_keep);
  return maps.reshape({-1, image.size(2), image.size(3)});
}

}  // namespace wherefore
