#include "tasks/explain.h"

#include "explain/error.h"
#include "models/half_in_float32.h"
#include "tasks/explain_labels.h"
#include "tasks/explain_text.h"
#include "tasks/labels.h"
#include "tasks/method_run.h"

namespace wherefore {
namespace {

/// `flag`: what sets the request's `field` on a command line.
[[noreturn]] void ThrowNotFor(const Model& model, const std::string& flag, const std::string& field,
                              const std::string& why) {
  ThrowUsage("the model '" + model.info.name + "' " + why + ", so " + flag + " (Request::" + field +
             ") has nothing to say; leave it out");
}

/// What of a request is for the other kind of model.
void CheckFits(const Model& model, const Request& request) {
  const bool asks = model.CanDo(Task::kVqa);
  if (!asks && !request.question.empty())
    ThrowNotFor(model, "--question", "question", "is asked nothing beside the image");
  if (!request.choices.empty() && model.zero_shot_network() == nullptr) {
    ThrowNotFor(model, "--label", "choices",
                model.writes() ? "writes text" : "has classes of its own, which --class names");
  }
  if (model.writes()) {
    const std::string why = "writes text and has no list of labels";
    const std::string flag = asks ? "--answer" : "--class";
    if (!request.labels.empty() || !request.indices.empty()) ThrowNotFor(model, flag, "labels", why);
    if (request.top != 1) ThrowNotFor(model, "--top", "top", why);
    return;
  }
  const std::string why = "chooses among labels and writes no text";
  if (!request.text.empty() || !request.ids.empty()) ThrowNotFor(model, "--caption", "text", why);
  if (!request.prompt.empty()) ThrowNotFor(model, "--prompt", "prompt", why);
  if (!request.phrases.empty()) ThrowNotFor(model, "--phrase", "phrases", why);
  if (request.word != 0) ThrowNotFor(model, "--word", "word", why);
  if (request.beam != 0) ThrowNotFor(model, "--beam", "beam", why);
}

}  // namespace

Explanation Explain(const Model& model, const at::Tensor& image, const Request& request) {
  CheckImage(image, model);
  CheckFits(model, request);
  const HalfInFloat32 in_float32(model.NeedsHalfInFloat32());
  return model.writes() ? ExplainText(model, image, request) : ExplainLabels(model, image, request);
}

Subject SubjectOf(const Model& model, const at::Tensor& image, const Request& request) {
  CheckImage(image, model);
  CheckFits(model, request);
  const HalfInFloat32 in_float32(model.NeedsHalfInFloat32());
  return model.writes() ? SubjectOfText(model, image, request) : SubjectOfLabels(model, image, request);
}

void AskAbout(const Explanation& explanation, Request* request) {
  if (!explanation.writes()) {
    request->labels.clear();
    request->indices = IndicesOf(explanation);
  } else if (!explanation.written().is_given) {
    request->ids = explanation.written().ids;
  }
}

}  // namespace wherefore
