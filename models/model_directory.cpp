#include "models/model_directory.h"

#include <c10/util/Exception.h>
#include <torch/cuda.h>
#include <torch/utils.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "explain/error.h"
#include "models/config.h"
#include "models/files.h"
#include "models/image_feature.h"
#include "models/safetensors.h"
#include "models/weights.h"

namespace wherefore {
namespace {

constexpr const char* kConfigFile = "config.json";

std::string PathIn(const std::string& directory, const std::string& file) {
  return (std::filesystem::path(directory) / file).string();
}

bool IsFile(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

/// What a task's models are explained with.
struct TaskTools {
  const char* task;
  const char* program;
  const char* function;
};

constexpr TaskTools kTaskTools[] = {{"classification", "explain-image", "LoadClassificationModel()"},
                                    {"caption", "explain-caption", "LoadCaptionModel()"},
                                    {"vqa", "explain-vqa", "LoadVqaModel()"}};

void RequireTask(const ModelConfig& config, const std::string& directory, const std::string& task) {
  if (config.info.task == task) return;
  for (const auto& tools : kTaskTools) {
    if (config.info.task != tools.task) continue;
    ThrowUsage("'" + directory + "' holds a model of the task " + tools.task + ", not " + task + ": use the program " +
               tools.program + ", or the function " + tools.function);
  }
}

void RequireFile(const std::string& directory, const std::string& key, const std::string& file) {
  if (IsFile(PathIn(directory, file))) return;
  ThrowBadFile(PathIn(directory, kConfigFile) + ": key '" + key + "' names the file '" + file +
               "', but there is none in '" + directory + "'");
}

/// config.json, checked, and the files that it names.
ModelConfig ReadConfig(const std::string& directory, const std::string& task) {
  const std::string path = PathIn(directory, kConfigFile);
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    ThrowBadFile("no model directory '" + directory + "': " +
                 (std::filesystem::exists(directory, error) ? "it is a file" : "there is nothing of that name"));
  }
  if (!std::filesystem::exists(path, error)) {
    ThrowBadFile("'" + directory + "' is no model directory: it has no config.json");
  }
  ModelConfig config = ParseModelConfig(ReadFile(path), path, TrunkTypes());
  config.info.directory = directory;
  RequireTask(config, directory, task);
  RequireFile(directory, "weights", config.weights);
  if (task == "classification") RequireFile(directory, kLabelsKey, config.word_list);
  if (task == "vqa") RequireFile(directory, kAnswersKey, config.word_list);
  if (task != "classification") RequireFile(directory, "text.file", config.text.file);
  return config;
}

/// The labels or answers, `count` of them as the network's key says.
std::vector<std::string> ReadWordList(const ModelConfig& config, int64_t count, const std::string& key) {
  const std::string path = PathIn(config.info.directory, config.word_list);
  auto words = SplitLines(ReadFile(path), path);
  if (static_cast<int64_t>(words.size()) != count) {
    ThrowBadFile(path + ": " + std::to_string(words.size()) + " lines, but " +
                 PathIn(config.info.directory, kConfigFile) + ": key '" + key + "' is " + std::to_string(count));
  }
  return words;
}

std::unique_ptr<Tokenizer> ReadTokenizer(const std::string& path, const TextOptions& text, int64_t vocabulary_size) {
  auto tokenizer = text.type == "words" ? LoadWordList(path, text.lowercase) : LoadSentencePiece(path, text.lowercase);
  if (tokenizer->size() != vocabulary_size) {
    ThrowBadFile(path + ": the vocabulary has " + std::to_string(tokenizer->size()) +
                 " entries, but config.json: key 'network.vocabulary_size' is " + std::to_string(vocabulary_size));
  }
  return tokenizer;
}

/// How many values the network's own layers hold at least: a slip in a size is noticed before memory is taken for it.
int64_t LeastWeights(const TrunkOptions&) { return 0; }

template <class Options>
int64_t LeastWeights(const Options& options) {
  const int64_t inputs = options.embedding_size + (2 * options.layers - 1) * options.hidden_size;
  return options.vocabulary_size * options.embedding_size + 4 * options.hidden_size * inputs;
}

/// Refuses options that only the trunk, once made, can tell to be wrong.
void CheckImageFeature(const Trunk& trunk, const std::string& feature, int64_t size, const std::string& config_path) {
  if (feature == kAveragePool) {
    if (trunk.feature_channels() == size) return;
    ThrowBadFile(config_path + ": key 'network.image_feature_size' is " + std::to_string(size) +
                 ", but must be the number of channels of " + trunk.options().type + ", " +
                 std::to_string(trunk.feature_channels()));
  }
  const auto stages = trunk.stage_names();
  if (std::find(stages.begin(), stages.end(), feature) != stages.end()) return;
  ThrowBadFile(config_path + ": key 'network.image_feature' is \"" + feature + "\", but must be \"" + kAveragePool +
               "\" or a stage of " + trunk.options().type + DidYouMean(feature, stages));
}

// What differs between a trunk that classifies and networks that have a trunk, each once.

std::shared_ptr<Trunk> MakeNetwork(const TrunkOptions& options, const std::string&) { return MakeTrunk(options); }

std::shared_ptr<ShowAndTell> MakeNetwork(const ShowAndTellOptions& options, const std::string& config_path) {
  auto network = std::make_shared<ShowAndTell>(options);
  CheckImageFeature(network->trunk(), options.image_feature, options.image_feature_size, config_path);
  return network;
}

std::shared_ptr<LstmQNormI> MakeNetwork(const LstmQNormIOptions& options, const std::string& config_path) {
  auto network = std::make_shared<LstmQNormI>(options);
  CheckImageFeature(network->trunk(), options.image_feature, options.image_feature_size, config_path);
  return network;
}

TrunkPlace PlaceOfTrunk(const TrunkOptions& options) { return {options, ""}; }

template <class Options>
TrunkPlace PlaceOfTrunk(const Options& options) {
  return {options.trunk, "trunk."};
}

/// The network with its weights, frozen, on the device.
template <class Options>
auto BuildNetwork(const ModelConfig& config, c10::Device device) {
  const auto& options = std::get<Options>(config.network);
  const std::string config_path = PathIn(config.info.directory, kConfigFile);
  const std::string weights_path = PathIn(config.info.directory, config.weights);
  auto tensors = ReadSafetensors(weights_path);
  int64_t values = 0;
  for (const auto& item : tensors) values += item.second.numel();
  if (LeastWeights(options) > values) {
    ThrowBadFile(config_path + ": the sizes under 'network' take at least " + std::to_string(LeastWeights(options)) +
                 " weights, but '" + weights_path + "' holds " + std::to_string(values));
  }
  try {
    auto network = MakeNetwork(options, config_path);
    LoadWeights(*network, std::move(tensors), PlaceOfTrunk(options), weights_path);
    network->to(device);
    network->eval();
    for (auto& parameter : network->parameters()) parameter.requires_grad_(false);
    return network;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBadFile) throw;
    ThrowBadFile(config_path + ": key 'network': " + error.what());
  } catch (const c10::Error& error) {
    ThrowBadFile(config_path + ": key 'network': it cannot be built: " + error.what_without_backtrace());
  }
}

void RequireDevice(c10::Device device) {
  if (device.is_cpu()) return;
  if (!device.is_cuda()) ThrowUsage("device '" + device.str() + "' is not supported; use cpu or cuda");
  const auto count = static_cast<int64_t>(torch::cuda::is_available() ? torch::cuda::device_count() : 0);
  if (count == 0) ThrowUsage("device '" + device.str() + "' is not there: LibTorch finds no CUDA GPU; use cpu");
  if (device.has_index() && device.index() >= count) {
    ThrowUsage("device '" + device.str() + "' is not there: this machine has " + std::to_string(count) +
               " CUDA GPUs, numbered from 0");
  }
}

}  // namespace

