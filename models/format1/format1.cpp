#include "models/format1/format1.h"

#include <algorithm>
#include <map>

#include <c10/util/Exception.h>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/files/skip_initialisation.h"
#include "models/files/weights.h"

namespace wherefore {
namespace {

constexpr int64_t kFormat = 1;
constexpr const char* kLabelsKey = "labels";
constexpr const char* kAnswersKey = "answers";

// A number beyond these is a slip, which memory should not be taken for.
constexpr int64_t kMostPixels = 16384;
constexpr int64_t kMostPieces = 10'000;

/// Under which key config.json names the file of the labels or answers; "" where a task has neither.
std::string WordListKey(Task task) {
  return task == Task::kClassification ? kLabelsKey : task == Task::kVqa ? kAnswersKey : "";
}

/// As loading names them to a user: 'network.classes', 'network.answers'.
std::string LabelCountKey(Task task) { return task == Task::kVqa ? "network.answers" : "network.classes"; }

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

JsonValue ImageJson(const ImageOptions& image) {
  JsonValue json;
  json.Set("width", JsonValue::Integer(image.width))
      .Set("height", JsonValue::Integer(image.height))
      .Set("resize", JsonValue::Text(image.resize));
  if (image.resize == "center_crop") json.Set("shorter_side", JsonValue::Integer(image.shorter_side));
  return json.Set("filter", JsonValue::Text(image.filter))
      .Set("mean", JsonValue::Numbers(image.mean))
      .Set("std", JsonValue::Numbers(image.std));
}

/// Captioners' text says too which ids a caption begins and ends with.
void ReadText(const ObjectReader& reader, int64_t vocabulary_size, Task task, Format1Config* config) {
  std::vector<std::string> keys = {"type", "file", "lowercase", "max_length"};
  if (task == Task::kCaption) keys.insert(keys.end(), {"begin", "end"});
  reader.AllowOnly(keys);
  auto& text = config->text;
  text.type = reader.Choice("type", {"sentencepiece", "words"});
  text.file = reader.FileName("file");
  text.lowercase = reader.Boolean("lowercase");
  text.max_length = reader.Integer("max_length", 1, kMostPieces);
  config->decoding.max_length = text.max_length;
  if (task != Task::kCaption) return;
  const int64_t begin = reader.Integer("begin", 0, vocabulary_size - 1);
  const int64_t end = reader.Integer("end", 0, vocabulary_size - 1);
  if (begin == end) reader.Refuse("end", "another id than 'begin'");
  config->decoding.begin = {begin};
  config->decoding.ends = {end};
}

JsonValue TextJson(const Format1Config& config, Task task) {
  const auto& text = config.text;
  JsonValue json;
  json.Set("type", JsonValue::Text(text.type))
      .Set("file", JsonValue::Text(text.file))
      .Set("lowercase", JsonValue::Boolean(text.lowercase));
  if (task == Task::kCaption) {
    const auto& decoding = config.decoding;
    if (decoding.begin.size() != 1 || decoding.ends.size() != 1) {
      ThrowUsage("captions of format 1 begin with one id and end with one");
    }
    json.Set("begin", JsonValue::Integer(decoding.begin[0])).Set("end", JsonValue::Integer(decoding.ends[0]));
  }
  return json.Set("max_length", JsonValue::Integer(text.max_length));
}

void RequireFile(const ModelFiles& files, const std::string& key, const std::string& file) {
  if (IsFile(files.PathOf(file))) return;
  ThrowBadFile(files.config_path() + ": key '" + key + "' names the file '" + file + "', but there is none in '" +
               files.directory + "'");
}

/// The labels or answers, as many as the network has outputs.
std::vector<std::string> ReadLabels(const ModelFiles& files, const Format1Config& config, Task task) {
  const std::string path = files.PathOf(config.word_list);
  auto words = SplitLines(ReadFile(path), path);
  if (static_cast<int64_t>(words.size()) != config.network.labels) {
    ThrowBadFile(path + ": " + std::to_string(words.size()) + " lines, but " + files.config_path() + ": key '" +
                 LabelCountKey(task) + "' is " + std::to_string(config.network.labels));
  }
  return words;
}

/// The network with its weights, frozen.
std::shared_ptr<Network> BuildNetwork(const ModelFiles& files, const Format1Config& config, at::ScalarType dtype) {
  const std::string weights_path = files.PathOf(config.weights);
  const Weights weights = Weights::OfFile(weights_path, {dtype});
  if (config.network.least_weights > weights.numel()) {
    ThrowBadFile(files.config_path() + ": the sizes under 'network' take at least " +
                 std::to_string(config.network.least_weights) + " weights, but '" + weights_path + "' holds " +
                 std::to_string(weights.numel()));
  }
  try {
    const SkipInitialisation every_weight_is_set;
    auto network = config.network.make(files.config_path());
    LoadWeights(*network, weights, config.network.trunk);
    network->eval();
    for (auto& parameter : network->parameters()) parameter.requires_grad_(false);
    return network;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBadFile) throw;
    ThrowBadFile(files.config_path() + ": key 'network': " + error.what());
  } catch (const c10::Error& error) {
    ThrowBadFile(files.config_path() + ": key 'network': it cannot be built: " + error.what_without_backtrace());
  }
}

Model LoadFormat1(const ModelFiles& files, const Format1Kind& kind, const LoadOptions& options) {
  const auto config = ReadFormat1(files.config, files.config_path(), kind);
  const auto key = WordListKey(kind.task);
  RequireFile(files, "weights", config.weights);
  if (!key.empty()) RequireFile(files, key, config.word_list);
  if (kind.task != Task::kClassification) RequireFile(files, "text.file", config.text.file);
  Model model;
  model.info = config.info;
  model.text = config.text;
  model.decoding = config.decoding;
  if (kind.task != Task::kClassification) {
    model.tokenizer = ReadTokenizer(files.PathOf(config.text.file), config.text, config.network.vocabulary_size);
  }
  if (!key.empty()) model.labels = ReadLabels(files, config, kind.task);
  model.network = BuildNetwork(files, config, options.dtype);
  return model;
}

std::string JoinedLines(const std::vector<std::string>& words, const std::string& file) {
  std::string lines;
  for (const auto& word : words) {
    if (word.find_first_of("\r\n") != std::string::npos) {
      ThrowUsage("'" + word + "' holds a line break, which '" + file + "' cannot");
    }
    lines += word + "\n";
  }
  return lines;
}

/// Loading builds as much of a trunk as the configuration needs; weights of more, or of less, would be refused.
void RequireSameTrunk(const Network& network, const PlannedNetwork& planned) {
  const auto& until = dynamic_cast<const Trunk&>(network.image_part()).options().until;
  if (until == planned.trunk.options.until) return;
  ThrowUsage("the trunk was built until '" + until + "', but TrunkOptions::until must be '" +
             planned.trunk.options.until + "' for what the task needs of it");
}

void RequireLabelCount(const Model& model, const PlannedNetwork& planned, Task task) {
  if (static_cast<int64_t>(model.labels.size()) == planned.labels) return;
  ThrowUsage("the model has " + std::to_string(model.labels.size()) + (task == Task::kVqa ? " answers" : " labels") +
             ", but its network has " + std::to_string(planned.labels));
}

/// What format 1 has no key for must be as it is where nothing is said.
void RequireImageOfFormat1(const ImageOptions& image) {
  const ImageOptions silent;
  if (image.pad == silent.pad && image.rounding == silent.rounding && image.rescale == silent.rescale) return;
  ThrowUsage(
      "format 1 of config.json has no key for the image options' pad, rounding and rescale: leave them as they are "
      "by default");
}

/// Everything is checked as loading would, before the first file is written; config.json comes last, so that a
/// directory that was not finished is none.
void WriteFormat1(const Model& model, const Format1Kind& kind, const JsonValue& network, const std::string& directory,
                  const SaveOptions& options) {
  const bool has_labels = !WordListKey(kind.task).empty();
  const auto weights = CollectWeights(*model.network, options.half);
  Format1Config config;
  config.info = model.info;
  config.text = model.text;
  config.decoding = model.decoding;
  if (has_labels) config.word_list = kind.task == Task::kVqa ? "answers.txt" : "labels.txt";
  const auto& word_list = config.word_list;
  std::string config_text;
  std::string words;
  PlannedNetwork planned;
  try {
    RequireImageOfFormat1(model.info.image);
    const auto json = Format1Json(config, kind, network);
    config_text = FormatJson(json);
    planned = ReadFormat1(json, "the model", kind).network;
    RequireSameTrunk(*model.network, planned);
    if (has_labels) SplitLines(words = JoinedLines(model.labels, word_list), word_list);
  } catch (const Error& error) {
    ThrowUsage("cannot save to '" + directory + "': " + error.what());
  }
  if (has_labels) RequireLabelCount(model, planned, kind.task);
  std::string tokenizer;
  if (kind.task != Task::kClassification) {
    const auto path =
        options.tokenizer_file.empty() ? PathIn(model.info.directory, model.text.file) : options.tokenizer_file;
    ReadTokenizer(path, model.text, planned.vocabulary_size);
    tokenizer = ReadFile(path);
  }
  MakeDirectory(directory);
  WriteSafetensors(PathIn(directory, config.weights), weights, {{"format", "pt"}});
  if (has_labels) WriteFileWhole(PathIn(directory, word_list), words);
  if (!tokenizer.empty()) WriteFileWhole(PathIn(directory, model.text.file), tokenizer);
  WriteFileWhole(PathIn(directory, kConfigFile), config_text);
}

/// The text under a key, or under a key of an object; "" where there is none.
std::string TextUnder(const JsonValue& document, const std::string& key, const std::string& inner = "") {
  const auto* value = document.Find(key);
  if (value != nullptr && !inner.empty()) value = value->Find(inner);
  return value == nullptr ? "" : value->string;
}

bool IsOfKind(const ModelFiles& files, const Format1Kind& kind) {
  const auto* format = files.config.Find("format");
  return format != nullptr && format->integer == kFormat && TextUnder(files.config, "task") == NameOf(kind.task) &&
         (kind.type.empty() || TextUnder(files.config, "network", "type") == kind.type);
}

}  // namespace

