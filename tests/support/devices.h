#pragma once

#include <vector>

#include <c10/core/Device.h>
#include <torch/cuda.h>

namespace wherefore {

/// Where tests run: on the CPU, and on CUDA too where there is a GPU.
inline std::vector<c10::Device> Devices() {
  std::vector<c10::Device> devices = {c10::kCPU};
  if (torch::cuda::is_available()) devices.emplace_back(c10::kCUDA, 0);
  return devices;
}

}  // namespace wherefore
