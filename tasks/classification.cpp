#include "tasks/classification.h"

#include <c10/core/GradMode.h>

#include "tasks/labels.h"
#include "tasks/method_run.h"

namespace wherefore {

TaskExplanation Explain(const ClassificationModel& model, const at::Tensor& image,
                        const ClassificationRequest& request) {
  CheckImage(image, *model.network);
  const std::string layer = LayerOf(request, model.info);
  const auto targets = TargetsNamed(model.labels, request.classes, request.top, request.versus, "class");
  const c10::AutoGradMode grad_mode(true);
  Tape tape = TapeFor(request, layer);
  const auto logits = model.network->Logits(image, tape)[0];
  const auto chosen = ChosenIndices(targets, logits);
  const auto run = RunMethod(request, layer, tape, ScoresAt(targets, logits, chosen));

  TaskExplanation explanation;
  DescribeLabels(&explanation, targets, logits, chosen, model.labels, "class");
  Fill(&explanation, model.info, request, layer, image, run);
  return explanation;
}

}  // namespace wherefore
