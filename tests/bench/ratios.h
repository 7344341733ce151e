#pragma once

#include <functional>
#include <string>
#include <vector>

#include <c10/core/Device.h>

namespace wherefore {

/// Two ways to run a model, which they hold.
struct Sides {
  std::function<void()> plain;      ///< the model alone, without gradients
  std::function<void()> explained;  ///< its answer and the explanation
};

/// The two compared in one process.
struct Comparison {
  std::string name;
  double bound = 0;             ///< the ratio that explained / plain should not pass
  std::function<Sides()> make;  ///< makes the model: one at a time, as where it is used
};

/// To be compared by time, side by side.
std::vector<Comparison> TimeComparisons(c10::Device device);

/// Why some of them cannot be less: the model with only those products of the backward pass that nothing can spare. By
/// time as well; they have no bound.
std::vector<Comparison> LimitComparisons(c10::Device device);

/// To be compared by PeakBytes().
std::vector<Comparison> MemoryComparisons(c10::Device device);

/// Most bytes that tensors made by `run` held at once, as LibTorch's allocators report them. Weights do not count:
/// they are there before.
double PeakBytes(const std::function<void()>& run);

}  // namespace wherefore
