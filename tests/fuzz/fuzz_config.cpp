#include <cstdint>
#include <cstdlib>
#include <string>

#include "explain/error.h"
#include "models/format1/kinds.h"

namespace wherefore {
namespace {

/// Reads a configuration as LoadModel() does, but for the files that it names.
void ReadConfiguration(const ModelFiles& files) {
  CheckFormat1Type(files, Families());
  for (const auto& kind : {ClassifierKind(), ShowAndTellKind(), ShowAttendAndTellKind(), UpDownKind(), AoaNetKind(),
                           LstmQNormIKind(), FilmKind()}) {
    const auto family = Format1Family(kind);
    if (!family.reads(files)) continue;
    const auto config = ReadFormat1(files.config, files.config_path(), kind);
    // What was read is within the bounds that memory is taken for.
    if (config.network.least_weights < 0 || config.network.vocabulary_size < 0) std::abort();
    return;
  }
}

}  // namespace
}  // namespace wherefore

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto* text = reinterpret_cast<const char*>(data);
    wherefore::ReadConfiguration({"fuzzed", wherefore::ParseJson(text, size, "fuzzed/config.json")});
  } catch (const wherefore::Error& error) {
    if (error.kind() != wherefore::ErrorKind::kBadFile) std::abort();
  }
  return 0;
}
