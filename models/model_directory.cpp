#include "models/model_directory.h"

#include <c10/util/Exception.h>

#include <filesystem>
#include <map>
#include <type_traits>
#include <utility>
#include <variant>

#include "explain/error.h"
#include "models/convolutional/image_feature.h"
#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/files/weights.h"
#include "models/format1/config.h"
#include "models/format1/directory_files.h"

namespace wherefore {
namespace {

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

/// config.json, checked by itself.
ModelConfig ReadConfig(const std::string& directory) {
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
  return config;
}

/// config.json, and the files that it names.
ModelConfig ReadConfig(const std::string& directory, const std::string& task) {
  auto config = ReadConfig(directory);
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

/// How many values the network's own layers hold at least: a slip in a size is noticed before memory is taken for it.
int64_t LeastWeights(const TrunkOptions&) { return 0; }

template <class Options>
constexpr bool kAttends = std::is_base_of_v<AttendingOptions, Options>;

/// Of a decoder with an LSTM; of captioners with attention no more than all of them have.
template <class Options>
int64_t LeastWeights(const Options& options) {
  int64_t inputs = options.embedding_size + options.hidden_size;
  if constexpr (!kAttends<Options>) inputs += 2 * (options.layers - 1) * options.hidden_size;
  return options.vocabulary_size * options.embedding_size + 4 * options.hidden_size * inputs;
}

int64_t LeastWeights(const FilmOptions& options) {
  const int64_t dim = options.module_dim;
  const int64_t of_question = options.vocabulary_size * options.embedding_size +
                              3 * options.hidden_size * (options.embedding_size + options.hidden_size);
  const int64_t of_modules = options.modules * dim * (2 * options.hidden_size + 10 * dim);
  const int64_t of_classifier =
      options.classifier_channels * (dim + options.classifier_hidden) + options.classifier_hidden * options.answers;
  return of_question + of_modules + of_classifier + 9 * dim * options.feature_channels;
}

/// Refuses options that only the trunk, once made, can tell to be wrong.
void CheckImageFeature(const Trunk& trunk, const std::string& feature, int64_t size, const std::string& config_path) {
  const std::string& type = trunk.options().type;
  if (feature == kAveragePool && trunk.feature_channels() != size) {
    ThrowBadFile(config_path + ": key 'network.image_feature_size' is " + std::to_string(size) + ", but must be " +
                 std::to_string(trunk.feature_channels()) + ", the number of channels of " + type);
  }
  if (feature != kAveragePool && (trunk.feature_stage().empty() || trunk.feature_stage() == feature)) {
    ThrowBadFile(config_path + ": key 'network.image_feature' is \"" + feature + "\", a feature map of " + type +
                 ", but must be a vector: \"" + kAveragePool + "\", or a stage such as \"classifier.4\" of vgg16");
  }
}

/// Of a stage before the feature stage the channels show only once it has run, or in the weights.
void CheckFeatureMap(const Trunk& trunk, const std::string& key, int64_t channels, const std::string& config_path) {
  if (trunk.feature_stage().empty() || trunk.feature_channels() == channels) return;
  ThrowBadFile(config_path + ": key 'network." + key + "' is " + std::to_string(channels) + ", but must be " +
               std::to_string(trunk.feature_channels()) + ", the number of channels of stage '" +
               trunk.feature_stage() + "' of " + trunk.options().type);
}

// What differs between a trunk that classifies and networks that have a trunk, each once.

std::shared_ptr<Trunk> MakeNetwork(const TrunkOptions& options, const std::string&) { return MakeTrunk(options); }

std::shared_ptr<CaptionNetwork> MakeNetwork(const ShowAndTellOptions& options, const std::string& config_path) {
  auto network = std::make_shared<ShowAndTell>(options);
  CheckImageFeature(network->trunk(), options.image_feature, options.image_feature_size, config_path);
  return network;
}

template <class Network, class Options>
std::shared_ptr<CaptionNetwork> MakeAttending(const Options& options, const std::string& config_path) {
  auto network = std::make_shared<Network>(options);
  CheckFeatureMap(network->trunk(), "annotation_channels", options.annotation_channels, config_path);
  return network;
}

std::shared_ptr<CaptionNetwork> MakeNetwork(const ShowAttendAndTellOptions& options, const std::string& config_path) {
  return MakeAttending<ShowAttendAndTell>(options, config_path);
}

std::shared_ptr<CaptionNetwork> MakeNetwork(const UpDownOptions& options, const std::string& config_path) {
  return MakeAttending<UpDown>(options, config_path);
}

std::shared_ptr<CaptionNetwork> MakeNetwork(const AoaNetOptions& options, const std::string& config_path) {
  return MakeAttending<AoaNet>(options, config_path);
}

std::shared_ptr<VqaNetwork> MakeNetwork(const LstmQNormIOptions& options, const std::string& config_path) {
  auto network = std::make_shared<LstmQNormI>(options);
  CheckImageFeature(network->trunk(), options.image_feature, options.image_feature_size, config_path);
  return network;
}

std::shared_ptr<VqaNetwork> MakeNetwork(const FilmOptions& options, const std::string& config_path) {
  auto network = std::make_shared<Film>(options);
  CheckFeatureMap(network->trunk(), "feature_channels", options.feature_channels, config_path);
  return network;
}

/// 0 of networks that do not answer.
template <class Options>
int64_t AnswersOf(const Options& options) {
  constexpr bool kAnswers = std::is_same_v<Options, LstmQNormIOptions> || std::is_same_v<Options, FilmOptions>;
  if constexpr (kAnswers) return options.answers;
  return 0;
}

TrunkPlace PlaceOfTrunk(const TrunkOptions& options) { return {options, ""}; }

template <class Options>
TrunkPlace PlaceOfTrunk(const Options& options) {
  return {options.trunk, "trunk."};
}

/// The network with its weights, frozen.
template <class Options>
auto BuildNetwork(const Options& options, const ModelConfig& config) {
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

/// The same of whichever options the task has: its configuration holds no others.
template <class Network>
std::shared_ptr<Network> BuildAny(const ModelConfig& config) {
  const auto build = [&](const auto& options) -> std::shared_ptr<Network> {
    using Built = decltype(BuildNetwork(options, config));
    if constexpr (std::is_convertible_v<Built, std::shared_ptr<Network>>) {
      return BuildNetwork(options, config);
    } else {
      ThrowUsage("a network of another task");
    }
  };
  return std::visit(build, config.network);
}

}  // namespace

std::string TaskOf(const std::string& directory) { return ReadConfig(directory).info.task; }

ClassificationModel LoadClassificationModel(const std::string& directory, c10::Device device) {
  RequireDevice(device);
  const ModelConfig config = ReadConfig(directory, "classification");
  ClassificationModel model;
  model.info = config.info;
  model.labels = ReadWordList(config, std::get<TrunkOptions>(config.network).classes, "network.classes");
  model.network = BuildAny<Trunk>(config);
  model.network->to(device);
  return model;
}

CaptionModel LoadCaptionModel(const std::string& directory, c10::Device device) {
  RequireDevice(device);
  const ModelConfig config = ReadConfig(directory, "caption");
  CaptionModel model;
  model.info = config.info;
  model.text = config.text;
  model.tokenizer = ReadTokenizer(PathIn(directory, config.text.file), config.text, VocabularySize(config.network));
  model.network = BuildAny<CaptionNetwork>(config);
  model.network->to(device);
  return model;
}

VqaModel LoadVqaModel(const std::string& directory, c10::Device device) {
  RequireDevice(device);
  const ModelConfig config = ReadConfig(directory, "vqa");
  VqaModel model;
  model.info = config.info;
  model.text = config.text;
  model.tokenizer = ReadTokenizer(PathIn(directory, config.text.file), config.text, VocabularySize(config.network));
  const int64_t answers = std::visit([](const auto& options) { return AnswersOf(options); }, config.network);
  model.answers = ReadWordList(config, answers, "network.answers");
  model.network = BuildAny<VqaNetwork>(config);
  model.network->to(device);
  return model;
}

}  // namespace wherefore
