#include "tools/training/scene_training.h"

#include <algorithm>
#include <map>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "models/convolutional/initialise.h"
#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/files/weights.h"
#include "tools/scenes/noun_phrase.h"

namespace wherefore {
namespace {

using Targets = at::Tensor (*)(const Scene& scene, const at::Tensor& owners);

at::Tensor TargetsOf(Targets targets_of, const std::vector<TrainingScene>& scenes, const at::Tensor& owners,
                     c10::Device device) {
  std::vector<at::Tensor> targets;
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    targets.push_back(targets_of(scenes[i].scene, owners[static_cast<int64_t>(i)]));
  }
  return at::stack(targets).to(device);
}

}  // namespace

TrunkOptions SceneTrunk() {
  TrunkOptions trunk;
  trunk.type = "resnet18";
  trunk.until = kSceneFeatureStage;
  return trunk;
}

ImageOptions SceneImageOptions() {
  ImageOptions options;
  options.width = 112;
  options.height = 112;
  options.mean = {0.5, 0.5, 0.5};
  options.std = {0.5, 0.5, 0.5};
  return options;
}

void WriteVocabulary(const std::string& path, const std::vector<std::string>& words) {
  std::string lines = "<unk>\n<begin>\n<end>\n";
  for (const auto& word : words) lines += word + "\n";
  WriteFileWhole(path, lines);
}

Model SceneModel(Task task, const std::string& name, const std::string& directory,
                 const std::vector<std::string>& words) {
  Model model;
  model.text.type = "words";
  model.text.file = "vocab.txt";
  const std::string path = PathIn(directory, model.text.file);
  WriteVocabulary(path, words);
  model.tokenizer = LoadWordList(path, model.text.lowercase);
  model.info.name = name;
  model.info.directory = directory;
  model.info.tasks = {task};
  model.info.layer = kSceneFeatureStage;
  model.info.image = SceneImageOptions();
  return model;
}

std::vector<int64_t> IdsOf(const Tokenizer& tokenizer, const std::vector<std::string>& words) {
  const auto tokens = tokenizer.Encode(Joined(words));
  if (!tokens.unknown_words.empty()) ThrowUsage("'" + tokens.unknown_words[0] + "' is not in the vocabulary");
  return tokens.ids;
}

at::Tensor Padded(const std::vector<std::vector<int64_t>>& rows, int64_t padding) {
  std::size_t longest = 0;
  for (const auto& row : rows) longest = std::max(longest, row.size());
  auto padded = at::full({static_cast<int64_t>(rows.size()), static_cast<int64_t>(longest)}, padding, at::kLong);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy(rows[i].begin(), rows[i].end(), padded[static_cast<int64_t>(i)].data_ptr<int64_t>());
  }
  return padded;
}

std::pair<at::Tensor, at::Tensor> CaptionBatch(const std::vector<std::vector<int64_t>>& captions) {
  auto inputs = captions;
  auto followers = captions;
  for (auto& row : inputs) row.insert(row.begin(), kBeginId);
  for (auto& row : followers) row.push_back(kEndId);
  return {Padded(inputs, kEndId), Padded(followers, kNoTarget)};
}

std::vector<TrainingScene> Part(const std::vector<TrainingScene>& scenes, std::size_t first, std::size_t count) {
  const auto begin = scenes.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(std::min(count, scenes.size() - first))};
}

at::Tensor OwnersOf(const std::vector<TrainingScene>& scenes) {
  std::vector<at::Tensor> owners;
  for (const auto& scene : scenes) owners.push_back(CellOwners(scene.scene, kSceneCells, kSceneCells));
  return at::stack(owners);
}

at::Tensor CellTargetsOf(const std::vector<TrainingScene>& scenes, const at::Tensor& owners, c10::Device device) {
  return TargetsOf(CellTargets, scenes, owners, device);
}

at::Tensor CompanyTargetsOf(const std::vector<TrainingScene>& scenes, const at::Tensor& owners, c10::Device device) {
  return TargetsOf(CompanyTargets, scenes, owners, device);
}

at::Tensor CellsOf(const std::vector<std::size_t>& objects, const at::Tensor& owners) {
  auto cells = at::zeros(owners.sizes());
  for (const auto object : objects) cells += owners == static_cast<int64_t>(object);
  return cells;
}

void AddCellFigures(Figures* figures, CellHeads& heads, const at::Tensor& annotations, const at::Tensor& targets) {
  for (const auto& [name, share] : heads.Accuracy(annotations, targets)) figures->emplace_back("cells: " + name, share);
}

std::shared_ptr<torch::nn::Module> TrainedModule(const std::shared_ptr<torch::nn::Module>& network, Trunk& trunk,
                                                 const std::shared_ptr<CellHeads>& heads, c10::Device device) {
  InitialiseWeights(trunk);
  auto module = std::make_shared<torch::nn::Module>("trained");
  module->register_module("network", network);
  module->register_module("heads", heads);
  module->to(device);
  for (auto& parameter : module->parameters()) parameter.requires_grad_(true);
  return module;
}

void CopyTrunk(const std::string& directory, Trunk& trunk) {
  const std::string path = PathIn(directory, "model.safetensors");
  const std::string prefix = "trunk.";
  std::map<std::string, at::Tensor> of_trunk;
  for (const auto& item : ReadSafetensors(path)) {
    if (item.first.rfind(prefix, 0) == 0) of_trunk[item.first.substr(prefix.size())] = item.second;
  }
  LoadWeights(trunk, of_trunk, {trunk.options(), ""}, path);
}

void CopyWeights(const std::string& directory, torch::nn::Module& network, const Trunk& trunk) {
  const std::string path = PathIn(directory, "model.safetensors");
  LoadWeights(network, ReadSafetensors(path), {trunk.options(), "trunk."}, path);
}

}  // namespace wherefore
