#include "models/text/older_tokenizer_files.h"

#include <algorithm>
#include <utility>

#include "explain/error.h"
#include "models/files/files.h"

namespace wherefore {
namespace {

/// A section of a tokenizer.json, as transformers would write it for these files.
JsonValue Section(const std::string& json) { return ParseJson(json.data(), json.size(), "a section of a tokenizer"); }

/// Throws where the class is none of these, or where none is named.
void CheckClass(const std::string& directory, const std::string& tokenizer_class,
                const std::vector<std::string>& classes, const std::string& files) {
  if (std::find(classes.begin(), classes.end(), tokenizer_class) != classes.end()) return;
  ThrowBadFile(directory + ": the tokenizer is " + Quoted(tokenizer_class) + ", but " + files +
               " are read as those of " + Listed(classes) + "; save its tokenizer.json beside them");
}

bool EndsWord(const std::pair<std::string, std::string>& merge) {
  const std::string mark = "</w>";
  const std::string& piece = merge.second;
  return piece.size() > mark.size() && piece.compare(piece.size() - mark.size(), mark.size(), mark) == 0;
}

std::vector<std::pair<std::string, std::string>> ReadMergesText(const std::string& path) {
  const std::string text = ReadFile(path);
  std::vector<std::pair<std::string, std::string>> merges;
  std::size_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.compare(0, 8, "#version") == 0) continue;
    const auto space = line.find(' ');
    if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos || !IsUtf8(line)) {
      ThrowBadFile(path + ": line " + std::to_string(line_number) + " is " + Quoted(line) + ", but must be two pieces");
    }
    merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return merges;
}

std::shared_ptr<const Vocabulary> ReadVocabularyFile(const std::string& path) {
  const std::string text = ReadFile(path);
  return ReadVocabulary(ParseJson(text.data(), text.size(), path), path);
}

TokenizerParts MakeClip(std::shared_ptr<const Vocabulary> vocabulary, BpeOptions options, const std::string& name) {
  TokenizerParts parts;
  options.word_end = "</w>";
  options.unknown = "<|endoftext|>";
  parts.marks.word_end = options.word_end;
  parts.model = MakeBpe(std::move(vocabulary), options, name);
  parts.normalizer =
      NormalizerOf(R"({"type":"Sequence","normalizers":[{"type":"NFC"},)"
                   R"({"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "},{"type":"Lowercase"}]})");
  parts.pre_tokenizer = PreTokenizerOf(
      R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"<\\|startoftext\\|>|<\\|endoftext\\|>|)"
      R"('s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"},"behavior":"Removed","invert":true},)"
      R"({"type":"ByteLevel","add_prefix_space":false}]})");
  return parts;
}

TokenizerParts MakeByteLevel(std::shared_ptr<const Vocabulary> vocabulary, const BpeOptions& options,
                             const JsonComponent& config, const std::string& name) {
  TokenizerParts parts;
  parts.model = MakeBpe(std::move(vocabulary), options, name);
  const bool prefix = config.Flag("add_prefix_space", false);
  parts.pre_tokenizer =
      PreTokenizerOf(std::string(R"({"type":"ByteLevel","add_prefix_space":)") + (prefix ? "true}" : "false}"));
  return parts;
}

}  // namespace

Normalizer NormalizerOf(const std::string& json) {
  const JsonValue section = Section(json);
  return ReadNormalizer(JsonComponent(section, "a normalizer"));
}

PreTokenizer PreTokenizerOf(const std::string& json) {
  const JsonValue section = Section(json);
  return ReadPreTokenizer(JsonComponent(section, "a pre-tokenizer"));
}

Decoder DecoderOf(const std::string& json) {
  const JsonValue section = Section(json);
  return ReadDecoder(JsonComponent(section, "a decoder"));
}

TokenizerParts ReadVocabularyText(const std::string& directory, const JsonComponent& config,
                                  std::string* tokenizer_class) {
  const std::string path = PathIn(directory, "vocab.txt");
  if (tokenizer_class->empty()) *tokenizer_class = "BertTokenizer";
  CheckClass(directory, *tokenizer_class,
             {"BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"},
             "the pieces of vocab.txt");
  auto vocabulary = std::make_shared<Vocabulary>();
  for (const auto& piece : SplitLines(ReadFile(path), path)) vocabulary->Add(piece, vocabulary->size(), path);
  WordPieceOptions options;
  options.unknown = config.Find("unk_token") == nullptr ? options.unknown : SpecialTokenText(config, "unk_token");
  BertNormalization normalization;
  normalization.lowercase = config.Flag("do_lower_case", true);
  normalization.strip_accents = config.Flag("strip_accents", normalization.lowercase);
  normalization.space_chinese = config.Flag("tokenize_chinese_chars", true);
  TokenizerParts parts;
  parts.model = MakeWordPiece(vocabulary, options, path);
  parts.marks.continuation = options.continuation;
  parts.normalizer = MakeBertNormalizer(normalization);
  parts.pre_tokenizer = PreTokenizerOf(R"({"type":"BertPreTokenizer"})");
  parts.decoder = DecoderOf(R"({"type":"WordPiece","prefix":"##","cleanup":true})");
  return parts;
}

TokenizerParts ReadVocabularyAndMerges(const std::string& directory, const JsonComponent& config,
                                       std::string* tokenizer_class) {
  const std::string path = PathIn(directory, "vocab.json");
  BpeOptions options;
  options.merges = ReadMergesText(PathIn(directory, "merges.txt"));
  const bool ends_words = std::any_of(options.merges.begin(), options.merges.end(), EndsWord);
  if (tokenizer_class->empty()) *tokenizer_class = ends_words ? "CLIPTokenizer" : "GPT2Tokenizer";
  CheckClass(directory, *tokenizer_class, {"BartTokenizer", "CLIPTokenizer", "GPT2Tokenizer", "RobertaTokenizer"},
             "vocab.json and merges.txt");
  const auto vocabulary = ReadVocabularyFile(path);
  TokenizerParts parts = *tokenizer_class == "CLIPTokenizer" ? MakeClip(vocabulary, options, directory)
                                                             : MakeByteLevel(vocabulary, options, config, directory);
  parts.decoder = DecoderOf(R"({"type":"ByteLevel"})");
  parts.may_clean_up = false;
  return parts;
}

}  // namespace wherefore
