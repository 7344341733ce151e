#include "models/hugging_face/hub_family.h"

#include <filesystem>

#include "explain/error.h"
#include "models/files/affix.h"
#include "models/files/files.h"
#include "models/hugging_face/hub_labels.h"
#include "models/hugging_face/image_processor_config.h"

namespace wherefore {
namespace {

constexpr const char* kForm = "Hugging Face";

/// The first architecture; "" where there is none.
std::string ArchitectureOf(const ModelFiles& files) {
  const auto* all = files.config.Find("architectures");
  return all == nullptr || all->items.empty() ? "" : all->items.front().string;
}

std::string ModelTypeOf(const ModelFiles& files) {
  const auto* type = files.config.Find("model_type");
  return type == nullptr ? "" : type->string;
}

/// Whether several labels may hold at once, by key 'problem_type'.
bool AreLabelsIndependent(const HubConfig& config) {
  const auto type = config.Text("problem_type", "single_label_classification");
  if (type == "multi_label_classification") return true;
  if (type != "single_label_classification") {
    config.Refuse("problem_type", "single_label_classification or multi_label_classification: labels are explained");
  }
  return false;
}

}  // namespace

Family HubFamily(const std::string& type, const std::string& architecture, const std::string& summary,
                 const std::vector<Task>& tasks,
                 const std::function<Model(const ModelFiles& files, const LoadOptions& options)>& load) {
  const auto reads = [type, architecture](const ModelFiles& files) {
    if (files.config.Find("format") != nullptr) return false;
    const auto named = ArchitectureOf(files);
    return named.empty() ? ModelTypeOf(files) == type : named == architecture;
  };
  return {architecture, kForm, summary, tasks, reads, load, nullptr};
}

Weights HubWeights(const ModelFiles& files, const LoadOptions& options) {
  if (files.config.Find("quantization_config") != nullptr) {
    ThrowBadFile(
        files.config_path() +
        ": key 'quantization_config' says that the weights are quantised, which has no gradients to explain with; "
        "take the model that it was made from");
  }
  WeightsOptions weights;
  weights.type = options.dtype;
  if (options.random_weights) return Weights::Random(weights);
  return Weights::OfDirectory(files.directory, weights);
}

Model HubModel(const ModelFiles& files, const std::shared_ptr<Network>& network, Task task, const std::string& layer,
               const std::string& processor) {
  Model model;
  model.info.name = HubName(files.directory);
  model.info.tasks = {task};
  model.info.layer = layer;
  model.info.image = ReadHubImageOptions(files.directory, processor);
  model.network = network;
  model.network->eval();
  return model;
}

Model HubClassifier(const ModelFiles& files, const std::shared_ptr<LabelNetwork>& network, int64_t labels,
                    const std::string& layer, const std::string& processor) {
  const HubConfig config(files.config, files.config_path());
  auto model = HubModel(files, network, Task::kClassification, layer, processor);
  model.labels = HubLabels(config, labels);
  model.labels_are_independent = AreLabelsIndependent(config);
  return model;
}

void ReadTextsWith(const std::shared_ptr<const HuggingFaceTokenizer>& tokenizer, int64_t positions, Model* model) {
  auto& form = model->question_form;
  form.ids_before = tokenizer->special_ids_before();
  form.ids_behind = tokenizer->special_ids_behind();
  model->tokenizer = tokenizer;
  model->text.max_length = positions - static_cast<int64_t>(form.ids_before.size() + form.ids_behind.size());
}

std::string HubName(const std::string& directory) {
  namespace fs = std::filesystem;
  auto path = fs::path(directory).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  // .../models--ORGANISATION--NAME/snapshots/REVISION
  const auto repository = path.parent_path().parent_path().filename().string();
  const bool is_snapshot = path.parent_path().filename() == "snapshots" && BeginsWith(repository, "models--");
  if (!is_snapshot) return path.filename().string();
  return repository.substr(repository.rfind("--") + 2);
}

void RequireRgb(const HubConfig& config) {
  if (config.Integer("num_channels", 3, 1, kMostHubUnits) != 3) config.Refuse("num_channels", "3: photographs are RGB");
}

int64_t HubHeads(const HubConfig& config, const std::string& key, int64_t otherwise, int64_t units) {
  const auto heads = config.Integer(key, otherwise, 1, kMostHubUnits);
  if (units % heads != 0) config.Refuse(key, "a number that divides the units, " + std::to_string(units));
  return heads;
}

void ThrowNoConfig(const std::string& directory) {
  const auto none = "'" + directory + "' is no model directory: it has no config.json";
  if (IsFile(PathIn(directory, "adapter_config.json"))) {
    ThrowBadFile(none +
                 ", only adapter_config.json: an adapter without its model; merge it first (PEFT's "
                 "merge_and_unload(), then save_pretrained())");
  }
  const auto gguf = FileEndingWith(directory, ".gguf");
  if (gguf.empty()) ThrowBadFile(none);
  ThrowBadFile(none + ", but " + Quoted(gguf) +
               " of llama.cpp, which is not read; take the repository that it was made from, with model.safetensors");
}

void RefuseHubDirectory(const ModelFiles& files, const std::vector<Family>& families) {
  const auto architecture = ArchitectureOf(files);
  const auto type = ModelTypeOf(files);
  if (architecture.empty() && type.empty()) return;
  std::vector<std::string> read;
  for (const auto& family : families) {
    if (family.form == kForm) read.push_back(family.name);
  }
  const bool has_own_code = files.config.Find("auto_map") != nullptr;
  ThrowBadFile(files.config_path() + ": models of this kind, " + (architecture.empty() ? type : architecture) +
               (has_own_code ? ", which brings code of its own (key 'auto_map')," : "") +
               " are not read; of Hugging Face directories are " + Listed(read));
}

}  // namespace wherefore
