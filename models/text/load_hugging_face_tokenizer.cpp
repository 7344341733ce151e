#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/text/older_tokenizer_files.h"

namespace wherefore {
namespace {

using Roles = std::map<std::string, std::string>;

/// A JSON file of the directory; an empty object where it is not there.
/// Throws where it is no object.
JsonValue ReadOptionalJson(const std::string& directory, const std::string& file) {
  JsonValue empty;
  empty.kind = JsonValue::Kind::kObject;
  const std::string path = PathIn(directory, file);
  if (!IsFile(path)) return empty;
  const std::string text = ReadFile(path);
  JsonValue value = ParseJson(text.data(), text.size(), path);
  if (value.kind != JsonValue::Kind::kObject) {
    ThrowBadFile(path + ": the document is " + Describe(value) + ", but must be an object");
  }
  return value;
}

/// "GPT2Tokenizer" of "GPT2TokenizerFast".
std::string ClassOf(const JsonComponent& config) {
  std::string name = config.OptionalText("tokenizer_class").value_or("");
  const std::string suffix = "Fast";
  if (name.size() > suffix.size() && name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
    name.resize(name.size() - suffix.size());
  }
  return name;
}

/// What transformers' classes take where the configuration does not say.
Roles DefaultRoles(const std::string& tokenizer_class) {
  const Roles bert = {{"unk_token", "[UNK]"},
                      {"sep_token", "[SEP]"},
                      {"pad_token", "[PAD]"},
                      {"cls_token", "[CLS]"},
                      {"mask_token", "[MASK]"}};
  const Roles roberta = {{"bos_token", "<s>"},   {"eos_token", "</s>"},  {"sep_token", "</s>"},   {"cls_token", "<s>"},
                         {"unk_token", "<unk>"}, {"pad_token", "<pad>"}, {"mask_token", "<mask>"}};
  const std::map<std::string, Roles> defaults = {
      {"BertTokenizer", bert},
      {"DistilBertTokenizer", bert},
      {"ElectraTokenizer", bert},
      {"MobileBertTokenizer", bert},
      {"BartTokenizer", roberta},
      {"RobertaTokenizer", roberta},
      {"GPT2Tokenizer",
       {{"unk_token", "<|endoftext|>"}, {"bos_token", "<|endoftext|>"}, {"eos_token", "<|endoftext|>"}}},
      {"CLIPTokenizer",
       {{"unk_token", "<|endoftext|>"},
        {"bos_token", "<|startoftext|>"},
        {"eos_token", "<|endoftext|>"},
        {"pad_token", "<|endoftext|>"}}},
      {"LlamaTokenizer", {{"unk_token", "<unk>"}, {"bos_token", "<s>"}, {"eos_token", "</s>"}}},
      {"GemmaTokenizer",
       {{"unk_token", "<unk>"},
        {"bos_token", "<bos>"},
        {"eos_token", "<eos>"},
        {"pad_token", "<pad>"},
        {"mask_token", "<mask>"}}},
      {"T5Tokenizer", {{"unk_token", "<unk>"}, {"eos_token", "</s>"}, {"pad_token", "<pad>"}}}};
  const auto found = defaults.find(tokenizer_class);
  return found == defaults.end() ? Roles() : found->second;
}

/// The special tokens that a configuration names, by role; those without one by their own text.
class NamedTokens {
 public:
  explicit NamedTokens(const Roles& defaults) : roles_(defaults) {}

  void Read(const JsonComponent& config) {
    for (const char* role :
         {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token", "image_token"}) {
      if (config.Find(role) != nullptr) roles_[role] = Remember(config, role);
    }
    for (const char* list : {"additional_special_tokens", "extra_special_tokens"}) ReadList(config, list);
  }

  const Roles& roles() const { return roles_; }

  /// Every special token named, as a token that has no id yet; one may be there twice.
  std::vector<AddedToken> All() const {
    std::vector<AddedToken> all = tokens_;
    for (const auto& role : roles_) all.push_back(Special(role.second));
    return all;
  }

 private:
  static AddedToken Special(const std::string& content) {
    AddedToken token;
    token.content = content;
    token.special = true;
    return token;
  }

  std::string Remember(const JsonComponent& config, const std::string& key) {
    const JsonValue& value = *config.Find(key);
    AddedToken token = Special(SpecialTokenText(config, key));
    if (value.kind == JsonValue::Kind::kObject) {
      token = ReadAddedToken(config.Object(key), 0);
      token.special = true;
    }
    tokens_.push_back(token);
    return token.content;
  }

  /// A list of tokens, or an object of roles.
  void ReadList(const JsonComponent& config, const std::string& key) {
    const JsonValue* list = config.Find(key);
    if (list == nullptr) return;
    if (list->kind == JsonValue::Kind::kObject) {
      const JsonComponent named = config.Object(key);
      for (const auto& role : list->keys) roles_[role] = Remember(named, role);
      return;
    }
    for (const auto& item : config.Array(key)) {
      JsonValue holder;
      holder.Set(key, item);
      Remember(JsonComponent(holder, config.file()), key);
    }
  }

  Roles roles_;
  std::vector<AddedToken> tokens_;
};

/// The added tokens of a tokenizer, to which those of its other files come.
class TokenCollector {
 public:
  explicit TokenCollector(TokenizerParts* parts) : parts_(*parts) {
    for (std::size_t i = 0; i < parts_.added_tokens.size(); ++i) {
      places_[parts_.added_tokens[i].content] = i;
      contents_[parts_.added_tokens[i].id] = parts_.added_tokens[i].content;
    }
  }

