#include "models/format1/config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "models/convolutional/feature_map.h"
#include "models/convolutional/image_feature.h"
#include "models/files/json.h"
#include "models/files/object_reader.h"

namespace wherefore {
namespace {

constexpr int64_t kFormat = 1;
constexpr const char* kShowAndTell = "show-and-tell";
constexpr const char* kShowAttendAndTell = "show-attend-and-tell";
constexpr const char* kUpDown = "up-down";
constexpr const char* kAoaNet = "aoa-net";
constexpr const char* kLstmQNormI = "lstm-q-norm-i";
constexpr const char* kFilm = "film";
constexpr const char* kAnnotationStage = "annotation_stage";
constexpr const char* kFeatureStage = "feature_stage";
constexpr const char* kTensorflowSame = "tf_same";
constexpr const char* kSymmetric = "symmetric";

// Ranges wide enough for any network of these kinds; a number beyond them is a slip, which memory should not be taken
// for.
constexpr int64_t kMostPixels = 16384;
constexpr int64_t kMostUnits = 65536;
constexpr int64_t kMostLayers = 16;
constexpr int64_t kMostWords = 10'000'000;
constexpr int64_t kMostPieces = 10'000;

ImageOptions ReadImage(const ObjectReader& reader) {
  reader.AllowOnly({"width", "height", "resize", "shorter_side", "filter", "mean", "std"});
  ImageOptions image;
  image.width = reader.Integer("width", 1, kMostPixels);
  image.height = reader.Integer("height", 1, kMostPixels);
  image.resize = reader.Choice("resize", {"stretch", "center_crop"});
  if (image.resize == "center_crop") {
    // Shorter, and the middle to cut out would reach beyond the image.
    image.shorter_side = reader.Integer("shorter_side", std::max(image.width, image.height), kMostPixels);
  } else if (reader.Has("shorter_side")) {
    reader.Refuse("shorter_side", "left out unless 'resize' is \"center_crop\"");
  }
  image.filter = reader.Choice("filter", {"area", "bilinear"});
  image.mean = reader.Numbers("mean", 3, 0, 1);
  image.std = reader.Numbers("std", 3, 1e-6, 1e6);
  return image;
}

/// `composed`: the trunk of a captioner or a VQA model, which has no classes of its own.
TrunkOptions ReadTrunk(const ObjectReader& reader, const std::vector<std::string>& types, bool composed) {
  std::vector<std::string> keys = {"type", "padding", "transform_input"};
  if (!composed) keys.emplace_back("classes");
  reader.AllowOnly(keys);
  TrunkOptions trunk;
  trunk.type = reader.Choice("type", types);
  if (reader.Has("padding")) {
    const bool same = reader.Choice("padding", {kTensorflowSame, kSymmetric}) == kTensorflowSame;
    trunk.padding = same ? Padding::kTensorflowSame : Padding::kSymmetric;
    if (same && trunk.type != "mobilenet_v2") reader.Refuse("padding", "\"symmetric\" for " + Quoted(trunk.type));
  }
  if (reader.Has("transform_input")) {
    trunk.transform_input = reader.Boolean("transform_input");
    if (trunk.transform_input && trunk.type != "googlenet") {
      reader.Refuse("transform_input", "false for " + Quoted(trunk.type));
    }
  }
  if (!composed) trunk.classes = reader.Integer("classes", 1, kMostWords);
  return trunk;
}

/// The keys that go into the options common to all decoders.
std::vector<std::string> DecoderKeys(const std::vector<std::string>& more = {}) {
  std::vector<std::string> keys = {"type",           "trunk",       "image_feature", "image_feature_size",
                                   "embedding_size", "hidden_size", "layers",        "vocabulary_size"};
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

/// The options that ShowAndTellOptions and LstmQNormIOptions have in common.
template <class Options>
void ReadDecoder(const ObjectReader& reader, const std::vector<std::string>& trunk_types, Options& options) {
  options.trunk = ReadTrunk(reader.Object("trunk"), trunk_types, true);
  options.image_feature = reader.Text("image_feature");
  // What lies behind is not built, and has no weights in the file.
  options.trunk.until = options.image_feature == kAveragePool ? kFeatureMap : options.image_feature;
  options.image_feature_size = reader.Integer("image_feature_size", 1, kMostUnits);
  options.embedding_size = reader.Integer("embedding_size", 1, kMostUnits);
  options.hidden_size = reader.Integer("hidden_size", 1, kMostUnits);
  options.layers = reader.Integer("layers", 1, kMostLayers);
  options.vocabulary_size = reader.Integer("vocabulary_size", 1, kMostWords);
}

ShowAndTellOptions ReadShowAndTell(const ObjectReader& reader, const std::vector<std::string>& trunk_types) {
  reader.AllowOnly(DecoderKeys());
  ShowAndTellOptions options;
  ReadDecoder(reader, trunk_types, options);
  return options;
}

LstmQNormIOptions ReadLstmQNormI(const ObjectReader& reader, const std::vector<std::string>& trunk_types) {
  reader.AllowOnly(DecoderKeys({"fusion_size", "answers"}));
  LstmQNormIOptions options;
  ReadDecoder(reader, trunk_types, options);
  options.fusion_size = reader.Integer("fusion_size", 1, kMostUnits);
  options.answers = reader.Integer("answers", 1, kMostWords);
  return options;
}

/// A trunk built until the stage that `key` names, whose feature map is used; without the key, the feature stage.
TrunkOptions ReadTrunkUntil(const ObjectReader& reader, const std::vector<std::string>& trunk_types,
                            const std::string& key, std::string* stage) {
  auto trunk = ReadTrunk(reader.Object("trunk"), trunk_types, true);
  *stage = reader.Has(key) ? reader.Text(key) : "";
  trunk.until = BuiltUntilStage(*stage);
  return trunk;
}

/// A captioner with attention: the sizes of all of them go by the same names.
template <class Options>
Options ReadAttending(const ObjectReader& reader, const std::vector<std::string>& trunk_types) {
  reader.AllowOnly({"type", "trunk", kAnnotationStage, "annotation_channels", "attention_size", "embedding_size",
                    "hidden_size", "use_box", "non_local_size", "vocabulary_size"});
  Options options;
  options.trunk = ReadTrunkUntil(reader, trunk_types, kAnnotationStage, &options.annotation_stage);
  options.annotation_channels = reader.Integer("annotation_channels", 1, kMostUnits);
  options.attention_size = reader.Integer("attention_size", 1, kMostUnits);
  options.embedding_size = reader.Integer("embedding_size", 1, kMostUnits);
  options.hidden_size = reader.Integer("hidden_size", 1, kMostUnits);
  if (reader.Has("use_box")) options.use_box = reader.Boolean("use_box");
  if (reader.Has("non_local_size")) options.non_local_size = reader.Integer("non_local_size", 1, kMostUnits);
  options.vocabulary_size = reader.Integer("vocabulary_size", 1, kMostWords);
  return options;
}

FilmOptions ReadFilm(const ObjectReader& reader, const std::vector<std::string>& trunk_types) {
  reader.AllowOnly({"type", "trunk", kFeatureStage, "feature_channels", "embedding_size", "hidden_size", "modules",
                    "module_dim", "classifier_channels", "classifier_pooling", "classifier_hidden", "vocabulary_size",
                    "answers"});
  FilmOptions options;
  options.trunk = ReadTrunkUntil(reader, trunk_types, kFeatureStage, &options.feature_stage);
  options.feature_channels = reader.Integer("feature_channels", 1, kMostUnits);
  options.embedding_size = reader.Integer("embedding_size", 1, kMostUnits);
  options.hidden_size = reader.Integer("hidden_size", 1, kMostUnits);
  options.modules = reader.Integer("modules", 1, kMostLayers);
  options.module_dim = reader.Integer("module_dim", 1, kMostUnits);
  options.classifier_channels = reader.Integer("classifier_channels", 0, kMostUnits);
  if (reader.Has("classifier_pooling")) {
    options.classifier_pooling = reader.Choice("classifier_pooling", {kMaxPooling, kAveragePooling});
  }
  options.classifier_hidden = reader.Integer("classifier_hidden", 1, kMostUnits);
  options.vocabulary_size = reader.Integer("vocabulary_size", 1, kMostWords);
  options.answers = reader.Integer("answers", 1, kMostWords);
  return options;
}

NetworkOptions ReadCaptioner(const ObjectReader& reader, const std::vector<std::string>& trunk_types) {
  const auto type = reader.Choice("type", {kShowAndTell, kShowAttendAndTell, kUpDown, kAoaNet});
  if (type == kShowAndTell) return ReadShowAndTell(reader, trunk_types);
  if (type == kAoaNet) return ReadAttending<AoaNetOptions>(reader, trunk_types);
  if (type == kUpDown) return ReadAttending<UpDownOptions>(reader, trunk_types);
  return ReadAttending<ShowAttendAndTellOptions>(reader, trunk_types);
}

NetworkOptions ReadAnswerer(const ObjectReader& reader, const std::vector<std::string>& trunk_types) {
  const auto type = reader.Choice("type", {kLstmQNormI, kFilm});
  if (type == kLstmQNormI) return ReadLstmQNormI(reader, trunk_types);
  return ReadFilm(reader, trunk_types);
}

/// `captions`: the model writes text, and so needs to know its begin and end.
TextOptions ReadText(const ObjectReader& reader, int64_t vocabulary_size, bool captions) {
  std::vector<std::string> keys = {"type", "file", "lowercase", "max_length"};
  if (captions) keys.insert(keys.end(), {"begin", "end"});
  reader.AllowOnly(keys);
  TextOptions text;
  text.type = reader.Choice("type", {"sentencepiece", "words"});
  text.file = reader.FileName("file");
  text.lowercase = reader.Boolean("lowercase");
  text.max_length = reader.Integer("max_length", 1, kMostPieces);
  if (captions) {
    text.begin = reader.Integer("begin", 0, vocabulary_size - 1);
    text.end = reader.Integer("end", 0, vocabulary_size - 1);
    if (text.begin == text.end) reader.Refuse("end", "another id than 'begin'");
  }
  return text;
}

nlohmann::ordered_json ImageJson(const ImageOptions& image) {
  nlohmann::ordered_json json = {{"width", image.width}, {"height", image.height}, {"resize", image.resize}};
  if (image.resize == "center_crop") json["shorter_side"] = image.shorter_side;
  json["filter"] = image.filter;
  json["mean"] = image.mean;
  json["std"] = image.std;
  return json;
}

nlohmann::ordered_json TrunkJson(const TrunkOptions& trunk, bool composed) {
  nlohmann::ordered_json json = {{"type", trunk.type}};
  if (trunk.padding == Padding::kTensorflowSame) json["padding"] = kTensorflowSame;
  if (trunk.transform_input) json["transform_input"] = true;
  if (!composed) json["classes"] = trunk.classes;
  return json;
}

template <class Options>
nlohmann::ordered_json DecoderJson(const char* type, const Options& options) {
  return {{"type", type},
          {"trunk", TrunkJson(options.trunk, true)},
          {"image_feature", options.image_feature},
          {"image_feature_size", options.image_feature_size},
          {"embedding_size", options.embedding_size},
          {"hidden_size", options.hidden_size},
          {"layers", options.layers},
          {"vocabulary_size", options.vocabulary_size}};
}

/// What ReadTrunkUntil() reads.
nlohmann::ordered_json JsonUntil(const char* type, const TrunkOptions& trunk, const std::string& key,
                                 const std::string& stage) {
  nlohmann::ordered_json json = {{"type", type}, {"trunk", TrunkJson(trunk, true)}};
  if (!stage.empty()) json[key] = stage;
  return json;
}

struct NetworkJson {
  nlohmann::ordered_json operator()(const TrunkOptions& options) const { return TrunkJson(options, false); }
  nlohmann::ordered_json operator()(const ShowAndTellOptions& options) const {
    return DecoderJson(kShowAndTell, options);
  }
  nlohmann::ordered_json operator()(const LstmQNormIOptions& options) const {
    auto json = DecoderJson(kLstmQNormI, options);
    json["fusion_size"] = options.fusion_size;
    json["answers"] = options.answers;
    return json;
  }
  nlohmann::ordered_json operator()(const ShowAttendAndTellOptions& options) const {
    return Attending(kShowAttendAndTell, options);
  }
  nlohmann::ordered_json operator()(const UpDownOptions& options) const { return Attending(kUpDown, options); }
  nlohmann::ordered_json operator()(const AoaNetOptions& options) const { return Attending(kAoaNet, options); }
  static nlohmann::ordered_json Attending(const char* type, const AttendingOptions& options) {
    auto json = JsonUntil(type, options.trunk, kAnnotationStage, options.annotation_stage);
    json["annotation_channels"] = options.annotation_channels;
    json["attention_size"] = options.attention_size;
    json["embedding_size"] = options.embedding_size;
    json["hidden_size"] = options.hidden_size;
    if (options.use_box) json["use_box"] = true;
    if (options.non_local_size > 0) json["non_local_size"] = options.non_local_size;
    json["vocabulary_size"] = options.vocabulary_size;
    return json;
  }
  nlohmann::ordered_json operator()(const FilmOptions& options) const {
    auto json = JsonUntil(kFilm, options.trunk, kFeatureStage, options.feature_stage);
    json["feature_channels"] = options.feature_channels;
    json["embedding_size"] = options.embedding_size;
    json["hidden_size"] = options.hidden_size;
    json["modules"] = options.modules;
    json["module_dim"] = options.module_dim;
    json["classifier_channels"] = options.classifier_channels;
    if (options.classifier_pooling != kMaxPooling) json["classifier_pooling"] = options.classifier_pooling;
    json["classifier_hidden"] = options.classifier_hidden;
    json["vocabulary_size"] = options.vocabulary_size;
    json["answers"] = options.answers;
    return json;
  }
};

nlohmann::ordered_json TextJson(const TextOptions& text, bool captions) {
  nlohmann::ordered_json json = {{"type", text.type}, {"file", text.file}, {"lowercase", text.lowercase}};
  if (captions) {
    json["begin"] = text.begin;
    json["end"] = text.end;
  }
  json["max_length"] = text.max_length;
  return json;
}

struct VocabularySizeOf {
  int64_t operator()(const TrunkOptions&) const { return 0; }
  template <class Options>
  int64_t operator()(const Options& options) const {
    return options.vocabulary_size;
  }
};

}  // namespace

int64_t VocabularySize(const NetworkOptions& network) { return std::visit(VocabularySizeOf(), network); }

ModelConfig ParseModelConfig(const std::string& text, const std::string& file,
                             const std::vector<std::string>& trunk_types) {
  const JsonValue document = ParseJson(text.data(), text.size(), file);
  const ObjectReader reader(document, file);
  reader.Exactly("format", kFormat, ", the one that this version reads");
  ModelConfig config;
  config.info.task = reader.Choice("task", {"classification", "caption", "vqa"});
  std::vector<std::string> keys = {"format", "name", "task", "network", "weights", "image", "layer", "method"};
  if (config.info.task == "classification") {
    keys.emplace_back(kLabelsKey);
    reader.AllowOnly(keys);
    config.network = ReadTrunk(reader.Object("network"), trunk_types, false);
    config.word_list = reader.FileName(kLabelsKey);
  } else if (config.info.task == "caption") {
    keys.emplace_back("text");
    reader.AllowOnly(keys);
    config.network = ReadCaptioner(reader.Object("network"), trunk_types);
    config.text = ReadText(reader.Object("text"), VocabularySize(config.network), true);
  } else {
    keys.insert(keys.end(), {"text", kAnswersKey});
    reader.AllowOnly(keys);
    config.network = ReadAnswerer(reader.Object("network"), trunk_types);
    config.text = ReadText(reader.Object("text"), VocabularySize(config.network), false);
    config.word_list = reader.FileName(kAnswersKey);
  }
  config.info.name = reader.Text("name");
  config.weights = reader.FileName("weights");
  config.info.image = ReadImage(reader.Object("image"));
  config.info.layer = reader.Text("layer");
  if (reader.Has("method")) config.info.method = reader.Choice("method", MethodNames());
  return config;
}

std::string FormatModelConfig(const ModelConfig& config) {
  nlohmann::ordered_json json = {{"format", kFormat}, {"name", config.info.name}, {"task", config.info.task}};
  json["network"] = std::visit(NetworkJson(), config.network);
  json["weights"] = config.weights;
  json["image"] = ImageJson(config.info.image);
  if (config.info.task == "classification") json[kLabelsKey] = config.word_list;
  if (config.info.task != "classification") json["text"] = TextJson(config.text, config.info.task == "caption");
  if (config.info.task == "vqa") json[kAnswersKey] = config.word_list;
  json["layer"] = config.info.layer;
  if (config.info.method != ModelInfo().method) json["method"] = config.info.method;
  try {
    return json.dump(2) + "\n";
  } catch (const nlohmann::json::exception&) {
    ThrowUsage("the model's name, layer or file names are not UTF-8");
  }
}

}  // namespace wherefore
