#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <c10/core/Device.h>

#include "tests/bench/measuring.h"

namespace wherefore {

/// The two compared in one process.
struct Comparison {
  std::string name;
  double bound = 0;             ///< the ratio that explained / plain should not pass
  std::function<Sides()> make;  ///< makes the model: one at a time, as where it is used
  int64_t iterations = 40;      ///< how often the two are timed
  int64_t photographs = 0;      ///< of a batch: its rates are printed too; 0: of no interest
};

/// To be compared by time, side by side.
std::vector<Comparison> TimeComparisons(c10::Device device);

/// Models of Hugging Face directories at full size, with random weights. By time.
std::vector<Comparison> HubComparisons(c10::Device device);

/// Why some of them cannot be less: the model with only those products of the backward pass that nothing can spare. By
/// time as well; they have no bound.
std::vector<Comparison> LimitComparisons(c10::Device device);

/// PullBack() of a caption's 13 scores, through a decoder that attends to an image's places, beside other ways to have
/// those gradients. By time, each with the decoder's forward pass.
std::vector<Comparison> PullBackComparisons(c10::Device device);

/// The same models' memory, to be compared by PeakBytes().
std::vector<Comparison> HubMemoryComparisons(c10::Device device);

/// To be compared by PeakBytes().
std::vector<Comparison> MemoryComparisons(c10::Device device);

}  // namespace wherefore
