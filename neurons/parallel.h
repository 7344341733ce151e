#pragma once

#include <cstddef>
#include <cstdint>

namespace wherefore {

/// Channels that one thread takes, before another is worth its start.
inline constexpr int64_t kChannelsAtOnce = 8;

/// A channel's number, or another that cannot be negative, as containers want it.
inline std::size_t Index(int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace wherefore
