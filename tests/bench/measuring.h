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

double Median(std::vector<double> values);

/// That `run` takes until the device has done it.
double Seconds(const std::function<void()>& run, c10::Device device);

/// That all threads of this process have computed so far: what other processes take from them does not count.
double ProcessorSeconds();

/// Most bytes that tensors made by `run` held at once, as LibTorch's allocators report them. Weights do not count:
/// they are there before.
double PeakBytes(const std::function<void()>& run);

/// What a benchmark is told on the command line.
struct BenchmarkOptions {
  c10::Device device = c10::kCPU;
  bool dry = false;  ///< everything is run as few times as can be: to see that it runs, not how long it takes
};

/// Takes the arguments `--device D`, `--threads N` (also with `=`) and `--dry` out of the command line and sets up the
/// process as the programs do; google/benchmark refuses what it does not know. Throws Error(kUsage) for a device that
/// is not there, or no number of threads.
BenchmarkOptions SetUp(int* argc, char** argv);

}  // namespace wherefore
