#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <torch/nn/module.h>

namespace wherefore {

/// Keeps a module as an explanation needs it, for as long as the guard lives: in evaluation mode, its parameters
/// without gradients, so that neither the trunk before the cut builds a graph nor weights are differentiated.
/// What each parameter and each submodule was before is restored, also where an exception passes.
class FrozenModule {
 public:
  explicit FrozenModule(torch::nn::Module& module);
  ~FrozenModule();
  FrozenModule(const FrozenModule&) = delete;
  FrozenModule& operator=(const FrozenModule&) = delete;

 private:
  torch::nn::Module& module_;
  bool training_;
  std::vector<std::pair<std::shared_ptr<torch::nn::Module>, bool>> children_training_;
  std::vector<at::Tensor> differentiated_;
};

}  // namespace wherefore
