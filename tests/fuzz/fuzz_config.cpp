#include <cstdint>
#include <cstdlib>
#include <string>

#include "explain/error.h"
#include "models/format1/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> trunks = {"googlenet", "mobilenet_v2", "resnet50", "vgg16"};
  wherefore::ModelConfig config;
  try {
    config = wherefore::ParseModelConfig(std::string(reinterpret_cast<const char*>(data), size), "fuzzed", trunks);
  } catch (const wherefore::Error& error) {
    if (error.kind() != wherefore::ErrorKind::kBadFile) std::abort();
    return 0;
  }
  // What was accepted can be written, and is read as the same.
  const std::string written = wherefore::FormatModelConfig(config);
  if (wherefore::FormatModelConfig(wherefore::ParseModelConfig(written, "written", trunks)) != written) std::abort();
  return 0;
}
