#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/custom_function.h>

namespace wherefore {

/// x itself; counts how often a backward pass comes by.
struct Counted : torch::autograd::Function<Counted> {
  static at::Tensor forward(torch::autograd::AutogradContext*, const at::Tensor& x) { return x.clone(); }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 const torch::autograd::variable_list& incoming) {
    ++passes;
    return {incoming[0]};
  }
  static inline int passes = 0;
};

}  // namespace wherefore
