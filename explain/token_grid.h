#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "explain/tape.h"

namespace wherefore {

/// A layer's output whose places are a grid of tokens, and the map (N, K, h, w) that lies in it.
class TokenGrid {
 public:
  /// `output` (N, L, K), or (N, h, w, K) where nothing lies beside the grid. Throws Error(kUsage), with the layer's
  /// name, where the places do not fit.
  TokenGrid(const std::string& layer, const at::Tensor& output, const Places& places);

  /// (N, K, h, w)
  std::vector<int64_t> MapSizes() const;

  /// The grid's tokens as a view (N, K, h, w).
  at::Tensor Map() const;

  /// (L, 1), of the output's dtype and device: 1 at the grid's tokens, 0 beside them.
  at::Tensor IsInside() const;

  /// The output with this map (R, K, h, w) in the place of its own: the other tokens are those of `output`, one row of
  /// which is repeated where R is another number. Throws Error(kUsage) where the map is of another size.
  at::Tensor WithMap(const at::Tensor& map) const;

 private:
  std::string layer_;
  at::Tensor sequence_;  // (N, L, K)
  int64_t height_;
  int64_t width_;
  int64_t first_;
  bool is_sequence_;  // else it was (N, h, w, K)
};

}  // namespace wherefore
