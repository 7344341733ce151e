#pragma once

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Spearman's rho of two tensors of the same sizes, in [-1, 1]: the correlation of their ranks, equal values sharing
/// the mean of theirs. With an occlusion map it is the faithfulness of Selvaraju et al. 2020, with another method's map
/// their agreement. A tensor that is the same everywhere orders nothing: 0, with itself too.
/// Throws Error(kUsage) for other sizes, no value at all, or NaN or infinity.
double RankCorrelation(const at::Tensor& first, const at::Tensor& second);

/// Of each of `maps` (M, H, W) with each: (M, M), double, on the maps' device. Throws as RankCorrelation().
at::Tensor RankCorrelations(const at::Tensor& maps);

}  // namespace wherefore