  /// "added_tokens_decoder" of tokenizer_config.json: {"0": {"content": "<pad>", ...}, ...}
  void AddDecoderTokens(const JsonComponent& config) {
    const JsonValue* tokens = config.Find("added_tokens_decoder");
    if (tokens == nullptr) return;
    const JsonComponent named = config.Object("added_tokens_decoder");
    for (std::size_t i = 0; i < tokens->keys.size(); ++i) {
      const std::int64_t id = IdOfKey(tokens->keys[i]);
      if (id < 0) named.Complain(tokens->keys[i], "must be an id, a whole number from 0 to 2147483647");
      const JsonComponent token(tokens->items[i], config.file(), "added_tokens_decoder." + tokens->keys[i]);
      Add(ReadAddedToken(token, id), config.file());
    }
  }

  /// added_tokens.json: {"<image>": 32000, ...}
  void AddFileTokens(const JsonValue& tokens, const std::string& file) {
    for (std::size_t i = 0; i < tokens.keys.size(); ++i) {
      const JsonValue& id = tokens.items[i];
      if (id.kind != JsonValue::Kind::kInteger || id.integer < 0 || id.integer > Vocabulary::kLargestId) {
        ThrowBadFile(file + ": token " + Quoted(tokens.keys[i]) + " has the id " + Describe(id) +
                     ", but ids are whole numbers from 0 to 2147483647");
      }
      AddedToken token;
      token.content = tokens.keys[i];
      token.id = id.integer;
      token.normalized = true;
      Add(token, file);
    }
  }

  /// Tokens with a role are special ones, whatever the vocabulary says of them.
  void AddNamedTokens(const NamedTokens& named) {
    for (AddedToken token : named.All()) {
      const auto place = places_.find(token.content);
      if (place != places_.end()) {
        AddedToken& added = parts_.added_tokens[place->second];
        if (!added.special) added.normalized = false;
        added.special = true;
        continue;
      }
      const auto id = parts_.model->vocabulary().Id(token.content);
      if (!id) continue;
      token.id = *id;
      Add(token, "");
    }
  }

 private:
  /// -1 where the key is no id.
  static std::int64_t IdOfKey(const std::string& key) {
    if (key.empty() || key.size() > 10 || key.find_first_not_of("0123456789") != std::string::npos) return -1;
    const std::int64_t id = std::stoll(key);
    return id > Vocabulary::kLargestId ? -1 : id;
  }

  /// Unless one of the same text is there. Throws where the id belongs to another piece.
  void Add(const AddedToken& token, const std::string& file) {
    if (!places_.emplace(token.content, parts_.added_tokens.size()).second) return;
    CheckAddedToken(parts_.model->vocabulary(), token, file);
    const auto [other, is_new] = contents_.emplace(token.id, token.content);
    if (!is_new) {
      ThrowBadFile(file + ": the added tokens " + Quoted(other->second) + " and " + Quoted(token.content) +
                   " have one id, " + std::to_string(token.id));
    }
    parts_.added_tokens.push_back(token);
  }

