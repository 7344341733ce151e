#include <cstdint>
#include <cstdlib>
#include <string>

#include "explain/error.h"
#include "neurons/concepts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wherefore::LayerConcepts layer;
  try {
    layer = wherefore::ParseConcepts(std::string(reinterpret_cast<const char*>(data), size), "fuzzed");
  } catch (const wherefore::Error& error) {
    if (error.kind() != wherefore::ErrorKind::kBadFile) std::abort();
    return 0;
  }
  // What was accepted can be written, and is read as the same.
  const std::string written = wherefore::FormatConcepts(layer);
  if (wherefore::FormatConcepts(wherefore::ParseConcepts(written, "written")) != written) std::abort();
  return 0;
}
