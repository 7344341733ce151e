#include "tools/training/vqa_task.h"

#include <algorithm>
#include <map>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "explain/error.h"
#include "models/directory_files.h"
#include "tools/scenes/questions.h"
#include "tools/training/scene_training.h"

namespace wherefore {
namespace {

constexpr double kShareOfPlaces = 2;
constexpr double kShareOfAttributes = 1;  // of the cells' loss, to the answers' 1
constexpr std::uint64_t kQuestionSeed = 0x5175657374696f6e;
constexpr std::size_t kBatch = 50;  // scenes in an evaluation
constexpr int kQuestionsAFamily = 1;

FilmOptions NetworkOptions(int64_t vocabulary) {
  FilmOptions options;
  options.trunk = SceneTrunk();
  options.feature_stage = kSceneFeatureStage;
  options.feature_channels = kSceneFeatureChannels;
  options.embedding_size = 64;
  options.hidden_size = 256;
  options.modules = 4;
  options.module_dim = 64;
  options.classifier_channels = 256;
  options.classifier_hidden = 256;
  options.vocabulary_size = vocabulary;
  options.answers = static_cast<int64_t>(Answers().size());
  return options;
}

/// Questions about a batch of scenes.
struct QuestionBatch {
  at::Tensor image_of;   ///< (R): which of the scenes
  at::Tensor words;      ///< (R, L)
  at::Tensor lengths;    ///< (R)
  at::Tensor answers;    ///< (R)
  at::Tensor objects;    ///< (R, cells): PlaceHead's targets, of the objects that decide the answer
  at::Tensor referents;  ///< (R, cells): of the objects that the question only refers to; where none, as `objects`
  std::vector<std::string> families;
};

int64_t AnswerId(const std::string& answer) {
  const auto& all = Answers();
  return std::find(all.begin(), all.end(), answer) - all.begin();
}

at::Tensor PlacesOf(const std::vector<std::size_t>& objects, const at::Tensor& owners) {
  auto places = at::zeros(owners.sizes());
  for (const auto object : objects) places += owners == static_cast<int64_t>(object);
  return places.masked_fill(owners == kNobody, -1);
}

QuestionBatch QuestionsAbout(const std::vector<TrainingScene>& scenes, const Tokenizer& tokenizer) {
  QuestionBatch batch;
  std::vector<int64_t> image_of;
  std::vector<int64_t> lengths;
  std::vector<int64_t> answers;
  std::vector<std::vector<int64_t>> rows;
  std::vector<at::Tensor> objects;
  std::vector<at::Tensor> referents;
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const auto owners = CellOwners(scenes[i].scene, kSceneCells, kSceneCells);
    Random random(scenes[i].scene.seed ^ kQuestionSeed);
    for (const auto& question : MakeQuestions(scenes[i].scene, random, kQuestionsAFamily)) {
      image_of.push_back(static_cast<int64_t>(i));
      rows.push_back(IdsOf(tokenizer, question.words));
      lengths.push_back(static_cast<int64_t>(rows.back().size()));
      answers.push_back(AnswerId(question.answer));
      objects.push_back(PlacesOf(question.objects, owners));
      referents.push_back(question.referents.empty() ? objects.back() : PlacesOf(question.referents, owners));
      batch.families.push_back(NameOf(question.family));
    }
  }
  batch.image_of = at::tensor(image_of, at::kLong);
  batch.words = Padded(rows, kUnknownId);
  batch.lengths = at::tensor(lengths, at::kLong);
  batch.answers = at::tensor(answers, at::kLong);
  batch.objects = at::stack(objects);
  batch.referents = at::stack(referents);
  return batch;
}

at::Tensor Seen(const std::vector<TrainingScene>& scenes, c10::Device device, bool blind) {
  const auto images = ImagesOf(scenes, device);
  return blind ? at::zeros_like(images) : images;
}

std::vector<at::Tensor> BlocksOf(Film& network, const at::Tensor& features, const QuestionBatch& questions,
                                 c10::Device device) {
  Tape tape;
  return network.Blocks(features.index_select(0, questions.image_of.to(device)), questions.words.to(device),
                        questions.lengths.to(device), tape);
}

at::Tensor Annotations(const at::Tensor& features) { return features.flatten(2).transpose(1, 2); }

Film& FilmOf(const VqaModel& model) {
  auto* film = dynamic_cast<Film*>(model.network.get());
  if (film == nullptr) ThrowUsage("'" + model.info.name + "' is no FiLM network, which train-vqa makes");
  return *film;
}

}  // namespace

PlaceHead::PlaceHead(int64_t channels) { linear_ = register_module("linear", torch::nn::Linear(channels, 1)); }

