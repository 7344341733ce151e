#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "explain/error.h"
#include "models/text/tokenizer_parts.h"

namespace wherefore {
namespace {

std::shared_ptr<const Vocabulary> ModelVocabulary(const JsonComponent& model) {
  const JsonValue* member = model.Find("vocab");
  if (member == nullptr || member->kind != JsonValue::Kind::kObject) model.Refuse("vocab", "an object of pieces");
  return ReadVocabulary(*member, model.file());
}

/// "a b", or ["a", "b"].
std::pair<std::string, std::string> ReadMerge(const JsonComponent& model, const JsonValue& merge) {
  const auto is_text = [](const JsonValue& value) { return value.kind == JsonValue::Kind::kString; };
  if (merge.kind == JsonValue::Kind::kArray && merge.items.size() == 2 && is_text(merge.items[0]) &&
      is_text(merge.items[1])) {
    return {merge.items[0].string, merge.items[1].string};
  }
  const auto space = is_text(merge) ? merge.string.find(' ') : std::string::npos;
  if (space == std::string::npos || merge.string.find(' ', space + 1) != std::string::npos) {
    model.Complain("merges", "has " + Describe(merge) + ", but each entry must be two pieces");
  }
  return {merge.string.substr(0, space), merge.string.substr(space + 1)};
}

void ReadBpeModel(const JsonComponent& model, TokenizerParts* parts) {
  const JsonValue* dropout = model.Find("dropout");
  if (dropout != nullptr && dropout->number != 0) model.Refuse("dropout", "null: pieces are not left to chance");
  BpeOptions options;
  for (const auto& merge : model.Array("merges")) options.merges.push_back(ReadMerge(model, merge));
  options.unknown = model.OptionalText("unk_token");
  options.continuation = model.OptionalText("continuing_subword_prefix").value_or("");
  options.word_end = model.OptionalText("end_of_word_suffix").value_or("");
  options.fuse_unknown = model.Flag("fuse_unk", false);
  options.byte_fallback = model.Flag("byte_fallback", false);
  options.whole_words_first = model.Flag("ignore_merges", false);
  parts->model = MakeBpe(ModelVocabulary(model), options, model.file());
  parts->marks = {options.continuation, options.word_end};
  parts->may_clean_up = false;
}

void ReadWordPieceModel(const JsonComponent& model, TokenizerParts* parts) {
  constexpr std::int64_t longest = 1000;
  WordPieceOptions options;
  options.unknown = model.OptionalText("unk_token").value_or(options.unknown);
  options.continuation = model.OptionalText("continuing_subword_prefix").value_or(options.continuation);
  options.longest_word = model.Integer("max_input_chars_per_word", options.longest_word, 0, longest);
  parts->model = MakeWordPiece(ModelVocabulary(model), options, model.file());
  parts->marks = {options.continuation, ""};
}

/// [["piece", score], ...]
void ReadUnigramModel(const JsonComponent& model, TokenizerParts* parts) {
  auto vocabulary = std::make_shared<Vocabulary>();
  UnigramOptions options;
  for (const auto& entry : model.Array("vocab")) {
    const bool is_pair = entry.kind == JsonValue::Kind::kArray && entry.items.size() == 2;
    const auto is_number = [](const JsonValue& value) {
      return value.kind == JsonValue::Kind::kNumber || value.kind == JsonValue::Kind::kInteger;
    };
    if (!is_pair || entry.items[0].kind != JsonValue::Kind::kString || !is_number(entry.items[1])) {
      model.Complain("vocab", "has " + Describe(entry) + ", but each entry must be a piece and its score");
    }
    vocabulary->Add(entry.items[0].string, static_cast<std::int64_t>(options.scores.size()), model.file());
    options.scores.push_back(entry.items[1].number);
  }
  if (model.Find("unk_id") != nullptr) options.unknown_id = model.Integer("unk_id", 0, 0, Vocabulary::kLargestId);
  options.byte_fallback = model.Flag("byte_fallback", false);
  parts->model = MakeUnigram(vocabulary, options, model.file());
}

/// Files of the first releases name no type.
std::string TypeOf(const JsonComponent& model) {
  if (const auto type = model.OptionalText("type")) return *type;
  if (model.Find("merges") != nullptr) return "BPE";
  const JsonValue* vocabulary = model.Find("vocab");
  return vocabulary != nullptr && vocabulary->kind == JsonValue::Kind::kArray ? "Unigram" : "WordPiece";
}

void ReadModel(const JsonComponent& model, TokenizerParts* parts) {
  using Reader = void (*)(const JsonComponent&, TokenizerParts*);
  static const std::map<std::string, Reader> readers = {
      {"BPE", ReadBpeModel}, {"Unigram", ReadUnigramModel}, {"WordPiece", ReadWordPieceModel}};
  const auto reader = readers.find(TypeOf(model));
  if (reader == readers.end()) model.Refuse("type", "BPE, Unigram or WordPiece");
  reader->second(model, parts);
}

std::vector<AddedToken> ReadAddedTokens(const JsonComponent& root, const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  std::unordered_map<std::int64_t, std::string> contents;
  for (const auto& item : root.Objects("added_tokens")) {
    const AddedToken token = ReadAddedToken(item, std::nullopt);
    CheckAddedToken(vocabulary, token, root.file());
    const auto [other, is_new] = contents.emplace(token.id, token.content);
    if (!is_new && other->second != token.content) {
      root.Complain("added_tokens", "has id " + std::to_string(token.id) + " twice, for " + Quoted(other->second) +
                                        " and " + Quoted(token.content));
    }
    tokens.push_back(token);
  }
  return tokens;
}

}  // namespace

std::shared_ptr<const Vocabulary> ReadVocabulary(const JsonValue& pieces, const std::string& name) {
  if (pieces.kind != JsonValue::Kind::kObject) ThrowBadFile(name + ": must be an object of pieces and their ids");
  auto vocabulary = std::make_shared<Vocabulary>();
  for (std::size_t i = 0; i < pieces.items.size(); ++i) {
    const JsonValue& id = pieces.items[i];
    if (id.kind != JsonValue::Kind::kInteger) {
      ThrowBadFile(name + ": piece " + Quoted(pieces.keys[i]) + " has the id " + Describe(id) +
                   ", but ids must be whole numbers");
    }
    vocabulary->Add(pieces.keys[i], id.integer, name);
  }
  return vocabulary;
}

void CheckAddedToken(const Vocabulary& vocabulary, const AddedToken& token, const std::string& name) {
  const auto id = vocabulary.Id(token.content);
  const std::string* piece = vocabulary.Piece(token.id);
  if (id && *id != token.id) {
    ThrowBadFile(name + ": the added token " + Quoted(token.content) + " has id " + std::to_string(token.id) +
                 ", but in the vocabulary it has " + std::to_string(*id));
  }
  if (piece != nullptr && *piece != token.content) {
    ThrowBadFile(name + ": the added token " + Quoted(token.content) + " has id " + std::to_string(token.id) +
                 ", which belongs to the piece " + Quoted(*piece));
  }
}

bool HasId(const TokenizerParts& parts, std::int64_t id) {
  return parts.model->vocabulary().Piece(id) != nullptr ||
         std::any_of(parts.added_tokens.begin(), parts.added_tokens.end(),
                     [id](const AddedToken& token) { return token.id == id; });
}

TokenizerParts ReadTokenizerJson(const JsonValue& document, const std::string& name) {
  const JsonComponent root(document, name);
  TokenizerParts parts;
  ReadModel(root.Object("model"), &parts);
  if (root.Find("added_tokens") != nullptr) parts.added_tokens = ReadAddedTokens(root, parts.model->vocabulary());
  if (root.Find("normalizer") != nullptr) parts.normalizer = ReadNormalizer(root.Object("normalizer"));
  if (root.Find("pre_tokenizer") != nullptr) parts.pre_tokenizer = ReadPreTokenizer(root.Object("pre_tokenizer"));
  if (root.Find("decoder") != nullptr) parts.decoder = ReadDecoder(root.Object("decoder"));
  if (root.Find("post_processor") != nullptr) {
    parts.post_processor =
        ReadPostProcessor(root.Object("post_processor"), [&parts](std::int64_t id) { return HasId(parts, id); });
  }
  return parts;
}

}  // namespace wherefore
