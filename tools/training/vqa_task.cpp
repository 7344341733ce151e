#include "tools/training/vqa_task.h"

#include <algorithm>
#include <map>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "explain/error.h"
#include "models/convolutional/feature_map.h"
#include "tools/scenes/questions.h"
#include "tools/training/scene_training.h"

namespace wherefore {
namespace {

constexpr double kShareOfPlaces = 2;
constexpr double kShareOfCounts = 0.5;
constexpr double kShareOfAttributes = 1;  // of the cells' loss, to the answers' 1
constexpr std::uint64_t kQuestionSeed = 0x5175657374696f6e;
constexpr std::size_t kBatch = 50;  // scenes in an evaluation
constexpr int kQuestionsAFamily = 1;
constexpr std::size_t kReferentBlock = 1;

FilmOptions NetworkOptions(int64_t vocabulary) {
  FilmOptions options;
  options.trunk = SceneTrunk();
  options.feature_stage = kSceneFeatureStage;
  options.feature_channels = kSceneFeatureChannels;
  options.embedding_size = 64;
  options.hidden_size = 256;
  options.modules = 6;
  options.module_dim = 64;
  options.classifier_channels = 0;
  options.classifier_pooling = kAveragePooling;
  options.classifier_hidden = 256;
  options.vocabulary_size = vocabulary;
  options.answers = static_cast<int64_t>(Answers().size());
  return options;
}

/// Questions about a batch of scenes.
struct QuestionBatch {
  std::vector<SceneQuestion> questions;  ///< R of them
  at::Tensor image_of;                   ///< (R): which of the scenes
  at::Tensor words;                      ///< (R, L)
  at::Tensor lengths;                    ///< (R)
  at::Tensor answers;                    ///< (R)
};

int64_t AnswerId(const std::string& answer) {
  const auto& all = Answers();
  return std::find(all.begin(), all.end(), answer) - all.begin();
}

/// The same share of every family.
QuestionShares SharesOf(double share) {
  QuestionShares shares;
  for (const auto family : kQuestionFamilies) shares[family] = share;
  return shares;
}

/// Questions of a scene, of every family as many as its share says.
std::vector<SceneQuestion> DrawnQuestions(const Scene& scene, const QuestionShares& shares) {
  Random random(scene.seed ^ kQuestionSeed);
  std::vector<SceneQuestion> drawn;
  const auto most = std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
                      return a.second < b.second;
                    })->second;
  for (double before = 0; before < most; ++before) {
    for (const auto& question : MakeQuestions(scene, random, kQuestionsAFamily)) {
      const double share = shares.at(question.family) - before;
      if (share >= 1 || random.Chance(std::max(share, 0.0))) drawn.push_back(question);
    }
  }
  return drawn;
}

QuestionBatch QuestionsAbout(const std::vector<TrainingScene>& scenes, const Tokenizer& tokenizer,
                             const QuestionShares& shares) {
  QuestionBatch batch;
  std::vector<int64_t> image_of;
  std::vector<int64_t> lengths;
  std::vector<int64_t> answers;
  std::vector<std::vector<int64_t>> rows;
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    for (const auto& question : DrawnQuestions(scenes[i].scene, shares)) {
      image_of.push_back(static_cast<int64_t>(i));
      rows.push_back(IdsOf(tokenizer, question.words));
      lengths.push_back(static_cast<int64_t>(rows.back().size()));
      answers.push_back(AnswerId(question.answer));
      batch.questions.push_back(question);
    }
  }
  batch.image_of = at::tensor(image_of, at::kLong);
  batch.words = Padded(rows, kUnknownId);
  batch.lengths = at::tensor(lengths, at::kLong);
  batch.answers = at::tensor(answers, at::kLong);
  return batch;
}

/// PlaceHead's targets, (R, cells), of the objects that decide the answers, or (`referents`) of those that questions
/// only refer to, where they do. `owners`: of the scenes.
at::Tensor PlacesOf(const QuestionBatch& batch, const at::Tensor& owners, bool referents) {
  std::vector<at::Tensor> places;
  for (std::size_t q = 0; q < batch.questions.size(); ++q) {
    const auto& question = batch.questions[q];
    const auto of_scene = owners[batch.image_of[static_cast<int64_t>(q)].item<int64_t>()];
    const auto& objects = referents && !question.referents.empty() ? question.referents : question.objects;
    places.push_back(CellsOf(objects, of_scene).masked_fill(of_scene == kNobody, -1));
  }
  return at::stack(places);
}

