#pragma once

#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

/// Values over the steps of a training run.
struct Curve {
  std::string name;
  std::vector<int64_t> steps;
  std::vector<double> values;
};

/// A picture of the loss (logarithmic, left) and of those figures that are shares, from 0 to 1 (right), over the steps.
at::Tensor DrawLearningCurve(const Curve& loss, const std::vector<Curve>& figures);

}  // namespace wherefore
