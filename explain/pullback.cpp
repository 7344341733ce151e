#include "explain/pullback.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#if __has_include(<ATen/LegacyVmapMode.h>)
#include <ATen/LegacyVmapMode.h>
#else
#include <ATen/VmapMode.h>  // LibTorch before 2.0
#endif

#include "explain/batching_rules.h"

namespace wherefore {
namespace {

/// While it lives, tensors may have a batch dimension that operators do not see.
class VmapLevel {
 public:
  VmapLevel() : level_(at::impl::VmapMode::increment_nesting()) {}
  ~VmapLevel() { at::impl::VmapMode::decrement_nesting(); }
  VmapLevel(const VmapLevel&) = delete;
  VmapLevel& operator=(const VmapLevel&) = delete;

  at::Tensor Batched(const at::Tensor& rows) const { return at::_add_batch_dim(rows, 0, level_); }
  at::Tensor Unbatched(const at::Tensor& x, int64_t rows) const { return at::_remove_batch_dim(x, level_, rows, 0); }

 private:
  int64_t level_;
};

std::vector<at::Tensor> SideBySide(const at::Tensor& scores, const std::vector<at::Tensor>& values) {
  const int64_t rows = scores.size(0);
  const VmapLevel level;
  const auto each_score = level.Batched(at::eye(rows, scores.options()));
  auto gradients = torch::autograd::grad({scores}, values, {each_score}, /*retain_graph=*/true,
                                         /*create_graph=*/false, /*allow_unused=*/true);
  for (auto& gradient : gradients) {
    // (rows, 1, ...): the 1 is that of the values
    if (gradient.defined()) gradient = level.Unbatched(gradient, rows).squeeze(1);
  }
  return gradients;
}

std::vector<at::Tensor> OneByOne(const at::Tensor& scores, const std::vector<at::Tensor>& values) {
  std::vector<std::vector<at::Tensor>> rows(values.size());
  for (int64_t row = 0; row < scores.size(0); ++row) {
    const auto gradients = torch::autograd::grad({scores[row]}, values, {}, /*retain_graph=*/true,
                                                 /*create_graph=*/false, /*allow_unused=*/true);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(gradients[i]);
  }
  std::vector<at::Tensor> stacked;
  for (const auto& row : rows) stacked.push_back(row.front().defined() ? at::cat(row, 0) : at::Tensor());
  return stacked;
}

}  // namespace

std::vector<at::Tensor> PullBack(const at::Tensor& scores, const std::vector<at::Tensor>& values) {
  if (scores.size(0) == 1) return OneByOne(scores, values);
  TeachBatchingRules();
  try {
    return SideBySide(scores, values);
  } catch (const c10::Error&) {
    return OneByOne(scores, values);
  }
}

}  // namespace wherefore
