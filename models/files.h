#pragma once

#include <string>

namespace wherefore {

/// The whole file as bytes. Throws Error(kBadFile): missing, a directory, unreadable.
std::string ReadFile(const std::string& path);

/// Writes the file whole or not at all: a temporary file beside it, synced, then renamed.
/// Throws Error(kBadFile) with the system's reason; nothing is left behind then.
void WriteFileWhole(const std::string& path, const std::string& bytes);

}  // namespace wherefore
