#include <algorithm>
#include <memory>

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <torch/version.h>

#include "tests/bench/measuring.h"

namespace wherefore {
namespace {

// LibTorch 2 changed the type of the totals.
#if TORCH_VERSION_MAJOR >= 2
using Total = std::size_t;
#else
using Total = int64_t;
#endif

/// Hears of every allocation and release, on the host and on CUDA: the interface that PyTorch's own profiler uses.
class PeakListener : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, int64_t bytes, Total, Total, c10::Device) override {
    now_ += bytes;
    peak_ = std::max(peak_, now_);
  }
  bool memoryProfilingEnabled() const override { return true; }
  int64_t peak() const { return peak_; }

 private:
  int64_t now_ = 0;
  int64_t peak_ = 0;
};

}  // namespace

double PeakBytes(const std::function<void()>& run) {
  auto listener = std::make_shared<PeakListener>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, listener);
  run();
  return static_cast<double>(listener->peak());
}

}  // namespace wherefore