Family Format1Family(const Format1Kind& kind) {
  Family family;
  family.name = kind.type.empty() ? "classifier" : kind.type;
  family.form = "format 1";
  family.summary = kind.summary;
  family.tasks = {kind.task};
  family.reads = [kind](const ModelFiles& files) { return IsOfKind(files, kind); };
  family.load = [kind](const ModelFiles& files, const LoadOptions& options) {
    return LoadFormat1(files, kind, options);
  };
  family.save = [kind](const Model& model, const std::string& directory, const SaveOptions& options) {
    const auto network = kind.write(*model.network);
    if (network.kind == JsonValue::Kind::kNull) return false;
    WriteFormat1(model, kind, network, directory, options);
    return true;
  };
  return family;
}

Format1Config ReadFormat1(const JsonValue& document, const std::string& file, const Format1Kind& kind) {
  const ObjectReader reader(document, file);
  reader.Exactly("format", kFormat, ", the one that this version reads");
  reader.Choice("task", {NameOf(kind.task)});
  const auto list_key = WordListKey(kind.task);
  const bool has_text = kind.task != Task::kClassification;
  std::vector<std::string> keys = {"format", "name", "task", "network", "weights", "image", "layer", "method"};
  if (has_text) keys.emplace_back("text");
  if (!list_key.empty()) keys.push_back(list_key);
  reader.AllowOnly(keys);
  Format1Config config;
  config.info.tasks = {kind.task};
  config.network = kind.read(reader.Object("network"));
  if (has_text) ReadText(reader.Object("text"), config.network.vocabulary_size, kind.task, &config);
  if (!list_key.empty()) config.word_list = reader.FileName(list_key);
  config.info.name = reader.Text("name");
  config.weights = reader.FileName("weights");
  config.info.image = ReadImage(reader.Object("image"));
  config.info.layer = reader.Text("layer");
  if (reader.Has("method")) config.info.method = reader.Choice("method", MethodNames());
  return config;
}

