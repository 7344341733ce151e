#include "tools/training/caption_task.h"

#include <set>

#include <ATen/ATen.h>

#include "models/decoding/decode.h"
#include "tools/scenes/captions.h"
#include "tools/training/scene_training.h"

namespace wherefore {
namespace {

constexpr double kShareOfAttention = 1;
constexpr double kShareOfAttributes = 1;  // of the cells' loss, to the words' 1
constexpr double kShareOfAlikeness = 1;
constexpr double kShareOfCompany = 2;
constexpr std::size_t kBatch = 100;  // scenes in an evaluation

UpDownOptions NetworkOptions(int64_t vocabulary) {
  UpDownOptions options;
  options.trunk = SceneTrunk();
  options.annotation_stage = kSceneFeatureStage;
  options.annotation_channels = kSceneFeatureChannels;
  options.attention_size = 64;
  options.embedding_size = 64;
  options.hidden_size = 256;
  options.vocabulary_size = vocabulary;
  options.use_box = true;
  options.non_local_size = 64;
  return options;
}

/// How many objects a caption speaks of.
std::size_t ObjectsOf(const std::vector<CaptionWord>& words) {
  std::set<std::size_t> objects;
  for (const auto& word : words) objects.insert(word.objects.begin(), word.objects.end());
  return objects.size();
}

/// What should be attended to as a word is written: the objects that it speaks of; for words that lead to a thing (an
/// opening, "and", a relation: what comes before it is known by then) those of the thing.
const std::vector<std::size_t>& ObjectsToSee(const std::vector<CaptionWord>& words, std::size_t word) {
  while (words[word].part == WordPart::kRelation || words[word].part == WordPart::kOther) ++word;
  return words[word].objects;
}

/// Where the scene has what is to be seen for each word, float (N, L, cells) of 0 and 1: nowhere behind the caption's
/// end.
at::Tensor CellsToSee(const at::Tensor& owners, const std::vector<SceneCaption>& captions, int64_t length) {
  auto cells = at::zeros({owners.size(0), length, owners.size(1)});
  for (int64_t i = 0; i < owners.size(0); ++i) {
    const auto& words = captions[static_cast<std::size_t>(i)].words;
    for (std::size_t word = 0; word < words.size(); ++word) {
      cells[i][static_cast<int64_t>(word)] = CellsOf(ObjectsToSee(words, word), owners[i]);
    }
  }
  return cells;
}

/// Minus the logarithm of the attention that falls where it should, mean over the words that have a place.
at::Tensor OfAttention(const at::Tensor& attention, const at::Tensor& cells) {
  constexpr double kLeast = 1e-6;  // for the logarithm, where a word is attended to elsewhere altogether
  const auto there = cells.to(attention.device());
  const auto has_place = there.amax(2);
  const auto of_word = -((attention * there).sum(2) + kLeast).log() * has_place;
  return of_word.sum() / has_place.sum().clamp_min(1);
}

/// How well the non-local block tells which cells show things that look the same: mean binary cross entropy of every
/// object's cells with all that are clearly an object's or the background's. `looks`: CellTargetsOf().
at::Tensor OfAlikeness(const at::Tensor& affinities, const at::Tensor& looks, const at::Tensor& owners) {
  constexpr int64_t kMostValues = 8;
  at::Tensor look = at::zeros_like(owners);
  for (int64_t i = 0; i < looks.size(1); ++i) look = look * kMostValues + looks.select(1, i);
  const auto is_object = owners >= 0;
  const auto alike = (look.unsqueeze(2) == look.unsqueeze(1)).logical_and(is_object.unsqueeze(1));
  const auto counts = is_object.unsqueeze(2).logical_and((owners != kNobody).unsqueeze(1)).to(at::kFloat);
  const auto of_pairs =
      at::binary_cross_entropy_with_logits(affinities, alike.to(at::kFloat), counts, {}, at::Reduction::Sum);
  return of_pairs / counts.sum().clamp_min(1);
}

/// Annotations without what they say of where they are.
at::Tensor LooksOf(const at::Tensor& annotations) { return annotations.narrow(2, 0, kSceneFeatureChannels); }

}  // namespace

CaptionTask::CaptionTask(const std::string& name, const std::string& directory, std::uint64_t seed, c10::Device device)
    : device_(device) {
  model_ = SceneModel(Task::kCaption, name, directory, CaptionVocabulary());
  model_.decoding.begin = {kBeginId};
  model_.decoding.ends = {kEndId};
  model_.decoding.max_length = model_.text.max_length = static_cast<int64_t>(kMostCaptionWords);
  // LayerCAM points better, but its maps stay where the decoder's weights are made random: tools/evaluation/RESULTS.md
  // has the figures.
  model_.info.method = "hires-cam";
  at::manual_seed(seed);
  network_ = std::make_shared<UpDown>(NetworkOptions(model_.tokenizer->size()));
  model_.network = network_;
  heads_ = std::make_shared<CellHeads>(kSceneFeatureChannels, AttributeClasses());
  company_ = std::make_shared<CellHeads>(network_->annotation_size(), CompanyClasses());
  heads_->register_module("company", company_);
  module_ = TrainedModule(network_, network_->trunk(), heads_, device);
}

at::Tensor CaptionTask::Loss(const std::vector<TrainingScene>& scenes) {
  Tape tape;
  const auto places = network_->Annotate(ImagesOf(scenes, device_), tape);
  const auto affinities = network_->non_local()->Affinities(places);
  const auto annotations = network_->non_local()->forward(places, affinities);
  std::vector<SceneCaption> captions;
  std::vector<std::vector<int64_t>> ids;
  for (const auto& scene : scenes) {
    captions.push_back(CaptionOf(scene.scene));
    ids.push_back(IdsOf(*model_.tokenizer, captions.back().Words()));
  }
  const auto [inputs, followers] = CaptionBatch(ids);
  const auto [logits, attention] = network_->AttendedLogits(annotations, inputs.to(device_));
  const auto of_words = at::cross_entropy_loss(logits.flatten(0, 1), followers.to(device_).flatten());
  const auto owners = OwnersOf(scenes);
  const auto looks = CellTargetsOf(scenes, owners, device_);
  return of_words + kShareOfAttention * OfAttention(attention, CellsToSee(owners, captions, inputs.size(1))) +
         kShareOfAttributes * heads_->Loss(LooksOf(places), looks) +
         kShareOfAlikeness * OfAlikeness(affinities, looks, owners.to(device_)) +
         kShareOfCompany * company_->Loss(annotations, CompanyTargetsOf(scenes, owners, device_));
}

Figures CaptionTask::Evaluate(const std::vector<TrainingScene>& scenes) {
  auto figures = CaptionFigures(model_, scenes, device_);
  Tape tape;
  const auto some = Part(scenes, 0, kBatch);
  const auto places = network_->Annotate(ImagesOf(some, device_), tape);
  const auto owners = OwnersOf(some);
  AddCellFigures(&figures, *heads_, LooksOf(places), CellTargetsOf(some, owners, device_));
  AddCellFigures(&figures, *company_, network_->non_local()->forward(places), CompanyTargetsOf(some, owners, device_));
  return figures;
}

void CaptionTask::Save(const std::string& directory) { SaveModel(model_, directory); }

Figures CaptionFigures(const Model& model, const std::vector<TrainingScene>& scenes, c10::Device device) {
  const at::NoGradGuard no_grad;
  double right = 0;
  double things = 0;
  double relations = 0;
  double mentioned = 0;
  for (std::size_t first = 0; first < scenes.size(); first += kBatch) {
    const auto batch = Part(scenes, first, kBatch);
    Tape tape;
    auto& network = model.text_network();
    const auto start = network.Start(InputOf(ImagesOf(batch, device)), tape);
    const auto captions = DecodeGreedy(network, start, model.decoding);
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
