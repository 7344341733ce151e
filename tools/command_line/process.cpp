#include "tools/command_line/process.h"

#include <dlfcn.h>

#include <cstdlib>  // defines __GLIBC__ where that is the library
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <ATen/Parallel.h>

namespace wherefore {
namespace {

void KeepFreedMemory() {
#ifdef __GLIBC__
  constexpr int kMostFromHeap = 32 << 20;  // bytes; the most that glibc accepts
  ::mallopt(M_MMAP_THRESHOLD, kMostFromHeap);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

/// OpenBLAS has threads of its own, of which LibTorch knows nothing. Other libraries of matrix products lack the
/// function and compute with OpenMP's.
void SetOpenBlasThreads(int threads) {
  void* set = ::dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (set != nullptr) reinterpret_cast<void (*)(int)>(set)(threads);
}

void SetThreads(int threads) {
  at::set_num_threads(threads);
  SetOpenBlasThreads(threads);
}

}  // namespace

void SetUpProcess(int threads) {
  KeepFreedMemory();
  if (threads > 0) SetThreads(threads);
}

}  // namespace wherefore
