#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/module.h>

#include "models/convolutional/trunk.h"

namespace wherefore {

/// A module's parameters and buffers in the order of PyTorch's state_dict: each module's own before its children's.
std::vector<std::pair<std::string, at::Tensor>> StateDict(const torch::nn::Module& module);

/// Sets every weight by the formula in tests/golden/README.md.
void SetFormulaWeights(torch::nn::Module& module);

/// The whole network of that type with the formula's weights.
std::shared_ptr<Trunk> FormulaTrunk(const std::string& type);

/// The formula's image (1, 3, 224, 224).
at::Tensor FormulaImage();

}  // namespace wherefore