at::Tensor PlaceHead::Loss(const at::Tensor& map, const at::Tensor& targets) {
  const auto logits = linear_(Annotations(map)).squeeze(2);
  const auto has_target = (targets >= 0).to(at::kFloat);
  const auto of_cell = at::binary_cross_entropy_with_logits(logits, targets.clamp_min(0), has_target);
  return of_cell * (static_cast<double>(targets.numel()) / has_target.sum());
}

VqaTask::VqaTask(const std::string& name, const std::string& directory, std::uint64_t seed, c10::Device device,
                 bool blind)
    : device_(device), blind_(blind) {
  model_.text.type = "words";
  model_.text.file = "vocab.txt";
  model_.text.max_length = 24;
  WriteVocabulary(PathIn(directory, model_.text.file), QuestionVocabulary());
  model_.tokenizer = LoadWordList(PathIn(directory, model_.text.file), model_.text.lowercase);
  model_.answers = Answers();
  model_.info.name = name;
  model_.info.directory = directory;
  model_.info.task = "vqa";
  model_.info.layer = kSceneFeatureStage;
  model_.info.image = SceneImageOptions();
  at::manual_seed(seed);
  network_ = std::make_shared<Film>(NetworkOptions(model_.tokenizer->size()));
  model_.network = network_;
  heads_ = std::make_shared<AttributeHeads>(network_->options().module_dim);
  referent_head_ = std::make_shared<PlaceHead>(network_->options().module_dim);
  object_head_ = std::make_shared<PlaceHead>(network_->options().module_dim);
  heads_->register_module("referents", referent_head_);
  heads_->register_module("objects", object_head_);
  module_ = TrainedModule(network_, network_->trunk(), heads_, device);
}

at::Tensor VqaTask::Loss(const std::vector<TrainingScene>& scenes) {
  Tape tape;
  const auto features = network_->Features(Seen(scenes, device_, blind_), tape);
  const auto questions = QuestionsAbout(scenes, *model_.tokenizer);
  const auto blocks = BlocksOf(*network_, features, questions, device_);
  const auto of_answers = at::cross_entropy_loss(network_->Classify(blocks.back()), questions.answers.to(device_));
  if (blind_) return of_answers;
  const auto of_places = referent_head_->Loss(blocks[blocks.size() / 2 - 1], questions.referents.to(device_)) +
                         object_head_->Loss(blocks.back(), questions.objects.to(device_));
  return of_answers + kShareOfPlaces * of_places +
         kShareOfAttributes * heads_->Loss(Annotations(features), CellTargetsOf(scenes, device_));
}

Figures VqaTask::Evaluate(const std::vector<TrainingScene>& scenes) {
  auto figures = VqaFigures(model_, scenes, device_, blind_);
  if (blind_) return figures;
  Tape tape;
  const auto last = scenes.begin() + static_cast<std::ptrdiff_t>(std::min(kBatch, scenes.size()));
  const std::vector<TrainingScene> some(scenes.begin(), last);
  const auto features = network_->Features(ImagesOf(some, device_), tape);
  AddCellFigures(&figures, *heads_, Annotations(features), CellTargetsOf(some, device_));
  return figures;
}

void VqaTask::Save(const std::string& directory) { SaveModel(model_, directory); }

Figures VqaFigures(const VqaModel& model, const std::vector<TrainingScene>& scenes, c10::Device device, bool blind) {
  const at::NoGradGuard no_grad;
  auto& network = FilmOf(model);
  std::map<std::string, std::pair<double, double>> right_of;  // right answers and questions, by family
  std::pair<double, double> all;
  for (std::size_t first = 0; first < scenes.size(); first += kBatch) {
    const auto last = std::min(scenes.size(), first + kBatch);
    const std::vector<TrainingScene> batch(scenes.begin() + static_cast<std::ptrdiff_t>(first),
                                           scenes.begin() + static_cast<std::ptrdiff_t>(last));
    Tape tape;
    const auto features = network.Features(Seen(batch, device, blind), tape);
    const auto questions = QuestionsAbout(batch, *model.tokenizer);
    const auto said = network.Classify(BlocksOf(network, features, questions, device).back()).argmax(1).to(at::kCPU);
    const auto is_right = said == questions.answers;
    for (std::size_t q = 0; q < questions.families.size(); ++q) {
      const bool right = is_right[static_cast<int64_t>(q)].item<bool>();
      auto& family = right_of[questions.families[q]];
      family.first += right;
      family.second += 1;
      all.first += right;
      all.second += 1;
    }
  }
  Figures figures = {{"right", all.first / all.second}};
  for (const auto& item : right_of) figures.emplace_back(item.first, item.second.first / item.second.second);
  return figures;
}

}  // namespace wherefore
