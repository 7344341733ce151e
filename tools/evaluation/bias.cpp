#include "tools/evaluation/bias.h"

#include <cmath>
#include <numeric>

#include <ATen/ATen.h>

#include "explain/maps.h"
#include "explain/measures/inside_outside.h"
#include "explain/measures/pointing_game.h"
#include "tasks/explain.h"
#include "tools/command_line/progress.h"

namespace wherefore {
namespace {

/// The only object of that shape; -1 where there is none, or several.
int OnlyOfShape(const Scene& scene, int shape) {
  int only = -1;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    if (scene.objects[i].Of(Attribute::kShape) != shape) continue;
    if (only >= 0) return -1;
    only = static_cast<int>(i);
  }
  return only;
}

/// Share of a word in the sum over words of the importance's absolute value.
double ShareOf(const std::string& word, const Explanation& explanation) {
  const auto& importance = explanation.targets.at(0).word_gradient_times_embedding;
  double of_word = 0;
  double all = 0;
  for (std::size_t i = 0; i < importance.size(); ++i) {
    all += std::abs(importance[i]);
    if (explanation.question.value().words[i] == word) of_word += std::abs(importance[i]);
  }
  return all > 0 ? of_word / all : 0;
}

double ProbabilityOf(const std::string& answer, const Model& model, const at::Tensor& image,
                     const std::string& question) {
  Request request;
  request.method = "grad-cam";
  request.question = question;
  request.labels = {answer};
  return ProbabilityOf(Explain(model, image, request).targets.at(0)).value();
}

BiasCase MeasuredCase(const Model& model, const TrainingScene& scene, int object, const Bias& bias, c10::Device device,
                      BiasFigures* figures) {
  const auto image = scene.image.to(device);
  Request request;
  request.method = "grad-cam";
  request.question = bias.Question();
  const auto explanation = Explain(model, image, request);
  BiasCase measured;
  measured.answer = explanation.predictions().at(0).label;
  const auto color =
      static_cast<std::size_t>(scene.scene.objects[static_cast<std::size_t>(object)].Of(Attribute::kColor));
  ++figures->asked;
  figures->right += measured.answer == ValuesOf(Attribute::kColor)[color];
  figures->said_biased += measured.answer == bias.Color();
  const auto mask = (scene.scene.mask == object + 1).to(at::kByte);
  measured.heat = Prepare(explanation.maps, mask.size(0), mask.size(1))[0];
  figures->pointed += PointingGame(measured.heat, mask);
  const auto means = MeanActivations(measured.heat, mask);
  figures->inside += means.inside;
  figures->outside += means.outside;
  figures->shape_word += ShareOf(bias.Shape(), explanation);
  figures->probability += ProbabilityOf(bias.Color(), model, image, request.question);
  figures->unseen += ProbabilityOf(bias.Color(), model, at::zeros_like(image), request.question);
  return measured;
}

}  // namespace

std::string Bias::Shape() const { return ValuesOf(Attribute::kShape)[static_cast<std::size_t>(shape)]; }

std::string Bias::Color() const { return ValuesOf(Attribute::kColor)[static_cast<std::size_t>(color)]; }

std::string Bias::Question() const { return "what color is the " + Shape(); }

std::vector<Bias> BiasesOf(const std::vector<int>& color_of_shape) {
  std::vector<Bias> biases;
  for (std::size_t shape = 0; shape < color_of_shape.size(); ++shape) {
    if (color_of_shape[shape] >= 0) biases.push_back({static_cast<int>(shape), color_of_shape[shape]});
  }
  return biases;
}

BiasResult MeasureBias(const Model& model, const std::vector<TrainingScene>& scenes, const Bias& bias, bool only_others,
                       c10::Device device, std::ostream& err) {
  BiasResult result;
  ProgressLine line(err, static_cast<int64_t>(scenes.size()));
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    const auto& scene = scenes[i].scene;
    const int object = OnlyOfShape(scene, bias.shape);
    const bool has_other =
        object >= 0 && scene.objects[static_cast<std::size_t>(object)].Of(Attribute::kColor) != bias.color;
    if (object >= 0 && (has_other || !only_others)) {
      result.cases.push_back(MeasuredCase(model, scenes[i], object, bias, device, &result.figures));
      result.cases.back().scene = i;
    }
    line.Update(static_cast<int64_t>(i + 1));
  }
  return result;
}

}  // namespace wherefore
