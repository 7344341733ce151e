#include "explain/measures/rank_correlation.h"

#include <vector>

#include <ATen/ATen.h>

#include "explain/error.h"

namespace wherefore {
namespace {

/// Ranks of a tensor's values, less their mean, at length 1; zero where all values are equal.
at::Tensor UnitRanks(const at::Tensor& tensor) {
  if (tensor.numel() == 0) ThrowUsage("there is no rank correlation of tensors without values");
  const auto values = tensor.to(at::kDouble).flatten();
  if (!at::isfinite(values).all().item<bool>()) ThrowUsage("there is no rank correlation of NaN or infinity");
  const auto [sorted, order] = values.sort();
  const auto [distinct, place, counts] = at::unique_consecutive(sorted, /*return_inverse=*/true,
                                                                /*return_counts=*/true);
  // The mean rank of n equal values that end at rank r (from 1): r - (n - 1) / 2.
  const auto shared = counts.cumsum(0).to(at::kDouble) - (counts - 1).to(at::kDouble) / 2;
  const double mean = static_cast<double>(values.numel() + 1) / 2;
  const auto ranks = at::empty_like(values).scatter_(0, order, shared.index_select(0, place) - mean);
  // Halves are exact in double, so that equal values leave exactly zero.
  const double length = ranks.norm().item<double>();
  return length > 0 ? ranks / length : ranks;
}

}  // namespace

double RankCorrelation(const at::Tensor& first, const at::Tensor& second) {
  if (first.sizes() != second.sizes()) {
    ThrowUsage("a rank correlation needs tensors of the same sizes; these are " + c10::str(first.sizes()) + " and " +
               c10::str(second.sizes()));
  }
  return at::dot(UnitRanks(first), UnitRanks(second)).clamp(-1, 1).item<double>();
}

at::Tensor RankCorrelations(const at::Tensor& maps) {
  if (maps.dim() != 3 || maps.numel() == 0) {
    ThrowUsage("maps to compare must be (M, H, W), with values; these are " + c10::str(maps.sizes()));
  }
  std::vector<at::Tensor> rows;
  for (int64_t m = 0; m < maps.size(0); ++m) rows.push_back(UnitRanks(maps[m]));
  const auto ranks = at::stack(rows);
  return at::mm(ranks, ranks.t()).clamp(-1, 1);
}

}  // namespace wherefore
