#include <cstdint>
#include <cstdlib>

#include "explain/error.h"
#include "models/files/weights_index.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const char* text = reinterpret_cast<const char*>(data);
    for (const auto& item : wherefore::ParseWeightsIndex(text, size, "fuzzed")) {
      const std::string& file = item.second;
      if (file.empty() || file[0] == '.' || file.find('/') != std::string::npos) std::abort();  // a way out
    }
  } catch (const wherefore::Error& error) {
    if (error.kind() != wherefore::ErrorKind::kBadFile) std::abort();
  }
  return 0;
}
