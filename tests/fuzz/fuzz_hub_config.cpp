// The configurations of Hugging Face directories that say how photographs are prepared and how texts are written.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "explain/error.h"
#include "models/files/json.h"
#include "models/hugging_face/generation_config.h"
#include "models/hugging_face/image_processor_config.h"
#include "models/images/image_options.h"

namespace wherefore {
namespace {

/// Runs a reader; whatever it throws must be of a bad file.
template <typename Read>
void MustReadOrRefuse(const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kBadFile) std::abort();
  }
}

void ReadImages(const JsonValue& document) {
  const auto options = HubImageOptionsIn(HubConfig(document, "fuzzed"), "ViTImageProcessor");
  try {
    CheckImageOptions(options);
  } catch (const Error&) {
    std::abort();  // what was read can be prepared
  }
}

void ReadGeneration(const JsonValue& document) {
  std::vector<std::string> warnings;
  CheckDecodeOptions(HubGenerationIn(HubConfig(document, "fuzzed"), &warnings));
}

}  // namespace
}  // namespace wherefore

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wherefore::MustReadOrRefuse([&] {
    const auto document = wherefore::ParseJson(reinterpret_cast<const char*>(data), size, "fuzzed");
    wherefore::MustReadOrRefuse([&] { wherefore::ReadImages(document); });
    wherefore::MustReadOrRefuse([&] { wherefore::ReadGeneration(document); });
  });
  return 0;
}
