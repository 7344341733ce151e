#include "tasks/classification.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "tasks/labels.h"
#include "tasks/method_run.h"

namespace wherefore {

namespace {

Subject SubjectOf(const ClassificationModel& model, const at::Tensor& image, const std::string& layer,
                  const LabelTargets& targets, const at::Tensor& chosen) {
  auto subject = SubjectOn(model.info, image, layer, *model.network);
  subject.targets = chosen.size(0);
  subject.score = [network = model.network, targets, chosen](const at::Tensor& images, Tape& tape) {
    return TargetScoresAt(targets, network->Logits(images, tape), chosen);
  };
  return subject;
}

}  // namespace

void AskAbout(const TaskExplanation& explanation, ClassificationRequest* request) {
  request->classes.clear();
  request->indices = IndicesOf(explanation);
}

Subject SubjectOf(const ClassificationModel& model, const at::Tensor& image, const ClassificationRequest& request) {
  CheckImage(image, *model.network);
  const auto targets =
      TargetsNamed(model.labels, request.classes, request.top, request.versus, "class", request.indices);
  const at::NoGradGuard no_gradients;
  Tape tape;
  const auto chosen = ChosenIndices(targets, model.network->Logits(image, tape)[0]);
  return SubjectOf(model, image, Completed(request, model.info).layer, targets, chosen);
}

TaskExplanation Explain(const ClassificationModel& model, const at::Tensor& image,
                        const ClassificationRequest& request) {
  CheckImage(image, *model.network);
  const auto how = Completed(request, model.info);
  const auto targets =
      TargetsNamed(model.labels, request.classes, request.top, request.versus, "class", request.indices);
  const c10::AutoGradMode grad_mode(true);
  Tape tape = TapeFor(how);
  const auto logits = model.network->Logits(image, tape)[0];
  const auto chosen = ChosenIndices(targets, logits);
  const auto subject = SubjectOf(model, image, how.layer, targets, chosen);
  const auto run = RunMethod(how, tape, ScoresAt(targets, logits, chosen), subject);

  TaskExplanation explanation;
  DescribeLabels(&explanation, targets, logits, chosen, model.labels, "class");
  Fill(&explanation, model.info, how, image, run);
  return explanation;
}

}  // namespace wherefore
