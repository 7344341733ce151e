#include "tools/evaluation/scene_evaluation.h"

#include <algorithm>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/maps.h"
#include "tasks/captioning.h"
#include "tasks/vqa.h"
#include "tools/progress.h"
#include "tools/scenes/captions.h"
#include "tools/scenes/questions.h"
#include "tools/shipped_model.h"

namespace wherefore {
namespace {

constexpr std::uint64_t kQuestionSeed = 0x4576616c75617465;

/// Highest in the middle, falling off evenly.
at::Tensor CenterMap(int64_t height, int64_t width) {
  const auto y = (at::arange(height, at::kFloat) - static_cast<double>(height - 1) / 2).unsqueeze(1);
  const auto x = (at::arange(width, at::kFloat) - static_cast<double>(width - 1) / 2).unsqueeze(0);
  const auto distance = (y * y + x * x).sqrt();
  return distance.max() - distance;
}

bool IsBaseline(const std::string& method) { return method == kCenterBaseline || method == kRandomBaseline; }

/// The mask of those objects, uint8 (H, W).
at::Tensor MaskOf(const Scene& scene, const std::vector<std::size_t>& objects) {
  auto mask = at::zeros_like(scene.mask);
  for (const auto object : objects) mask.masked_fill_(scene.mask == static_cast<int64_t>(object) + 1, 1);
  return mask;
}

/// Target t's map as a person sees it, (H, W): what speaks for the target; of methods that reach the pixels the largest
/// absolute value over the colours (Simonyan et al. 2014).
at::Tensor HeatOf(const TaskExplanation& explanation, int64_t t, const at::Tensor& mask) {
  const int64_t height = mask.size(0);
  const int64_t width = mask.size(1);
  if (!explanation.pixels.defined()) return Prepare(explanation.maps.narrow(0, t, 1), height, width)[0];
  const auto strength = explanation.pixels.narrow(0, t, 1).abs().amax(1);
  return Upsample(strength, height, width, Upsampling::kHalfPixel)[0];
}

at::Tensor BaselineHeat(const std::string& method, const at::Tensor& mask) {
  if (method == kCenterBaseline) return CenterMap(mask.size(0), mask.size(1));
  return at::ones(mask.sizes(), at::kFloat);
}

/// A target with a place: its row among the explained targets.
struct PlacedTarget {
  int64_t row = 0;
  std::string group;
  at::Tensor mask;
};

std::string GroupOf(const CaptionWord& word) {
  if (word.part == WordPart::kAdjective && word.attribute) return NameOf(*word.attribute);
  return NameOf(word.part);
}

std::vector<PlacedTarget> PlacedWords(const std::vector<std::string>& words, const Scene& scene,
                                      EvaluationCounts* counts) {
  std::vector<PlacedTarget> placed;
  const auto verdict = CheckCaption(words, scene);
  for (std::size_t i = 0; i < verdict.words.size(); ++i) {
    const auto& word = verdict.words[i];
    if (word.part == WordPart::kOther) {
      ++counts->placeless;
    } else if (word.objects.empty()) {
      ++counts->wrong;
    } else {
      ++counts->explained;
      placed.push_back({static_cast<int64_t>(i), GroupOf(word), MaskOf(scene, word.objects)});
    }
  }
  return placed;
}

void AddTargets(const std::string& method, const TaskExplanation& explanation, const std::vector<PlacedTarget>& targets,
                LocalisationTable* table) {
  for (const auto& target : targets) {
    table->Add(method, target.group, HeatOf(explanation, target.row, target.mask), target.mask);
  }
}

void AddBaseline(const std::string& method, const std::vector<PlacedTarget>& targets, LocalisationTable* table) {
  for (const auto& target : targets) table->Add(method, target.group, BaselineHeat(method, target.mask), target.mask);
}

template <typename Model, typename Request>
void AddMethods(const Model& model, const at::Tensor& image, Request request, const SceneEvaluation& evaluation,
                const std::vector<PlacedTarget>& targets, LocalisationTable* table) {
  if (targets.empty()) return;
  request.layer = evaluation.layer;
  for (const auto& method : evaluation.methods) {
    if (IsBaseline(method)) {
      AddBaseline(method, targets, table);
      continue;
    }
    request.method = method;
    AddTargets(method, Explain(model, image, request), targets, table);
  }
}

}  // namespace

std::vector<std::string> SceneModels(const std::vector<std::string>& named) {
  auto models = named;
  for (const char* task : {"caption", "vqa"}) {
    if (named.empty() && !ShippedModel(task).empty()) models.push_back(ShippedModel(task));
  }
  if (models.empty()) ThrowUsage("no model was given; name a model directory with --model");
  return models;
}

EvaluationCounts EvaluateCaptions(const CaptionModel& model, const std::vector<TrainingScene>& scenes,
                                  const SceneEvaluation& evaluation, c10::Device device, LocalisationTable* table,
                                  std::ostream& err) {
  EvaluationCounts counts;
  ProgressLine line(err, static_cast<int64_t>(scenes.size()));
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const auto image = scenes[i].image.to(device);
    CaptionRequest request;
    request.layer = evaluation.layer;
    const auto own = Explain(model, image, request);
    request.caption = own.text;
    AddMethods(model, image, request, evaluation, PlacedWords(own.words, scenes[i].scene, &counts), table);
    line.Update(static_cast<int64_t>(i + 1));
  }
  return counts;
}

EvaluationCounts EvaluateAnswers(const VqaModel& model, const std::vector<TrainingScene>& scenes,
                                 const SceneEvaluation& evaluation, c10::Device device, LocalisationTable* table,
                                 std::ostream& err) {
  EvaluationCounts counts;
  ProgressLine line(err, static_cast<int64_t>(scenes.size()));
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const auto& scene = scenes[i].scene;
    const auto image = scenes[i].image.to(device);
    Random random(scene.seed ^ kQuestionSeed);
    for (const auto& question : MakeQuestions(scene, random, 1)) {
      VqaRequest request;
      request.question = question.Text();
      request.layer = evaluation.layer;
      const bool is_right = Explain(model, image, request).predictions.at(0).label == question.answer;
      if (!is_right) {
        ++counts.wrong;
      } else if (question.objects.empty()) {
        ++counts.placeless;
      } else {
        ++counts.explained;
        AddMethods(model, image, request, evaluation, {{0, NameOf(question.family), MaskOf(scene, question.objects)}},
                   table);
      }
    }
    line.Update(static_cast<int64_t>(i + 1));
  }
  return counts;
}

}  // namespace wherefore
