#include "tasks/classification.h"

#include "tasks/labels.h"
#include "tasks/method_run.h"

namespace wherefore {

TaskExplanation Explain(const ClassificationModel& model, const at::Tensor& image,
                        const ClassificationRequest& request) {
  CheckImage(image);
  const std::string layer = LayerOf(request, model.info);
  auto targets = TargetsNamed(model.labels, request.classes, request.top, request.versus, "class");
  const auto count = request.classes.empty() ? request.top : static_cast<int64_t>(request.classes.size());
  const auto score = [&](Tape& tape, int64_t first, int64_t rows) {
    return ScoresOf(&targets, model.network->Logits(image, tape), model.labels, count, first, rows);
  };
  Tape tape = TapeFor(request, layer);
  const auto run = RunMethod(request, layer, tape, count, score);

  TaskExplanation explanation;
  explanation.targets = Described(targets, model.labels, "class");
  explanation.predictions = targets.predictions;
  Fill(&explanation, model.info, request, layer, image, run);
  return explanation;
}

}  // namespace wherefore
