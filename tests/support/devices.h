#pragma once

#include <cstdlib>
#include <vector>

#include <c10/core/Device.h>
#include <torch/cuda.h>

namespace wherefore {

/// Whether this run of the tests is for CUDA: RunMain() adds `--device cuda`, and a GPU is pretended where there is
/// none.
inline bool TestedOnCuda() { return std::getenv("WHEREFORE_TEST_CUDA") != nullptr; }

/// Where tests run: on the CPU, and on CUDA too where there is a GPU.
inline std::vector<c10::Device> Devices() {
  std::vector<c10::Device> devices = {c10::kCPU};
  if (torch::cuda::is_available()) devices.emplace_back(c10::kCUDA, 0);
  return devices;
}

}  // namespace wherefore
