#include "models/hugging_face/generation_config.h"

#include <algorithm>

#include "explain/error.h"
#include "models/files/files.h"

namespace wherefore {
namespace {

constexpr int64_t kDefaultPieces = 20;  // of generate()
constexpr int64_t kMostNewPieces = 65536;
constexpr int64_t kMostBeams = 256;

/// An integer, or a list of them that may be empty.
std::vector<int64_t> IdsIn(const HubConfig& config, const std::string& key) {
  const auto* value = config.Find(key);
  if (value != nullptr && value->kind == JsonValue::Kind::kArray && value->items.empty()) return {};
  return config.OneOrMore(key, 0, kMostHubTokens);
}

/// A list of lists of ids.
std::vector<std::vector<int64_t>> SequencesIn(const HubConfig& config, const std::string& key) {
  const auto* value = config.Find(key);
  if (value == nullptr) return {};
  const std::string wanted = "a list of lists of ids";
  if (value->kind != JsonValue::Kind::kArray) config.Refuse(key, wanted);
  std::vector<std::vector<int64_t>> sequences;
  for (const auto& item : value->items) {
    if (item.kind != JsonValue::Kind::kArray || item.items.empty()) config.Refuse(key, wanted);
    auto& sequence = sequences.emplace_back();
    for (const auto& id : item.items) {
      if (id.kind != JsonValue::Kind::kInteger || id.integer < 0) config.Refuse(key, wanted);
      sequence.push_back(id.integer);
    }
  }
  return sequences;
}

TextRules RulesIn(const HubConfig& config) {
  TextRules rules;
  rules.banned = IdsIn(config, "suppress_tokens");
  rules.banned_first = IdsIn(config, "begin_suppress_tokens");
  rules.banned_sequences = SequencesIn(config, "bad_words_ids");
  rules.unrepeated_length = config.Integer("no_repeat_ngram_size", 0, 0, kMostNewPieces);
  // As 'max_length', it counts the id that a text begins with.
  rules.least_length = std::max<int64_t>(0, config.Integer("min_length", 0, 0, kMostNewPieces) - 1);
  rules.least_new_length = config.Integer("min_new_tokens", 0, 0, kMostNewPieces);
  rules.first = IdsIn(config, "forced_bos_token_id");
  rules.last = IdsIn(config, "forced_eos_token_id");
  return rules;
}

/// What is set to other than what changes nothing, and is not done here.
void WarnOfOthers(const HubConfig& config, std::vector<std::string>* warnings) {
  std::vector<std::string> ignored;
  const auto ignore = [&](const char* key, bool matters) {
    if (matters) ignored.emplace_back(key);
  };
  const auto number = [&](const char* key, double otherwise) { return config.Number(key, otherwise, -1e18, 1e18); };
  ignore("do_sample", config.Boolean("do_sample", false));
  ignore("num_beam_groups", number("num_beam_groups", 1) != 1);
  ignore("repetition_penalty", number("repetition_penalty", 1) != 1);
  ignore("encoder_repetition_penalty", number("encoder_repetition_penalty", 1) != 1);
  ignore("encoder_no_repeat_ngram_size", number("encoder_no_repeat_ngram_size", 0) != 0);
  const auto* early = config.Find("early_stopping");
  ignore("early_stopping", early != nullptr && early->kind != JsonValue::Kind::kBoolean);
  for (const char* key : {"exponential_decay_length_penalty", "sequence_bias"}) {
    ignore(key, config.Has(key));
  }
  if (ignored.empty()) return;
  warnings->push_back("how texts are written differs from transformers' generate(): " + config.file() + " sets " +
                      Listed(ignored) + ", which is not done here");
}

}  // namespace

DecodeOptions HubGenerationIn(const HubConfig& config, std::vector<std::string>* warnings) {
  DecodeOptions options;
  options.beam = config.Integer("num_beams", 1, 1, kMostBeams);
  options.length_penalty = config.Number("length_penalty", 1, -100, 100);
  const auto* early = config.Find("early_stopping");
  options.early_stopping = early != nullptr && early->kind == JsonValue::Kind::kBoolean && early->boolean;
  // 'max_length' counts what stands before the text: the id that it begins with. 20 is what is written where nobody
  // chose, and generate() then writes 20 pieces.
  const auto whole = config.Integer("max_length", kDefaultPieces, 1, kMostNewPieces);
  const auto written = whole == kDefaultPieces ? kDefaultPieces : std::max<int64_t>(1, whole - 1);
  options.max_length = config.Integer("max_new_tokens", written, 1, kMostNewPieces);
  options.rules = RulesIn(config);
  WarnOfOthers(config, warnings);
  return options;
}

JsonValue ReadGenerationConfig(const ModelFiles& files) {
  const auto path = files.PathOf(kGenerationFile);
  if (!IsFile(path)) return {};
  const auto contents = ReadFile(path);
  auto document = ParseJson(contents.data(), contents.size(), path);
  const HubConfig is_object(document, path);  // throws where it is none
  return document;
}

std::vector<int64_t> ReadHubIds(const ModelFiles& files, const std::vector<HubConfig>& others, const std::string& key,
                                int64_t vocabulary, int64_t otherwise) {
  const auto generation = ReadGenerationConfig(files);
  std::vector<HubConfig> places;
  if (generation.kind != JsonValue::Kind::kNull) places.emplace_back(generation, files.PathOf(kGenerationFile));
  for (const auto& other : others) places.push_back(other);
  for (const auto& place : places) {
    const auto ids = place.OneOrMore(key, 0, vocabulary - 1);
    if (!ids.empty()) return ids;
  }
  return {otherwise};
}

DecodeOptions ReadHubGeneration(const ModelFiles& files, const HubConfig& text, std::vector<std::string>* warnings) {
  const auto document = ReadGenerationConfig(files);
  if (document.kind == JsonValue::Kind::kNull) return HubGenerationIn(text, warnings);
  return HubGenerationIn(HubConfig(document, files.PathOf(kGenerationFile)), warnings);
}

}  // namespace wherefore
