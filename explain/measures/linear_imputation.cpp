#include "explain/measures/linear_imputation.h"

#include <array>
#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

constexpr int64_t kChannels = 3;
using Colour = std::array<double, kChannels>;
using Colours = std::vector<Colour>;

struct Neighbour {
  int64_t down;
  int64_t right;
  double weight;
};
constexpr std::array<Neighbour, 8> kNeighbours = {{{-1, -1, 1.0 / 12},
                                                   {-1, 0, 1.0 / 6},
                                                   {-1, 1, 1.0 / 12},
                                                   {0, -1, 1.0 / 6},
                                                   {0, 1, 1.0 / 6},
                                                   {1, -1, 1.0 / 12},
                                                   {1, 0, 1.0 / 6},
                                                   {1, 1, 1.0 / 12}}};

Colour Dot(const Colours& a, const Colours& b, std::size_t count) {
  Colour sum{};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < kChannels; ++c) sum[c] += a[i][c] * b[i][c];
  }
  return sum;
}

Colour Ratio(const Colour& a, const Colour& b) {
  Colour ratio{};
  for (std::size_t c = 0; c < kChannels; ++c) ratio[c] = b[c] > 0 ? a[c] / b[c] : 0;
  return ratio;
}

void AddScaled(const Colour& colour, const Colour& factor, Colour* sum) {
  for (std::size_t c = 0; c < kChannels; ++c) (*sum)[c] += factor[c] * colour[c];
}

/// Whether a channel's residual is still worth a step; both squared.
bool IsLeft(const Colour& residual, const Colour& first) {
  constexpr double kSmallest = 1e-8;
  for (std::size_t c = 0; c < kChannels; ++c) {
    if (residual[c] > kSmallest * kSmallest * first[c]) return true;
  }
  return false;
}

/// For each removed pixel: (weight of its neighbours) x - (weighted sum of those removed) = (the sum of those left).
/// A graph's Laplacian, symmetric, and positive definite as long as a pixel is left.
class Equations {
 public:
  /// `planes` (3, H, W) is read where nothing is removed, and written elsewhere by Solve().
  Equations(const bool* removed, double* planes, int64_t height, int64_t width)
      : planes_(planes), pixels_(height * width) {
    std::vector<std::int32_t> unknown(static_cast<std::size_t>(pixels_), -1);
    for (int64_t p = 0; p < pixels_; ++p) {
      if (!removed[p]) continue;
      unknown[static_cast<std::size_t>(p)] = static_cast<std::int32_t>(places_.size());
      places_.push_back(p);
    }
    weights_.resize(places_.size());
    right_.resize(places_.size());
    near_.resize(places_.size());
    for (std::size_t i = 0; i < places_.size(); ++i) {
      near_[i].fill(static_cast<std::int32_t>(places_.size()));  // one past the last: always zero
      for (std::size_t k = 0; k < kNeighbours.size(); ++k) {
        const int64_t y = places_[i] / width + kNeighbours[k].down;
        const int64_t x = places_[i] % width + kNeighbours[k].right;
        if (y >= 0 && x >= 0 && y < height && x < width) AddNeighbour(i, k, y * width + x, unknown);
      }
    }
  }

  /// By conjugate gradients, each channel its own.
  void Solve() {
    const std::size_t count = places_.size();
    Colours solution(count);
    Colours residual = right_;
    Colours direction = right_;
    direction.emplace_back();
    Colours product(count);
    Colour square = Dot(residual, residual, count);
    const Colour first = square;
    // But for rounding it takes no more steps than there are unknowns.
    for (std::size_t step = 0; step < 2 * count && IsLeft(square, first); ++step) {
      Multiply(direction, &product);
      const Colour length = Ratio(square, Dot(direction, product, count));
      for (std::size_t i = 0; i < count; ++i) {
        AddScaled(direction[i], length, &solution[i]);
        AddScaled(product[i], {-length[0], -length[1], -length[2]}, &residual[i]);
      }
      const Colour next = Dot(residual, residual, count);
      const Colour kept = Ratio(next, square);
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < kChannels; ++c) direction[i][c] = residual[i][c] + kept[c] * direction[i][c];
      }
      square = next;
    }
    Write(solution);
  }

 private:
  void AddNeighbour(std::size_t i, std::size_t k, int64_t place, const std::vector<std::int32_t>& unknown) {
    const double weight = kNeighbours[k].weight;
    weights_[i] += weight;
    const auto other = unknown[static_cast<std::size_t>(place)];
    if (other >= 0) {
      near_[i][k] = other;
      return;
    }
    for (std::size_t c = 0; c < kChannels; ++c) {
      right_[i][c] += weight * planes_[static_cast<int64_t>(c) * pixels_ + place];
    }
  }

  /// The left side, of colours with a zero after the last.
  void Multiply(const Colours& x, Colours* product) const {
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      Colour sum{};
      for (std::size_t c = 0; c < kChannels; ++c) sum[c] = weights_[i] * x[i][c];
      for (std::size_t k = 0; k < kNeighbours.size(); ++k) {
        const Colour& other = x[static_cast<std::size_t>(near_[i][k])];
        for (std::size_t c = 0; c < kChannels; ++c) sum[c] -= kNeighbours[k].weight * other[c];
      }
      (*product)[i] = sum;
    }
  }

  void Write(const Colours& solution) {
    for (std::size_t i = 0; i < solution.size(); ++i) {
      for (std::size_t c = 0; c < kChannels; ++c)
        planes_[static_cast<int64_t>(c) * pixels_ + places_[i]] = solution[i][c];
    }
  }

  double* planes_;
  int64_t pixels_;
  std::vector<int64_t> places_;  ///< of the removed pixels, the unknowns
  std::vector<double> weights_;
  Colours right_;
  std::vector<std::array<std::int32_t, 8>> near_;  ///< the neighbours that are unknown
};

}  // namespace

at::Tensor ImputeLinearly(const at::Tensor& image, const at::Tensor& removed) {
  if (image.dim() != 4 || image.size(0) != 1 || image.size(1) != kChannels || removed.dim() != 3 ||
      removed.scalar_type() != at::kBool || removed.sizes().slice(1) != image.sizes().slice(2)) {
    ThrowUsage(
        "pixels are imputed in an image (1, 3, H, W) where a mask (N, H, W) of truth values says so; these are " +
        c10::str(image.sizes()) + " and " + c10::str(removed.sizes()));
  }
  if (!at::isfinite(image).all().item<bool>()) ThrowUsage("the image holds NaN or infinity");
  const at::NoGradGuard no_gradients;
  const auto masks = removed.to(at::kCPU).contiguous();
  const auto images = image.to(at::kCPU, at::kDouble).repeat({removed.size(0), 1, 1, 1});
  for (int64_t n = 0; n < removed.size(0); ++n) {
    Equations(masks[n].data_ptr<bool>(), images[n].data_ptr<double>(), image.size(2), image.size(3)).Solve();
  }
  return images.to(image.device());
}

}  // namespace wherefore
