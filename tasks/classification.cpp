#include "tasks/classification.h"

#include <c10/core/GradMode.h>

#include "tasks/labels.h"
#include "tasks/method_run.h"

namespace wherefore {

TaskExplanation Explain(const ClassificationModel& model, const at::Tensor& image,
                        const ClassificationRequest& request) {
  CheckImage(image);
  const std::string layer = LayerOf(request, model.info);
  auto targets = TargetsNamed(model.labels, request.classes, request.top, request.versus, "class");
  const c10::AutoGradMode grad_mode(true);
  Tape tape = TapeFor(request, layer);
  const auto scores = ScoresOf(&targets, model.network->Logits(image, tape), model.labels, request.top);
  const auto run = RunMethod(request, layer, tape, scores);

  TaskExplanation explanation;
  explanation.targets = Described(targets, model.labels, "class");
  explanation.predictions = targets.predictions;
  Fill(&explanation, model.info, request, layer, image, run);
  return explanation;
}

}  // namespace wherefore
