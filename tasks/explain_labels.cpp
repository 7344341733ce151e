#include "tasks/explain_labels.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "models/half_in_float32.h"
#include "tasks/labels.h"
#include "tasks/method_run.h"
#include "tasks/prompt.h"

namespace wherefore {
namespace {

/// What users call a model's labels.
std::string LabelWord(const Prompt& prompt) { return prompt.is_asked() ? "answer" : "class"; }

LabelTargets TargetsOf(const Model& model, const Request& request, const Prompt& prompt) {
  return TargetsNamed(LabelsOf(model, request), request.labels, request.top, request.versus, LabelWord(prompt),
                      request.indices);
}

Subject SubjectOfTargets(const Model& model, const at::Tensor& image, const std::string& layer, const Prompt& prompt,
                         const LabelTargets& targets, const at::Tensor& chosen) {
  auto subject = SubjectOn(model, image, layer);
  subject.targets = chosen.size(0);
  subject.score = [model, prompt, targets, chosen, half = model.NeedsHalfInFloat32()](const at::Tensor& images,
                                                                                      Tape& tape) {
    const HalfInFloat32 in_float32(half);  // it is asked after SubjectOf() returned, too
    return TargetScoresAt(targets, model.label_network().Logits(InputWith(images, prompt), tape), chosen,
                          model.labels_are_independent);
  };
  return subject;
}

}  // namespace

Subject SubjectOfLabels(const Model& model, const at::Tensor& image, const Request& request) {
  std::vector<std::string> warnings;
  const auto prompt = PromptOf(model, request, &warnings);
  const auto targets = TargetsOf(model, request, prompt);
  const at::NoGradGuard no_gradients;
  Tape tape;
  const auto chosen = ChosenIndices(targets, model.label_network().Logits(InputWith(image, prompt), tape)[0]);
  return SubjectOfTargets(model, image, Choose(request, model.info).layer, prompt, targets, chosen);
}

Explanation ExplainLabels(const Model& model, const at::Tensor& image, const Request& request) {
  const auto how = Choose(request, model.info);
  Explanation explanation;
  const auto prompt = PromptOf(model, request, &explanation.warnings);
  const auto targets = TargetsOf(model, request, prompt);
  const c10::AutoGradMode grad_mode(true);
  Tape tape = TapeFor(how, InputsOf(prompt));
  const auto logits = model.label_network().Logits(InputWith(image, prompt), tape)[0];
  const auto chosen = ChosenIndices(targets, logits);
  const auto subject = SubjectOfTargets(model, image, how.layer, prompt, targets, chosen);
  const auto run = RunMethod(how, request, tape, ScoresAt(targets, logits, chosen), subject);

  explanation.task = TaskOf(model, prompt);
  DescribeLabels(&explanation, targets, logits, chosen, LabelsOf(model, request), model.labels_are_independent);
  if (request.grey.defined()) {
    const at::NoGradGuard no_gradients;
    Tape idle;
    const auto grey = model.label_network().Logits(InputWith(request.grey, prompt), idle)[0];
    SetFromPicture(logits, grey, model.labels_are_independent, &explanation.targets);
  }
  FillFromRun(&explanation, model.info, how, image, run);
  FillFromPrompt(&explanation, request, prompt, run);
  return explanation;
}

}  // namespace wherefore
