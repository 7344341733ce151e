#include "models/hugging_face/generation_config.h"

#include <algorithm>

#include "explain/error.h"
#include "models/files/files.h"

namespace wherefore {
namespace {

constexpr const char* kGenerationFile = "generation_config.json";
constexpr int64_t kDefaultPieces = 20;  // of generate()
constexpr int64_t kMostNewPieces = 65536;
constexpr int64_t kMostBeams = 256;

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
  ignore("no_repeat_ngram_size", number("no_repeat_ngram_size", 0) != 0);
  ignore("encoder_no_repeat_ngram_size", number("encoder_no_repeat_ngram_size", 0) != 0);
  ignore("min_length", number("min_length", 0) > 0);
  ignore("min_new_tokens", number("min_new_tokens", 0) > 0);
  for (const char* key : {"forced_bos_token_id", "forced_eos_token_id", "suppress_tokens", "begin_suppress_tokens",
                          "bad_words_ids", "exponential_decay_length_penalty", "sequence_bias"}) {
    ignore(key, config.Has(key));
  }
  if (ignored.empty()) return;
  warnings->push_back("how texts are written differs from transformers' generate(): " + config.file() + " sets " +
                      Listed(ignored) + ", which is not done here");
}

DecodeOptions DecodingIn(const HubConfig& config, std::vector<std::string>* warnings) {
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
  WarnOfOthers(config, warnings);
  return options;
}

}  // namespace

DecodeOptions ReadHubGeneration(const ModelFiles& files, const HubConfig& text, std::vector<std::string>* warnings) {
  const auto path = files.PathOf(kGenerationFile);
  if (!IsFile(path)) return DecodingIn(text, warnings);
  const auto contents = ReadFile(path);
  const auto document = ParseJson(contents.data(), contents.size(), path);
  return DecodingIn(HubConfig(document, path), warnings);
}

}  // namespace wherefore
