#include "tools/command_line/freed_memory.h"

#include <cstdlib>  // defines __GLIBC__ where that is the library
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace wherefore {

void KeepFreedMemory() {
#ifdef __GLIBC__
  constexpr int kMostFromHeap = 32 << 20;  // bytes; the most that glibc accepts
  ::mallopt(M_MMAP_THRESHOLD, kMostFromHeap);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

}  // namespace wherefore
