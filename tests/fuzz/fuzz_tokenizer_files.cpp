#include <cstdint>
#include <fstream>

#include "explain/error.h"
#include "tests/fuzz/tokenizer_checks.h"
#include "tests/support/temporary_directory.h"

namespace {

/// The input up to the next 0, which is taken off it.
std::string Next(std::string* input) {
  const std::size_t end = std::min(input->find('\0'), input->size());
  const std::string part = input->substr(0, end);
  input->erase(0, std::min(end + 1, input->size()));
  return part;
}

// Not WriteFileWhole(), which waits for the disk.
void WriteUnlessEmpty(const std::string& path, const std::string& text) {
  if (!text.empty()) std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

/// Files of a directory, each behind a 0 but the first: vocab.txt, vocab.json, merges.txt, tokenizer_config.json,
/// special_tokens_map.json, added_tokens.json; and a text. An empty one is not there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string input(reinterpret_cast<const char*>(data), size);
  const wherefore::TemporaryDirectory directory;
  for (const char* file : {"vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
                           "added_tokens.json"}) {
    WriteUnlessEmpty(directory.PathOf(file), Next(&input));
  }
  try {
    wherefore::CheckTokenizer(*wherefore::LoadHuggingFaceTokenizer(directory.path()), input);
  } catch (const wherefore::Error&) {
    return 0;  // an answer as good as any other
  }
  return 0;
}