  TokenizerParts& parts_;
  std::unordered_map<std::int64_t, std::string> contents_;
  std::unordered_map<std::string, std::size_t> places_;
};

std::string FindSentencePiece(const std::string& directory) {
  for (const char* file : {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model"}) {
    if (IsFile(PathIn(directory, file))) return PathIn(directory, file);
  }
  return "";
}

TokenizerParts ReadParts(const std::string& directory, const JsonComponent& config, std::string* tokenizer_class) {
  const auto has = [&directory](const std::string& file) { return IsFile(PathIn(directory, file)); };
  if (has("tokenizer.json")) {
    const std::string path = PathIn(directory, "tokenizer.json");
    const std::string text = ReadFile(path);
    return ReadTokenizerJson(ParseJson(text.data(), text.size(), path), path);
  }
  if (has("vocab.json") && has("merges.txt")) return ReadVocabularyAndMerges(directory, config, tokenizer_class);
  if (has("vocab.txt")) return ReadVocabularyText(directory, config, tokenizer_class);
  const std::string model = FindSentencePiece(directory);
  if (!model.empty()) return ReadSentencePieceModel(model, config, tokenizer_class);
  ThrowBadFile(directory + ": no tokenizer is there: neither tokenizer.json, nor vocab.json with merges.txt, nor " +
               "vocab.txt, nor tokenizer.model, spiece.model or sentencepiece.bpe.model");
}

std::vector<std::int64_t> IdsOf(const std::vector<std::string>& roles, const Roles& tokens, const TokenizerParts& parts,
                                const std::string& directory) {
  std::vector<std::int64_t> ids;
  for (const auto& role : roles) {
    const std::string& token = tokens.at(role);
    const auto id = parts.model->vocabulary().Id(token);
    const auto added = std::find_if(parts.added_tokens.begin(), parts.added_tokens.end(),
                                    [&token](const AddedToken& other) { return other.content == token; });
    if (!id && added == parts.added_tokens.end()) {
      ThrowBadFile(directory + ": the vocabulary lacks " + Quoted(token) + ", the " + role + " that goes with a text");
    }
    ids.push_back(id ? *id : added->id);
  }
  return ids;
}

/// What the classes put around a text where no tokenizer.json says it.
void SetPostProcessor(const std::string& tokenizer_class, const JsonComponent& config, const Roles& tokens,
                      const std::string& directory, TokenizerParts* parts) {
  std::vector<std::string> before;
  std::vector<std::string> behind;
  const bool is_llama = tokenizer_class == "LlamaTokenizer" || tokenizer_class == "GemmaTokenizer";
  if (tokens.count("cls_token") != 0 && tokens.count("sep_token") != 0) {
    before = {"cls_token"};
    behind = {"sep_token"};
  } else if (tokenizer_class == "CLIPTokenizer") {
    before = {"bos_token"};
    behind = {"eos_token"};
  } else {
    if (config.Flag("add_bos_token", is_llama) && tokens.count("bos_token") != 0) before = {"bos_token"};
    const bool is_t5 = tokenizer_class == "T5Tokenizer";
    if (config.Flag("add_eos_token", is_t5) && tokens.count("eos_token") != 0) behind = {"eos_token"};
  }
  parts->post_processor.before = IdsOf(before, tokens, *parts, directory);
  parts->post_processor.behind = IdsOf(behind, tokens, *parts, directory);
  const bool is_roberta = tokenizer_class == "RobertaTokenizer" || tokenizer_class == "BartTokenizer";
  parts->post_processor.trim_spaces = is_roberta;
  parts->post_processor.keep_first_space = is_roberta && config.Flag("add_prefix_space", false);
}

TokenizerSettings SettingsOf(const JsonComponent& config, const Roles& roles, const TokenizerParts& parts) {
  // transformers writes 1e30 where there is no limit.
  constexpr std::int64_t no_limit = 1 << 30;
  TokenizerSettings settings;
  settings.special_tokens = roles;
  const bool has_image = std::any_of(parts.added_tokens.begin(), parts.added_tokens.end(),
                                     [](const AddedToken& token) { return token.content == "<image>"; });
  if (has_image) settings.special_tokens.emplace("image_token", "<image>");
  settings.clean_up_tokenization_spaces = config.Flag("clean_up_tokenization_spaces", false);
  const JsonValue* length = config.Find("model_max_length");
  if (length != nullptr && length->number > 0 && length->number < static_cast<double>(no_limit)) {
    settings.max_length = static_cast<std::int64_t>(length->number);
  }
  return settings;
}

}  // namespace

std::unique_ptr<HuggingFaceTokenizer> LoadHuggingFaceTokenizer(const std::string& directory) {
  const JsonValue config_value = ReadOptionalJson(directory, "tokenizer_config.json");
  const JsonValue map_value = ReadOptionalJson(directory, "special_tokens_map.json");
  const JsonValue added_value = ReadOptionalJson(directory, "added_tokens.json");
  const JsonComponent config(config_value, PathIn(directory, "tokenizer_config.json"));
  std::string tokenizer_class = ClassOf(config);
  TokenizerParts parts = ReadParts(directory, config, &tokenizer_class);

  NamedTokens named(DefaultRoles(tokenizer_class));
  named.Read(JsonComponent(map_value, PathIn(directory, "special_tokens_map.json")));
  named.Read(config);
  TokenCollector collector(&parts);
  collector.AddDecoderTokens(config);
  collector.AddFileTokens(added_value, PathIn(directory, "added_tokens.json"));
  collector.AddNamedTokens(named);
  if (!IsFile(PathIn(directory, "tokenizer.json"))) {
    SetPostProcessor(tokenizer_class, config, named.roles(), directory, &parts);
  }
  TokenizerSettings settings = SettingsOf(config, named.roles(), parts);
  return std::make_unique<HuggingFaceTokenizer>(std::move(parts), std::move(settings));
}

}  // namespace wherefore
