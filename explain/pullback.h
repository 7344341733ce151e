#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// The gradients of `scores` (C) with respect to each of `values` (1, ...), from one backward pass for all of them:
/// (C, ...) each; undefined where the scores do not depend on a value. The graph is kept.
///
/// The rows travel back through the graph side by side, as with Python's torch.autograd.grad(is_grads_batched=True).
/// An operator that has no rule for that (a convolution, fused attention, embedding) runs once a row, the rest of the
/// pass side by side all the same; one that cannot carry rows at all, such as a custom one, costs a pass a score
/// instead.
std::vector<at::Tensor> PullBack(const at::Tensor& scores, const std::vector<at::Tensor>& values);

}  // namespace wherefore