void CheckFormat1Type(const ModelFiles& files, const std::vector<Family>& families) {
  const ObjectReader reader(files.config, files.config_path());
  reader.Exactly("format", kFormat, ", the one that this version reads");
  const auto task = reader.Choice("task", {NameOf(Task::kClassification), NameOf(Task::kCaption), NameOf(Task::kVqa)});
  if (task == NameOf(Task::kClassification)) return;  // of any type: its kind says which there are
  std::vector<std::string> types;
  for (const auto& family : families) {
    if (family.form == "format 1" && NameOf(family.tasks[0]) == task) types.push_back(family.name);
  }
  reader.Object("network").Choice("type", types);
}

JsonValue Format1Json(const Format1Config& config, const Format1Kind& kind, const JsonValue& network) {
  JsonValue json;
  json.Set("format", JsonValue::Integer(kFormat))
      .Set("name", JsonValue::Text(config.info.name))
      .Set("task", JsonValue::Text(NameOf(kind.task)))
      .Set("network", network)
      .Set("weights", JsonValue::Text(config.weights))
      .Set("image", ImageJson(config.info.image));
  if (kind.task == Task::kClassification) json.Set(kLabelsKey, JsonValue::Text(config.word_list));
  if (kind.task != Task::kClassification) json.Set("text", TextJson(config, kind.task));
  if (kind.task == Task::kVqa) json.Set(kAnswersKey, JsonValue::Text(config.word_list));
  json.Set("layer", JsonValue::Text(config.info.layer));
  if (config.info.method != ModelInfo().method) json.Set("method", JsonValue::Text(config.info.method));
  return json;
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
