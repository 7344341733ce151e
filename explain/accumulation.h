#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

namespace wherefore {

/// The dtype in which a softmax, a sum or a row of positions is computed beside a tensor: float32 where the tensor is
/// bfloat16 or float16, whose few digits they would use up, else the tensor's own.
at::ScalarType AccumulationType(const at::Tensor& tensor);

/// The tensor in its AccumulationType(): the tensor itself where it is float32 or float64.
at::Tensor Widened(const at::Tensor& tensor);

/// 0, 1, ... count - 1, in the AccumulationType() of `like`, on the device of `like`.
at::Tensor Positions(int64_t count, const at::Tensor& like);

}  // namespace wherefore
