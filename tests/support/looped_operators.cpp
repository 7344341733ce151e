#include "tests/support/looped_operators.h"

#include <ATen/Context.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

namespace wherefore {
namespace {

#if TORCH_VERSION_MAJOR >= 2
namespace warnings = c10::WarningUtils;
#else
namespace warnings = c10::Warning;
#endif

/// Keeps the operators that LibTorch warns of; every other warning too, as it is.
struct Listener : c10::WarningHandler {
  std::set<std::string> operators;

  void Hear(const std::string& warning) {
    const std::string before = "batching rule for ";
    const auto begin = warning.find(before);
    if (begin == std::string::npos) {
      operators.insert(warning);
      return;
    }
    // "aten::where.self. " ends at the first full stop that a space follows.
    const auto name = begin + before.size();
    operators.insert(warning.substr(name, warning.find(". ", name) - name));
  }

#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning& warning) override { Hear(warning.msg()); }
#else
  void process(const c10::SourceLocation&, const std::string& text, bool) override { Hear(text); }
#endif
};

}  // namespace

std::set<std::string> LoopedOperators(const std::function<void()>& run) {
  Listener listener;
  const warnings::WarningHandlerGuard guard(&listener);
  const warnings::WarnAlways always;
  at::globalContext().setDisplayVmapFallbackWarnings(true);
  run();
  at::globalContext().setDisplayVmapFallbackWarnings(false);
  return listener.operators;
}

}  // namespace wherefore
