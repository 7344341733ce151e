#include "explain/accumulation.h"

#include <ATen/ATen.h>

namespace wherefore {

at::ScalarType AccumulationType(const at::Tensor& tensor) {
  const auto type = tensor.scalar_type();
  return type == at::kHalf || type == at::kBFloat16 ? at::kFloat : type;
}

at::Tensor Widened(const at::Tensor& tensor) { return tensor.to(AccumulationType(tensor)); }

at::Tensor Positions(int64_t count, const at::Tensor& like) {
  return at::arange(count, like.options().dtype(AccumulationType(like)));
}

}  // namespace wherefore
