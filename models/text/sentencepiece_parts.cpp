#include <algorithm>
#include <tuple>
#include <utility>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/text/older_tokenizer_files.h"
#include "models/text/sentencepiece_file.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

using PieceType = SentencePieceFile::PieceType;

std::shared_ptr<const Vocabulary> VocabularyOf(const SentencePieceFile& file, const std::string& name) {
  auto vocabulary = std::make_shared<Vocabulary>();
  for (const auto& piece : file.pieces) vocabulary->Add(piece, vocabulary->size(), name);
  return vocabulary;
}

/// Pieces for control ("<s>") and those that the trainer was told of are found in a text as a whole.
std::vector<AddedToken> AddedTokensOf(const SentencePieceFile& file) {
  std::vector<AddedToken> tokens;
  for (std::size_t i = 0; i < file.pieces.size(); ++i) {
    const bool is_control = file.types[i] == PieceType::kControl;
    if (!is_control && file.types[i] != PieceType::kUserDefined) continue;
    AddedToken token;
    token.id = static_cast<std::int64_t>(i);
    token.content = file.pieces[i];
    token.special = is_control;
    tokens.push_back(token);
  }
  return tokens;
}

/// Every way to make a piece of two others: in the order of the piece made, then of the length of the first part. As
/// transformers 5 makes them (generate_merges).
std::vector<std::pair<std::string, std::string>> MergesOf(const SentencePieceFile& file, const Vocabulary& vocabulary) {
  std::vector<std::pair<std::string, std::string>> merges;
  for (const auto& piece : file.pieces) {
    for (std::size_t i = 0; i < piece.size();) {
      i += std::max<std::size_t>(CharacterAt(piece, i).length, 1);
      if (i >= piece.size()) break;
      std::string left = piece.substr(0, i);
      std::string right = piece.substr(i);
      if (vocabulary.Id(left) && vocabulary.Id(right)) merges.emplace_back(std::move(left), std::move(right));
    }
  }
  return merges;
}

BpeOptions BpeOptionsOf(const SentencePieceFile& file, const Vocabulary& vocabulary) {
  BpeOptions options;
  options.merges = MergesOf(file, vocabulary);
  options.byte_fallback = true;
  options.fuse_unknown = true;
  const auto unknown = std::find(file.types.begin(), file.types.end(), PieceType::kUnknown);
  if (unknown != file.types.end())
    options.unknown = file.pieces[static_cast<std::size_t>(unknown - file.types.begin())];
  return options;
}

Decoder SpaceDecoder(bool has_prefix) {
  return DecoderOf(
      std::string(R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},)") +
      R"({"type":"ByteFallback"},{"type":"Fuse"})" +
      (has_prefix ? R"(,{"type":"Strip","content":" ","start":1,"stop":0}]})" : "]}"));
}

TokenizerParts MakeLlama(const JsonComponent& config) {
  const bool has_prefix = config.Flag("add_prefix_space", true);
  const std::string scheme = !has_prefix ? "never" : config.Flag("legacy", false) ? "always" : "first";
  TokenizerParts parts;
  parts.pre_tokenizer = PreTokenizerOf(R"({"type":"Metaspace","split":false,"prepend_scheme":")" + scheme + "\"}");
  parts.decoder = SpaceDecoder(has_prefix);
  return parts;
}

TokenizerParts MakeGemma() {
  TokenizerParts parts;
  parts.normalizer = NormalizerOf(R"({"type":"Replace","pattern":{"String":" "},"content":"▁"})");
  parts.decoder = SpaceDecoder(false);
  return parts;
}

TokenizerParts MakeT5(const SentencePieceFile& file) {
  TokenizerParts parts;
  parts.decoder = SpaceDecoder(file.adds_dummy_prefix);
  return parts;
}

}  // namespace

TokenizerParts ReadSentencePieceModel(const std::string& path, const JsonComponent& config,
                                      std::string* tokenizer_class) {
  const std::string bytes = ReadFile(path);
  if (bytes.empty()) ThrowBadFile(path + ": the file is empty, but must be a SentencePiece model");
  const SentencePieceFile file = ReadSentencePieceFile(bytes, path);
  if (tokenizer_class->empty()) *tokenizer_class = file.is_bpe ? "LlamaTokenizer" : "T5Tokenizer";
  if (*tokenizer_class != "LlamaTokenizer" && *tokenizer_class != "GemmaTokenizer" &&
      *tokenizer_class != "T5Tokenizer") {
    ThrowBadFile(
        path + ": the tokenizer is " + Quoted(*tokenizer_class) +
        ", but SentencePiece models are read as those of LlamaTokenizer, GemmaTokenizer, T5Tokenizer; save its "
        "tokenizer.json beside them");
  }
  const auto vocabulary = VocabularyOf(file, path);
  // Loaded in any case: SentencePiece checks the file.
  const bool is_t5 = *tokenizer_class == "T5Tokenizer";
  std::shared_ptr<const SubwordModel> itself =
      MakeSentencePiece(bytes, vocabulary, is_t5 && file.adds_dummy_prefix, path);
  const bool by_itself = is_t5 || !file.is_bpe || config.Flag("legacy", false);
  TokenizerParts parts = is_t5 ? MakeT5(file) : *tokenizer_class == "GemmaTokenizer" ? MakeGemma() : MakeLlama(config);
  parts.added_tokens = AddedTokensOf(file);
  parts.may_clean_up = !file.is_bpe;
  parts.model = by_itself ? itself : MakeBpe(vocabulary, BpeOptionsOf(file, *vocabulary), path);
  return parts;
}

}  // namespace wherefore
