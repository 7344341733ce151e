#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/files/skip_initialisation.h"
#include "models/files/weights.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

/// Bytes of memory that this process has written to; mapped files that were only read do not count.
std::int64_t OwnBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("RssAnon:", 0) == 0) return 1024 * std::stoll(line.substr(8));
  }
  return -1;
}

/// The most that OwnBytes() was while `run` ran, above what it was before. Looks every 0.2 ms.
std::int64_t PeakOwnBytes(const std::function<void()>& run) {
  const std::int64_t before = OwnBytes();
  std::atomic<bool> is_done{false};
  std::atomic<std::int64_t> peak{0};
  std::thread watcher([&] {
    while (!is_done) {
      peak = std::max<std::int64_t>(peak, OwnBytes() - before);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  run();
  is_done = true;
  watcher.join();
  return std::max<std::int64_t>(peak, OwnBytes() - before);
}

constexpr std::int64_t kSide = 4096;
constexpr double kFloatBytes = 4.0 * kSide * kSide;

Weights OfType(const std::string& path, at::ScalarType stored, at::ScalarType kept) {
  WriteSafetensors(path, {{"weight", at::ones({kSide, kSide}, stored)}, {"bias", at::ones({kSide}, stored)}});
  return Weights::OfFile(path, {kept, -1});
}

/// The peak of making a layer of 64 MB as float32 and loading its weights, as a share of those.
double Share(const Weights& weights) {
  std::unique_ptr<torch::nn::Linear> layer;
  const auto load = [&] {
    const SkipInitialisation guard;
    layer = std::make_unique<torch::nn::Linear>(kSide, kSide);
    LoadWeights(**layer, weights);
  };
  return static_cast<double>(PeakOwnBytes(load)) / kFloatBytes;
}

TEST(LoadingMemoryTest, HoldsNoWeightTwice) {
  if (OwnBytes() < 0) GTEST_SKIP() << "the system does not say how much memory a process has of its own";
  const TemporaryDirectory directory;
  const auto path = directory.PathOf("w");
  EXPECT_LT(Share(OfType(path, at::kFloat, at::kFloat)), 0.1);
  EXPECT_LT(Share(OfType(path, at::kHalf, at::kHalf)), 0.1);
  EXPECT_LT(Share(OfType(path, at::kBFloat16, at::kBFloat16)), 0.1);
  EXPECT_LT(Share(OfType(path, at::kHalf, at::kFloat)), 1.1);
  EXPECT_LT(Share(OfType(path, at::kFloat, at::kBFloat16)), 0.55);
}

TEST(LoadingMemoryTest, HoldsNoWeightOfACheckpointTwice) {
  if (OwnBytes() < 0) GTEST_SKIP() << "the system does not say how much memory a process has of its own";
  const TemporaryDirectory directory;
  const auto path = directory.PathOf("w.bin");
  for (const auto form : {CheckpointWriter::Form::kZip, CheckpointWriter::Form::kLegacy}) {
    {
      CheckpointWriter writer(form);
      WriteFileWhole(path, writer.File(writer.StateDict({{"weight", at::ones({kSide, kSide}, at::kHalf)},
                                                         {"bias", at::ones({kSide}, at::kHalf)}})));
    }
    EXPECT_LT(Share(Weights::OfFile(path)), 1.1);
  }
}

}  // namespace
}  // namespace wherefore
