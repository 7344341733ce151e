#include <map>
#include <utility>
#include <variant>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/files/weights.h"
#include "models/format1/config.h"
#include "models/format1/directory_files.h"
#include "models/model_directory.h"

namespace wherefore {
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

const TrunkOptions& TrunkOf(const TrunkOptions& options) { return options; }

template <class Options>
const TrunkOptions& TrunkOf(const Options& options) {
  return options.trunk;
}

std::string BuiltUntil(const ModelConfig& config) {
  return std::visit([](const auto& options) { return TrunkOf(options).until; }, config.network);
}

/// Loading builds as much of a trunk as the configuration needs; weights of more, or of less, would be refused.
void RequireSameTrunk(const ModelConfig& saved, const ModelConfig& read) {
  if (BuiltUntil(saved) == BuiltUntil(read)) return;
  ThrowUsage("the trunk was built until '" + BuiltUntil(saved) + "', but TrunkOptions::until must be '" +
             BuiltUntil(read) + "' for what the task needs of it");
}

/// Everything is checked as loading would, before the first file is written; config.json comes last, so that a
/// directory that was not finished is none.
void WriteParts(const SavedParts& parts, const std::string& directory) {
  const auto& config = parts.config;
  const std::string config_path = PathIn(directory, kConfigFile);
  const std::string config_text = FormatModelConfig(config);
  std::string words;
  try {
    RequireSameTrunk(config, ParseModelConfig(config_text, "the model", TrunkTypes()));
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

/// Sets `options` where the network is of that type.
template <class Network>
bool TakeOptions(const torch::nn::Module& module, NetworkOptions* options) {
  const auto* network = dynamic_cast<const Network*>(&module);
  if (network != nullptr) *options = network->options();
  return network != nullptr;
}

NetworkOptions OptionsOf(const torch::nn::Module& module) {
  NetworkOptions options;
  const bool is_known = TakeOptions<Trunk>(module, &options) || TakeOptions<ShowAndTell>(module, &options) ||
                        TakeOptions<ShowAttendAndTell>(module, &options) || TakeOptions<UpDown>(module, &options) ||
                        TakeOptions<AoaNet>(module, &options) || TakeOptions<LstmQNormI>(module, &options) ||
                        TakeOptions<Film>(module, &options);
  if (!is_known) ThrowUsage("config.json has no network of the type of this one, so the model cannot be saved");
  return options;
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
  parts.config.network = OptionsOf(*model.network);
  parts.weights = CollectWeights(*model.network, options.half);
  return parts;
}

template <class Model>
SavedParts TextPartsOf(const Model& model, const std::string& task, const SaveOptions& options) {
  SavedParts parts = PartsOf(model, task, options);
  parts.config.text = model.text;
  parts.tokenizer =
      options.tokenizer_file.empty() ? PathIn(model.info.directory, model.text.file) : options.tokenizer_file;
  ReadTokenizer(parts.tokenizer, model.text, model.network->vocabulary_size());
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
  RequireCount(model.answers.size(), model.network->answers(), "answers");
  parts.config.word_list = "answers.txt";
  parts.words = model.answers;
  WriteParts(parts, directory);
}

}  // namespace wherefore