ClassificationModel LoadClassificationModel(const std::string& directory, c10::Device device) {
  RequireDevice(device);
  const ModelConfig config = ReadConfig(directory, "classification");
  ClassificationModel model;
  model.info = config.info;
  model.labels = ReadWordList(config, std::get<TrunkOptions>(config.network).classes, "network.classes");
  model.network = BuildNetwork<TrunkOptions>(config, device);
  return model;
}

CaptionModel LoadCaptionModel(const std::string& directory, c10::Device device) {
  RequireDevice(device);
  const ModelConfig config = ReadConfig(directory, "caption");
  const auto& options = std::get<ShowAndTellOptions>(config.network);
  CaptionModel model;
  model.info = config.info;
  model.text = config.text;
  model.tokenizer = ReadTokenizer(PathIn(directory, config.text.file), config.text, options.vocabulary_size);
  model.network = BuildNetwork<ShowAndTellOptions>(config, device);
  return model;
}

VqaModel LoadVqaModel(const std::string& directory, c10::Device device) {
  RequireDevice(device);
  const ModelConfig config = ReadConfig(directory, "vqa");
  const auto& options = std::get<LstmQNormIOptions>(config.network);
  VqaModel model;
  model.info = config.info;
  model.text = config.text;
  model.tokenizer = ReadTokenizer(PathIn(directory, config.text.file), config.text, options.vocabulary_size);
  model.answers = ReadWordList(config, options.answers, "network.answers");
  model.network = BuildNetwork<LstmQNormIOptions>(config, device);
  return model;
}

