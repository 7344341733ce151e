#pragma once

#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace wherefore {

/// The key by which LibTorch's dispatcher lets one thread run some operations in another way. None of LibTorch's own
/// kernels has it, and every operation that nobody gives a kernel for it passes it by. A guard includes it
/// (c10::impl::IncludeDispatchKeyGuard).
c10::DispatchKey ThreadModeKey();

/// While it lives, this thread's operations pass the key by: for calling the operation that a kernel stands for.
struct BelowThreadMode {
  c10::impl::ExcludeDispatchKeyGuard guard{ThreadModeKey()};
};

}  // namespace wherefore