/// CountHead's numbers, (R): of the objects that questions ask about, or (`others`) of those on the other side.
at::Tensor NumbersOf(const QuestionBatch& batch, bool others) {
  std::vector<float> numbers;
  for (const auto& question : batch.questions) {
    const bool compares = question.family == QuestionFamily::kComparison;
    const auto& asked = compares ? question.sides[0] : question.objects;
    const auto& other = compares ? question.sides[1] : question.referents;
    numbers.push_back(static_cast<float>((others ? other : asked).size()));
  }
  return at::tensor(numbers);
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

Film& FilmOf(const Model& model) {
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

CountHead::CountHead(int64_t channels) { linear_ = register_module("linear", torch::nn::Linear(channels, 1)); }

at::Tensor CountHead::Loss(const at::Tensor& map, const at::Tensor& numbers) {
  constexpr double kRarely = 4;  // subtracted: most cells have no part of an object that is asked about
  const auto parts = at::softplus(linear_(Annotations(map)).squeeze(2) - kRarely);
  return at::smooth_l1_loss(parts.sum(1), numbers);
}

QuestionShares DefaultQuestionShares() {
  auto shares = SharesOf(0.5);
  for (const auto family : {QuestionFamily::kCounting, QuestionFamily::kComparison, QuestionFamily::kRelation,
                            QuestionFamily::kRelationColor}) {
    shares[family] = 1;
  }
  return shares;
}

VqaTask::VqaTask(const std::string& name, const std::string& directory, std::uint64_t seed, c10::Device device,
                 bool blind, QuestionShares shares)
    : device_(device), blind_(blind), shares_(std::move(shares)) {
  model_ = SceneModel(Task::kVqa, name, directory, QuestionVocabulary());
  model_.text.max_length = 24;
  model_.labels = Answers();
  at::manual_seed(seed);
  network_ = std::make_shared<Film>(NetworkOptions(model_.tokenizer->size()));
  model_.network = network_;
  // Of the six blocks the one where Grad-CAM meets objects best, and the method that points best at its cost:
  // tools/evaluation/RESULTS.md has the figures.
  model_.info.layer = "function_modules." + std::to_string(network_->options().modules / 2);
  model_.info.method = "layer-cam";
  heads_ = std::make_shared<CellHeads>(network_->options().module_dim, AttributeClasses());
  referent_head_ = std::make_shared<PlaceHead>(network_->options().module_dim);
  object_head_ = std::make_shared<PlaceHead>(network_->options().module_dim);
  heads_->register_module("referents", referent_head_);
  heads_->register_module("objects", object_head_);
  count_head_ = heads_->register_module("count", std::make_shared<CountHead>(network_->options().module_dim));
  other_head_ = heads_->register_module("other_count", std::make_shared<CountHead>(network_->options().module_dim));
  module_ = TrainedModule(network_, network_->trunk(), heads_, device);
}

at::Tensor VqaTask::Loss(const std::vector<TrainingScene>& scenes) {
  Tape tape;
  const auto features = network_->Features(Seen(scenes, device_, blind_), tape);
  const auto questions = QuestionsAbout(scenes, *model_.tokenizer, shares_);
  const auto blocks = BlocksOf(*network_, features, questions, device_);
  const auto of_answers = at::cross_entropy_loss(network_->Classify(blocks.back()), questions.answers.to(device_));
  if (blind_) return of_answers;
  const auto owners = OwnersOf(scenes);
  const auto of_places = referent_head_->Loss(blocks[kReferentBlock], PlacesOf(questions, owners, true).to(device_)) +
                         object_head_->Loss(blocks[blocks.size() - 2], PlacesOf(questions, owners, false).to(device_));
  const auto of_counts = count_head_->Loss(blocks.back(), NumbersOf(questions, false).to(device_)) +
                         other_head_->Loss(blocks.back(), NumbersOf(questions, true).to(device_));
  return of_answers + kShareOfPlaces * of_places + kShareOfCounts * of_counts +
         kShareOfAttributes * heads_->Loss(Annotations(features), CellTargetsOf(scenes, owners, device_));
}

Figures VqaTask::Evaluate(const std::vector<TrainingScene>& scenes) {
  auto figures = VqaFigures(model_, scenes, device_, blind_);
  if (blind_) return figures;
  Tape tape;
  const auto some = Part(scenes, 0, kBatch);
  const auto features = network_->Features(ImagesOf(some, device_), tape);
  AddCellFigures(&figures, *heads_, Annotations(features), CellTargetsOf(some, OwnersOf(some), device_));
  return figures;
}

void VqaTask::Save(const std::string& directory) { SaveModel(model_, directory); }

Figures VqaFigures(const Model& model, const std::vector<TrainingScene>& scenes, c10::Device device, bool blind) {
  const at::NoGradGuard no_grad;
  auto& network = FilmOf(model);
  std::map<std::string, std::pair<double, double>> right_of;  // right answers and questions, by family
  std::pair<double, double> all;
  for (std::size_t first = 0; first < scenes.size(); first += kBatch) {
    const auto batch = Part(scenes, first, kBatch);
    Tape tape;
    const auto features = network.Features(Seen(batch, device, blind), tape);
    const auto questions = QuestionsAbout(batch, *model.tokenizer, SharesOf(1));
    const auto said = network.Classify(BlocksOf(network, features, questions, device).back()).argmax(1).to(at::kCPU);
    const auto is_right = said == questions.answers;
    for (std::size_t q = 0; q < questions.questions.size(); ++q) {
      const bool right = is_right[static_cast<int64_t>(q)].item<bool>();
      auto& family = right_of[NameOf(questions.questions[q].family)];
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
