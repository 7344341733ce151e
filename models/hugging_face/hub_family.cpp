#include "models/hugging_face/hub_family.h"

#include <filesystem>

#include "explain/error.h"
#include "models/files/affix.h"
#include "models/files/files.h"
#include "models/hugging_face/hub_labels.h"

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
  return Weights::OfDirectory(files.directory, weights);
}

Model HubClassifier(const ModelFiles& files, const std::shared_ptr<LabelNetwork>& network, int64_t labels) {
  const HubConfig config(files.config, files.config_path());
  Model model;
  model.info.name = HubName(files.directory);
  model.info.tasks = {Task::kClassification};
  model.network = network;
  model.network->eval();
  model.labels = HubLabels(config, labels);
  return model;
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

int64_t HubHeads(const HubConfig& config, const std::string& key, int64_t otherwise, int64_t units) {
  const auto heads = config.Integer(key, otherwise, 1, kMostHubUnits);
  if (units % heads != 0) config.Refuse(key, "a number that divides the units, " + std::to_string(units));
  return heads;
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
