#pragma once

#include <cstdint>
#include <string>

namespace wherefore {

/// Bytes that a program can take before others are pushed out of memory: MemAvailable of Linux, which counts cached
/// files. -1 where the system does not say.
std::int64_t FreeMemory();

/// "1.5 GB", "20 MB".
std::string BytesText(std::int64_t bytes);

}  // namespace wherefore