namespace {

/// What of a model is not yet bytes.
struct SavedParts {
  ModelConfig config;
  std::map<std::string, at::Tensor> weights;
  std::vector<std::string> words;  // labels or answers
  std::string tokenizer;           // path to copy from, or ""
};

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

/// Everything is checked as loading would, before the first file is written; config.json comes last, so that a
/// directory that was not finished is none.
void WriteParts(const SavedParts& parts, const std::string& directory) {
  const auto& config = parts.config;
  const std::string config_path = PathIn(directory, kConfigFile);
  const std::string config_text = FormatModelConfig(config);
  std::string words;
  try {
    ParseModelConfig(config_text, "the model", TrunkTypes());
    if (!config.word_list.empty()) SplitLines(words = JoinedLines(parts.words, config.word_list), config.word_list);
  } catch (const Error& error) {
    ThrowUsage("cannot save to '" + directory + "': " + error.what());
  }
  const std::string tokenizer = parts.tokenizer.empty() ? "" : ReadFile(parts.tokenizer);
  MakeDirectory(directory);
  WriteSafetensors(PathIn(directory, config.weights), parts.weights, {{"format", "pt"}});
  if (!config.word_list.empty()) WriteFileWhole(PathIn(directory, config.word_list), words);
  if (!parts.tokenizer.empty()) WriteFileWhole(PathIn(directory, config.text.file), tokenizer);
  WriteFileWhole(config_path, config_text);
}

void RequireCount(std::size_t found, int64_t wanted, const std::string& what) {
  if (static_cast<int64_t>(found) == wanted) return;
  ThrowUsage("the model has " + std::to_string(found) + " " + what + ", but its network has " + std::to_string(wanted));
}

template <class Model>
SavedParts PartsOf(const Model& model, const std::string& task, const SaveOptions& options) {
  SavedParts parts;
  parts.config.info = model.info;
  parts.config.info.task = task;
  parts.config.network = model.network->options();
  parts.weights = CollectWeights(*model.network, options.half);
  return parts;
}

template <class Model>
SavedParts TextPartsOf(const Model& model, const std::string& task, const SaveOptions& options) {
  SavedParts parts = PartsOf(model, task, options);
  parts.config.text = model.text;
  parts.tokenizer =
      options.tokenizer_file.empty() ? PathIn(model.info.directory, model.text.file) : options.tokenizer_file;
  ReadTokenizer(parts.tokenizer, model.text, model.network->options().vocabulary_size);
  return parts;
}

}  // namespace

void SaveModel(const ClassificationModel& model, const std::string& directory, const SaveOptions& options) {
  SavedParts parts = PartsOf(model, "classification", options);
  RequireCount(model.labels.size(), model.network->options().classes, "labels");
  parts.config.word_list = "labels.txt";
  parts.words = model.labels;
  WriteParts(parts, directory);
}

void SaveModel(const CaptionModel& model, const std::string& directory, const SaveOptions& options) {
  WriteParts(TextPartsOf(model, "caption", options), directory);
}

void SaveModel(const VqaModel& model, const std::string& directory, const SaveOptions& options) {
  SavedParts parts = TextPartsOf(model, "vqa", options);
  RequireCount(model.answers.size(), model.network->options().answers, "answers");
  parts.config.word_list = "answers.txt";
  parts.words = model.answers;
  WriteParts(parts, directory);
}

c10::Device DeviceNamed(const std::string& name) {
  const std::string prefix = "cuda:";
  const bool numbered = name.compare(0, prefix.size(), prefix) == 0 && name.size() > prefix.size() &&
                        name.size() <= prefix.size() + 3 &&
                        name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
  if (name != "cpu" && name != "cuda" && !(numbered && std::stoi(name.substr(prefix.size())) < 128)) {
    ThrowUsage("unknown device '" + name + "'; known are cpu, cuda and cuda:N (N from 0)" +
               DidYouMean(name, {"cpu", "cuda"}));
  }
  const c10::Device device(name);
  RequireDevice(device);
  return device;
}

}  // namespace wherefore
