// Linked into the programs that take minutes: has the threads of OpenMP and OpenBLAS sleep while they wait for work. By
// default they spin, which takes the processor from each other and from whatever else the machine does: dissecting 200
// scenes on two cores beside others cost 40 to 48 seconds of CPU, and 9 where they sleep.
//
// Both libraries read their environment when they are loaded, before main() and before any constructor of ours. So the
// variables are set by starting the program once more, from .preinit_array: before the libraries are set up, after
// they are mapped, which costs about 0.2 seconds. Who sets the variables is obeyed. Nothing of the C library is ready
// yet: environ and malloc() must not be used here.

#include <unistd.h>

#include <cstddef>

namespace {

constexpr const char* kSettings[] = {"OMP_WAIT_POLICY=passive", "OPENBLAS_THREAD_TIMEOUT=4"};
constexpr std::size_t kCount = sizeof(kSettings) / sizeof(kSettings[0]);
constexpr std::size_t kMostVariables = 4096;

bool SetsSameVariable(const char* setting, const char* variable) {
  for (; *setting == *variable; ++setting, ++variable) {
    if (*setting == '=') return true;
  }
  return false;
}

bool IsSet(const char* setting, const char* const* variables) {
  for (; *variables != nullptr; ++variables) {
    if (SetsSameVariable(setting, *variables)) return true;
  }
  return false;
}

void WaitPassively(int, char** arguments, char** variables) {
  const char* all[kMostVariables + kCount + 1];
  std::size_t count = 0;
  for (const char* setting : kSettings) {
    if (!IsSet(setting, variables)) all[count++] = setting;
  }
  if (count == 0) return;
  for (char** variable = variables; *variable != nullptr; ++variable) {
    if (count == kMostVariables + kCount) return;
    all[count++] = *variable;
  }
  all[count] = nullptr;
  // Where this is refused, the program goes on with threads that spin.
  ::execve("/proc/self/exe", arguments, const_cast<char**>(all));
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const wait_passively)(int, char**, char**) = &WaitPassively;

}  // namespace
