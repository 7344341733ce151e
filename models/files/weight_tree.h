#pragma once

#include <string>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "models/files/weights.h"

namespace wherefore {

/// Takes a network's weights by name and makes each a parameter of a tree of modules under the names of the file: a
/// network that is written as functions of tensors has modules all the same, which devices, fingerprints and tests of
/// sanity go through. Handles of tensors stay valid where the network is moved to a device.
class WeightTree {
 public:
  WeightTree(torch::nn::Module& module, Weights weights) : module_(module), weights_(std::move(weights)) {}

  /// The part below a name of the file, with or without dots: In("encoder.layer.0").
  WeightTree In(const std::string& name) const;

  bool Has(const std::string& name) const { return weights_.Has(name); }

  /// Throws as Weights::ShapeOf(), and Error(kBadFile) for a weight of another number of dimensions.
  std::vector<int64_t> ShapeOf(const std::string& name, std::size_t dimensions) const;

  /// A weight of this shape, frozen, named without dots. Throws as Weights::Take().
  at::Tensor Take(const std::string& name, c10::IntArrayRef shape) const;

  /// A statistic of a normalisation, which is no parameter.
  at::Tensor TakeBuffer(const std::string& name, c10::IntArrayRef shape) const;

 private:
  torch::nn::Module& module_;
  Weights weights_;
};

}  // namespace wherefore
