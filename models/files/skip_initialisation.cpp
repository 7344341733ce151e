#include "models/files/skip_initialisation.h"

#include <ATen/core/stack.h>
#include <torch/library.h>

namespace wherefore {
namespace {

// LibTorch has this key for switching behaviour on for one thread; none of its own kernels has it.
constexpr auto kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

/// Returns its first argument, the tensor, and does nothing.
void ReturnSelf(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
  torch::jit::drop(*stack, operation.schema().arguments().size() - 1);
}

/// Every operation passes the key by, but for those that draw random numbers into a tensor. Never taken back: other
/// threads may be in a guard at the program's end.
bool RegisterKernels() {
  auto* others = new torch::Library(torch::Library::IMPL, "_", kKey, __FILE__, __LINE__);
  others->fallback(torch::CppFunction::makeFallthrough());
  auto* random = new torch::Library(torch::Library::IMPL, "aten", kKey, __FILE__, __LINE__);
  for (const char* name : {"uniform_", "normal_"}) {
    random->impl(name, torch::CppFunction::makeFromBoxedFunction<&ReturnSelf>());
  }
  return true;
}

c10::DispatchKeySet KeySet() {
  static const bool registered = RegisterKernels();
  return registered ? c10::DispatchKeySet(kKey) : c10::DispatchKeySet();
}

}  // namespace

SkipInitialisation::SkipInitialisation() : guard_(KeySet()) {}

}  // namespace wherefore
