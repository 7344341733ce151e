#include "models/files/thread_mode.h"

#include <torch/library.h>

namespace wherefore {
namespace {

constexpr auto kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

/// Never taken back: other threads may be in a guard at the program's end.
bool LetOperationsPass() {
  auto* others = new torch::Library(torch::Library::IMPL, "_", kKey, __FILE__, __LINE__);
  others->fallback(torch::CppFunction::makeFallthrough());
  return true;
}

}  // namespace

c10::DispatchKey ThreadModeKey() {
  static const bool passes = LetOperationsPass();
  return passes ? kKey : c10::DispatchKey::Undefined;
}

}  // namespace wherefore
