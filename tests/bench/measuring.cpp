#include "tests/bench/measuring.h"

#include <time.h>

#include <algorithm>
#include <chrono>

#include <torch/cuda.h>

#include "explain/error.h"
#include "models/device.h"
#include "tools/command_line/process.h"

namespace wherefore {
namespace {

std::string TakeOption(int* argc, char** argv, const std::string& name, const std::string& otherwise) {
  std::string value = otherwise;
  int kept = 0;
  for (int i = 0; i < *argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind(name + "=", 0) == 0) {
      value = argument.substr(name.size() + 1);
    } else if (argument == name && i + 1 < *argc) {
      value = argv[++i];
    } else {
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
  return value;
}

bool TakeFlag(int* argc, char** argv, const std::string& name) {
  char** end = std::remove_if(argv + 1, argv + *argc, [&](const char* argument) { return argument == name; });
  const bool given = end != argv + *argc;
  *argc = static_cast<int>(end - argv);
  return given;
}

}  // namespace

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double Seconds(const std::function<void()>& run, c10::Device device) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  if (device.is_cuda()) torch::cuda::synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double ProcessorSeconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

BenchmarkOptions SetUp(int* argc, char** argv) {
  const bool dry = TakeFlag(argc, argv, "--dry");
  const auto device = DeviceNamed(TakeOption(argc, argv, "--device", "cpu"));
  const auto threads = TakeOption(argc, argv, "--threads", "");
  if (!threads.empty()) {
    const bool is_number = threads.size() < 6 && threads.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || std::stoi(threads) < 1) ThrowUsage("--threads takes a number from 1 on, not '" + threads + "'");
  }
  SetUpProcess(threads.empty() ? 0 : std::stoi(threads));
  return {device, dry};
}

}  // namespace wherefore
