#pragma once

namespace wherefore {

/// The version of the programs, as --version prints it and explanation.json records it.
inline constexpr const char* kVersion = WHEREFORE_VERSION;

}  // namespace wherefore
