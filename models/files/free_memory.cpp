#include "models/files/free_memory.h"

#include <cstdio>
#include <cstdlib>

#include "explain/error.h"
#include "models/files/files.h"

namespace wherefore {

std::int64_t FreeMemory() {
  try {
    const std::string text = ReadFile("/proc/meminfo");
    const std::string key = "MemAvailable:";
    const auto found = text.find(key);
    constexpr std::int64_t kilobyte = 1024;
    return found == std::string::npos ? -1 : kilobyte * std::atoll(text.c_str() + found + key.size());
  } catch (const Error&) {
    return -1;
  }
}

std::string BytesText(std::int64_t bytes) {
  const double megabytes = static_cast<double>(bytes) / 1e6;
  char text[32];
  std::snprintf(text, sizeof(text), megabytes >= 1000 ? "%.1f GB" : "%.0f MB",
                megabytes >= 1000 ? megabytes / 1000 : megabytes);
  return text;
}

}  // namespace wherefore
