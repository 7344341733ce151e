#pragma once

#include <map>
#include <string>
#include <utility>

#include <ATen/ATen.h>
#include <torch/nn/module.h>

namespace wherefore {

/// A network's parameters and buffers by name, for computing by hand what it should give.
class WeightTable {
 public:
  explicit WeightTable(const torch::nn::Module& network) {
    for (const auto& item : network.named_parameters()) weights_[item.key()] = item.value().detach();
    for (const auto& item : network.named_buffers()) weights_[item.key()] = item.value();
  }

  const at::Tensor& operator[](const std::string& name) const { return weights_.at(name); }

  /// The fully connected layer of that name, of rows (N, n) or one (n).
  at::Tensor Linear(const std::string& name, const at::Tensor& x) const {
    return at::matmul(x, weights_.at(name + ".weight").t()) + weights_.at(name + ".bias");
  }

  /// One step of the LSTM cell of that name; `state` is (h, c).
  void LstmStep(const std::string& name, const at::Tensor& input, std::pair<at::Tensor, at::Tensor>* state) const {
    auto& [h, c] = *state;
    const auto gates = at::mv(weights_.at(name + ".weight_ih"), input) + weights_.at(name + ".bias_ih") +
                       at::mv(weights_.at(name + ".weight_hh"), h) + weights_.at(name + ".bias_hh");
    const auto parts = gates.chunk(4);
    c = parts[1].sigmoid() * c + parts[0].sigmoid() * parts[2].tanh();
    h = parts[3].sigmoid() * c.tanh();
  }

 private:
  std::map<std::string, at::Tensor> weights_;
};

}  // namespace wherefore
