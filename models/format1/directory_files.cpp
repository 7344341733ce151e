#include "models/format1/directory_files.h"

#include <filesystem>

#include "explain/error.h"

namespace wherefore {

std::string PathIn(const std::string& directory, const std::string& file) {
  return (std::filesystem::path(directory) / file).string();
}

std::unique_ptr<Tokenizer> ReadTokenizer(const std::string& path, const TextOptions& text, int64_t vocabulary_size) {
  auto tokenizer = text.type == "words" ? LoadWordList(path, text.lowercase) : LoadSentencePiece(path, text.lowercase);
  if (tokenizer->size() != vocabulary_size) {
    ThrowBadFile(path + ": the vocabulary has " + std::to_string(tokenizer->size()) +
                 " entries, but config.json: key 'network.vocabulary_size' is " + std::to_string(vocabulary_size));
  }
  return tokenizer;
}

}  // namespace wherefore
