#include "models/device.h"

#include <utility>
#include <vector>

#include <ATen/Context.h>
#include <torch/cuda.h>

#include <cstdint>

#include "explain/error.h"

namespace wherefore {

at::ScalarType DtypeNamed(const std::string& name) {
  const std::vector<std::pair<std::string, at::ScalarType>> known = {
      {"float32", at::kFloat}, {"bfloat16", at::kBFloat16}, {"float16", at::kHalf}};
  std::vector<std::string> names;
  for (const auto& [one, dtype] : known) {
    if (one == name) return dtype;
    names.push_back(one);
  }
  ThrowUsage("there is no dtype '" + name + "' to compute in" + DidYouMean(name, names, ".") +
             " Weights are kept as float32, bfloat16 or float16");
}

void RequireDevice(c10::Device device) {
  if (device.is_cpu()) return;
  if (!device.is_cuda()) ThrowUsage("device '" + device.str() + "' is not supported; use cpu or cuda");
  const auto count = static_cast<int64_t>(torch::cuda::is_available() ? torch::cuda::device_count() : 0);
  if (count == 0) ThrowUsage("device '" + device.str() + "' is not there: LibTorch finds no CUDA GPU; use cpu");
  if (device.has_index() && device.index() >= count) {
    ThrowUsage("device '" + device.str() + "' is not there: this machine has " + std::to_string(count) +
               " CUDA GPUs, numbered from 0");
  }
  at::globalContext().setAllowTF32CuDNN(false);
}

c10::Device DeviceNamed(const std::string& name) {
  const std::string prefix = "cuda:";
  const bool numbered = name.compare(0, prefix.size(), prefix) == 0 && name.size() > prefix.size() &&
                        name.size() <= prefix.size() + 3 &&
                        name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
  if (name != "cpu" && name != "cuda" && !(numbered && std::stoi(name.substr(prefix.size())) < 128)) {
    ThrowUsage("unknown device '" + name + "'; known are cpu, cuda and cuda:N (N from 0)" +
               DidYouMean(name, {"cpu", "cuda"}));
  }
  const c10::Device device(name);
  RequireDevice(device);
  return device;
}

}  // namespace wherefore
