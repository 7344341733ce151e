#include "models/hugging_face/hub_cache.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "explain/error.h"
#include "models/files/files.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;

/// An environment variable; "" where it is not set.
std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string CacheDirectory() {
  const auto cache = Environment("HF_HUB_CACHE");
  if (!cache.empty()) return cache;
  const auto home = Environment("HF_HOME");
  if (!home.empty()) return PathIn(home, "hub");
  const auto caches = Environment("XDG_CACHE_HOME");
  return PathIn(caches.empty() ? PathIn(Environment("HOME"), ".cache") : caches, "huggingface/hub");
}

/// An organisation and a name, of letters, digits and "-_.".
bool IsRepository(const std::string& name) {
  const auto slash = name.find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == name.size() || name.front() == '.') return false;
  return std::all_of(name.begin() + static_cast<std::ptrdiff_t>(slash) + 1, name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; });
}

/// A line of a small file, without white space behind it.
std::string LineOf(const std::string& path) {
  auto line = ReadFile(path);
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
  return line;
}

}  // namespace

std::string ModelDirectoryOf(const std::string& name) {
  std::error_code error;
  if (fs::exists(name, error) || !IsRepository(name)) return name;
  auto folder = "models--" + name;
  folder.replace(folder.find('/'), 1, "--");
  const auto repository = PathIn(CacheDirectory(), folder);
  const auto branch = PathIn(repository, "refs/main");
  if (IsFile(branch)) {
    const auto snapshot = PathIn(repository, "snapshots/" + LineOf(branch));
    if (fs::is_directory(snapshot, error)) return snapshot;
  }
  ThrowBadFile("no model '" + name +
               "': there is no such directory, and the Hugging Face hub's cache has no snapshot of it (" + repository +
               "); run: hf download " + name);
}

}  // namespace wherefore
