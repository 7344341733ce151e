#include "tools/training/caption_task.h"

#include <algorithm>
#include <set>

#include <ATen/ATen.h>

#include "models/directory_files.h"
#include "tools/scenes/captions.h"
#include "tools/training/scene_training.h"

namespace wherefore {
namespace {

constexpr double kShareOfAttributes = 1;  // of the cells' loss, to the words' 1
constexpr std::uint64_t kCaptionSeed = 0x43617074696f6e73;
constexpr int kCaptionsAScene = 1;
constexpr std::size_t kBatch = 100;  // scenes in an evaluation

ShowAttendAndTellOptions NetworkOptions(int64_t vocabulary) {
  ShowAttendAndTellOptions options;
  options.trunk = SceneTrunk();
  options.annotation_stage = kSceneFeatureStage;
  options.annotation_channels = kSceneFeatureChannels;
  options.attention_size = 64;
  options.embedding_size = 64;
  options.hidden_size = 256;
  options.vocabulary_size = vocabulary;
  return options;
}

/// How many objects a caption speaks of.
std::size_t ObjectsOf(const std::vector<CaptionWord>& words) {
  std::set<std::size_t> objects;
  for (const auto& word : words) objects.insert(word.objects.begin(), word.objects.end());
  return objects.size();
}

DecodeOptions Decoding(const TextOptions& text) {
  DecodeOptions options;
  options.begin = text.begin;
  options.end = text.end;
  options.max_length = text.max_length;
  return options;
}

}  // namespace

CaptionTask::CaptionTask(const std::string& name, const std::string& directory, std::uint64_t seed, c10::Device device)
    : device_(device) {
  model_.text.type = "words";
  model_.text.file = "vocab.txt";
  model_.text.begin = kBeginId;
  model_.text.end = kEndId;
  model_.text.max_length = static_cast<int64_t>(kMostCaptionWords);
  WriteVocabulary(PathIn(directory, model_.text.file), CaptionVocabulary());
  model_.tokenizer = LoadWordList(PathIn(directory, model_.text.file), model_.text.lowercase);
  model_.info.name = name;
  model_.info.directory = directory;
  model_.info.task = "caption";
  model_.info.layer = kSceneFeatureStage;
  model_.info.image = SceneImageOptions();
  at::manual_seed(seed);
  network_ = std::make_shared<ShowAttendAndTell>(NetworkOptions(model_.tokenizer->size()));
  model_.network = network_;
  heads_ = std::make_shared<AttributeHeads>(kSceneFeatureChannels);
  module_ = TrainedModule(network_, network_->trunk(), heads_, device);
}

at::Tensor CaptionTask::Loss(const std::vector<TrainingScene>& scenes) {
  Tape tape;
  const auto annotations = network_->Encode(ImagesOf(scenes, device_), tape);
  std::vector<std::vector<int64_t>> captions;
  std::vector<int64_t> image_of;
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    Random random(scenes[i].scene.seed ^ kCaptionSeed);
    for (int k = 0; k < kCaptionsAScene; ++k) {
      captions.push_back(IdsOf(*model_.tokenizer, MakeCaption(scenes[i].scene, random).Words()));
      image_of.push_back(static_cast<int64_t>(i));
    }
  }
  const auto [inputs, followers] = CaptionBatch(captions);
  const auto features = annotations.index_select(0, at::tensor(image_of, at::kLong).to(device_));
  const auto logits = network_->NextWordLogits(features, inputs.to(device_));
  const auto of_words = at::cross_entropy_loss(logits.flatten(0, 1), followers.to(device_).flatten());
  return of_words + kShareOfAttributes * heads_->Loss(annotations, CellTargetsOf(scenes, device_));
}

Figures CaptionTask::Evaluate(const std::vector<TrainingScene>& scenes) {
  auto figures = CaptionFigures(model_, scenes, device_);
  Tape tape;
  const auto last = scenes.begin() + static_cast<std::ptrdiff_t>(std::min(kBatch, scenes.size()));
  const std::vector<TrainingScene> some(scenes.begin(), last);
  AddCellFigures(&figures, *heads_, network_->Encode(ImagesOf(some, device_), tape), CellTargetsOf(some, device_));
  return figures;
}

void CaptionTask::Save(const std::string& directory) { SaveModel(model_, directory); }

Figures CaptionFigures(const CaptionModel& model, const std::vector<TrainingScene>& scenes, c10::Device device) {
  const at::NoGradGuard no_grad;
  double right = 0;
  double things = 0;
  double relations = 0;
  double mentioned = 0;
  for (std::size_t first = 0; first < scenes.size(); first += kBatch) {
    const auto last = std::min(scenes.size(), first + kBatch);
    const std::vector<TrainingScene> batch(scenes.begin() + static_cast<std::ptrdiff_t>(first),
                                           scenes.begin() + static_cast<std::ptrdiff_t>(last));
    Tape tape;
    const auto features = model.network->Encode(ImagesOf(batch, device), tape);
    const auto captions = model.network->DecodeGreedy(features, Decoding(model.text));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto verdict = CheckCaption(model.tokenizer->Describe(captions[i].ids).words, batch[i].scene);
      right += verdict.Right();
      things += verdict.things_right;
      relations += verdict.relations_right;
      mentioned += static_cast<double>(ObjectsOf(verdict.words));
    }
  }
  const auto count = static_cast<double>(scenes.size());
  return {{"right", right / count},
          {"things right", things / count},
          {"relations right", relations / count},
          {"objects mentioned", mentioned / count}};
}

}  // namespace wherefore
