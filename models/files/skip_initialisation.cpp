#include "models/files/skip_initialisation.h"

#include <ATen/core/stack.h>
#include <torch/library.h>

#include "models/files/thread_mode.h"

namespace wherefore {
namespace {

thread_local int guards = 0;

/// Returns its first argument, the tensor, and does nothing, where this thread has a guard.
void SkipOrCall(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
  if (guards > 0) {
    torch::jit::drop(*stack, operation.schema().arguments().size() - 1);
  } else {
    const BelowThreadMode below;
    operation.callBoxed(stack);
  }
}

bool RegisterKernels() {
  auto* random = new torch::Library(torch::Library::IMPL, "aten", ThreadModeKey(), __FILE__, __LINE__);
  for (const char* name : {"uniform_", "normal_"}) {
    random->impl(name, torch::CppFunction::makeFromBoxedFunction<&SkipOrCall>());
  }
  return true;
}

c10::DispatchKey KeyWithKernels() {
  static const bool registered = RegisterKernels();
  return registered ? ThreadModeKey() : c10::DispatchKey::Undefined;
}

}  // namespace

SkipInitialisation::SkipInitialisation() : guard_(KeyWithKernels()) { ++guards; }

SkipInitialisation::~SkipInitialisation() { --guards; }

}  // namespace wherefore
