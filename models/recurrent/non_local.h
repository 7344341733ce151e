#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>

namespace wherefore {

/// A non-local block (Wang et al. 2018, equations 1 and 6) on the places of a feature map: each place adds to itself a
/// linear function of the sum, over all places j, of f(i, j) times an embedding of j. f is the sigmoid of the product
/// of the two places' embeddings (Ramapuram et al. 2024, with their scale and bias): it lets a place count what is like
/// it, where a softmax, whose parts sum to 1, cannot. Module names of github.com/AlexHex7/Non-local_pytorch.
class NonLocalBlock : public torch::nn::Module {
 public:
  NonLocalBlock(int64_t channels, int64_t size);

  /// Places (N, places, K) to the same shape.
  at::Tensor forward(const at::Tensor& places) { return forward(places, Affinities(places)); }

  /// The same, where the affinities are known already.
  at::Tensor forward(const at::Tensor& places, const at::Tensor& affinities);

  /// What f is the sigmoid of: (N, places i, places j).
  at::Tensor Affinities(const at::Tensor& places);

 private:
  torch::nn::Linear theta_{nullptr};
  torch::nn::Linear phi_{nullptr};
  torch::nn::Linear g_{nullptr};
  torch::nn::Linear w_{nullptr};
};

}  // namespace wherefore
