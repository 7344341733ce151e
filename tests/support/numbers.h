#pragma once

#include <functional>
#include <string>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Fails the test where two tensors differ in shape, or by more than `relative` of the largest absolute expected value.
void ExpectClose(const at::Tensor& found, const at::Tensor& expected, double relative, const std::string& what = "");

/// Central differences of a scalar function at `x` (float64): the gradient that autograd should give.
at::Tensor FiniteDifferences(const at::Tensor& x, const std::function<double(const at::Tensor&)>& function);

}  // namespace wherefore
