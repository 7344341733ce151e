#include <cstdint>

#include "explain/error.h"
#include "models/text/tokenizer_parts.h"
#include "tests/fuzz/tokenizer_checks.h"

/// A tokenizer.json, 0, and a text to cut by it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  try {
    const wherefore::HuggingFaceTokenizer tokenizer(
        wherefore::ReadTokenizerJson(wherefore::ParseJson(input.data(), end, "fuzzed"), "fuzzed"), {});
    wherefore::CheckTokenizer(tokenizer, input.substr(std::min(end + 1, input.size())));
  } catch (const wherefore::Error&) {
    return 0;  // an answer as good as any other
  }
  return 0;
}
