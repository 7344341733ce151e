#include "explain/batching_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/util/Optional.h>
#include <torch/library.h>
#if __has_include(<ATen/LegacyVmapTransforms.h>)
#include <ATen/LegacyVmapTransforms.h>
#else
#include <ATen/VmapTransforms.h>  // LibTorch before 2.0
#endif

namespace wherefore {
namespace {

/// An operator's tensors with the batch's rows in front, where the operator does not see them.
class Batch {
 public:
  explicit Batch(const std::vector<at::Tensor>& tensors)
      : views_(at::MultiBatchVmapTransform::logicalToPhysical(tensors)) {
    int64_t most = 0;
    for (const auto& tensor : tensors) most = std::max(most, tensor.dim());
    levels_ = views_.front().tensor().dim() - tensors.front().dim();
    for (auto& view : views_) {
      auto rows = view.tensor();
      while (rows.dim() < levels_ + most) rows = rows.unsqueeze(levels_);
      rows_.push_back(rows);
    }
  }

  /// (T, ...) of the tensor of that number, in which rows that all share are not copied; with sizes of 1 behind T so
  /// that all have as many dimensions.
  const at::Tensor& operator[](std::size_t i) const { return rows_[i]; }

  /// The rows' sizes before those that the operator sees: (T, ...).
  std::vector<int64_t> Sizes(at::IntArrayRef seen) const {
    auto sizes = rows_.front().sizes().slice(0, static_cast<std::size_t>(levels_)).vec();
    sizes.insert(sizes.end(), seen.begin(), seen.end());
    return sizes;
  }

  /// A result (T, ...) as the operator's caller has it.
  at::Tensor Result(const at::Tensor& rows) { return views_.front().getPhysicalToLogicalMap().apply(rows); }

 private:
  at::VmapPhysicalViewVec views_;
  int64_t levels_ = 0;
  std::vector<at::Tensor> rows_;
};

/// The number of a tensor's dimension, counted from its end: it stays when rows come in front.
int64_t FromTheEnd(int64_t dim, const at::Tensor& tensor) { return dim < 0 ? dim : dim - tensor.dim(); }

using PointwiseBackward = at::Tensor (*)(const at::Tensor& gradient, const at::Tensor& forward);

template <PointwiseBackward backward>
at::Tensor Pointwise(const at::Tensor& gradient, const at::Tensor& forward) {
  Batch batch({gradient, forward});
  return batch.Result(backward(batch[0], batch[1]));
}

at::Tensor GeluBackward(const at::Tensor& gradient, const at::Tensor& input, c10::string_view approximate) {
  Batch batch({gradient, input});
  return batch.Result(at::gelu_backward(batch[0], batch[1], approximate));
}

using SoftmaxBackwardData = at::Tensor (*)(const at::Tensor& gradient, const at::Tensor& output, int64_t dim,
                                           at::ScalarType input_type);

template <SoftmaxBackwardData backward>
at::Tensor SoftmaxBackward(const at::Tensor& gradient, const at::Tensor& output, int64_t dim,
                           at::ScalarType input_type) {
  Batch batch({gradient, output});
  // LibTorch 1.13 takes the output for contiguous.
  return batch.Result(backward(batch[0], batch[1].contiguous(), FromTheEnd(dim, gradient), input_type));
}

using LayerNormGradients = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

LayerNormGradients LayerNormBackward(const at::Tensor& gradient, const at::Tensor& input, at::IntArrayRef shape,
                                     const at::Tensor& mean, const at::Tensor& rstd,
                                     const c10::optional<at::Tensor>& weight, const c10::optional<at::Tensor>& bias,
                                     std::array<bool, 3> wanted) {
  TORCH_CHECK(!wanted[1] && !wanted[2], "gradients of a layer norm's weight and bias take a pass a row");
  Batch batch({gradient, input, mean, rstd});
  const auto gradients = at::native_layer_norm_backward(batch[0], batch[1], shape, batch[2].contiguous(),
                                                        batch[3].contiguous(), weight, bias, wanted);
  return {batch.Result(std::get<0>(gradients)), at::Tensor(), at::Tensor()};
}

at::Tensor Where(const at::Tensor& condition, const at::Tensor& x, const at::Tensor& other) {
  Batch batch({condition, x, other});
  return batch.Result(at::where(batch[0], batch[1], batch[2]));
}

at::Tensor WhereElseNumber(const at::Tensor& condition, const at::Tensor& x, const at::Scalar& other) {
  Batch batch({condition, x});
  return batch.Result(at::where(batch[0], batch[1], other));
}

at::Tensor WhereNumberElse(const at::Tensor& condition, const at::Scalar& x, const at::Tensor& other) {
  Batch batch({condition, other});
  return batch.Result(at::where(batch[0], x, batch[1]));
}

at::Tensor MaskedFill(const at::Tensor& x, const at::Tensor& mask, const at::Scalar& value) {
  Batch batch({x, mask});
  return batch.Result(at::masked_fill(batch[0], batch[1], value));
}

at::Tensor GatherBackward(const at::Tensor& gradient, const at::Tensor& input, int64_t dim, const at::Tensor& index,
                          bool /*sparse_gradient*/) {
  Batch batch({gradient, index});
  auto sum = at::zeros(batch.Sizes(input.sizes()), batch[0].options());
  return batch.Result(sum.scatter_add_(FromTheEnd(dim, input), batch[1], batch[0]));
}

at::Tensor IndexSelectBackward(const at::Tensor& gradient, at::IntArrayRef input_sizes, int64_t dim,
                               const at::Tensor& index) {
  Batch batch({gradient});
  auto sum = at::zeros(batch.Sizes(input_sizes), batch[0].options());
  return batch.Result(sum.index_add_(FromTheEnd(dim, gradient), index, batch[0]));
}

/// Leaves out an operator that LibTorch has a rule for, or has not at all.
template <typename Rule>
void Teach(torch::Library* rules, const std::string& name, Rule rule) {
  const auto dot = name.find('.');
  const std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
  const auto found = c10::Dispatcher::singleton().findSchema({"aten::" + name.substr(0, dot), overload});
  if (found && !found->hasKernelForDispatchKey(c10::DispatchKey::Batched)) rules->impl(name.c_str(), rule);
}

torch::Library Taught() {
  torch::Library rules(torch::Library::IMPL, "aten", c10::DispatchKey::Batched, __FILE__, __LINE__);
  Teach(&rules, "gelu_backward", GeluBackward);
  Teach(&rules, "silu_backward", Pointwise<at::silu_backward>);
  Teach(&rules, "tanh_backward", Pointwise<at::tanh_backward>);
  Teach(&rules, "_softmax_backward_data", SoftmaxBackward<at::_softmax_backward_data>);
  Teach(&rules, "_log_softmax_backward_data", SoftmaxBackward<at::_log_softmax_backward_data>);
  Teach(&rules, "native_layer_norm_backward", LayerNormBackward);
  Teach(&rules, "where.self", Where);
  Teach(&rules, "where.ScalarOther", WhereElseNumber);
  Teach(&rules, "where.ScalarSelf", WhereNumberElse);
  Teach(&rules, "masked_fill.Scalar", MaskedFill);
  Teach(&rules, "gather_backward", GatherBackward);
  Teach(&rules, "index_select_backward", IndexSelectBackward);
  return rules;
}

}  // namespace

void TeachBatchingRules() { static const torch::Library rules = Taught(); }

}  // namespace wherefore
