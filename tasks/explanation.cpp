#include "tasks/explanation.h"

#include "explain/error.h"

namespace wherefore {

const char* NameOf(ScoreKind kind) {
  switch (kind) {
    case ScoreKind::kLogit:
      return "logit";
    case ScoreKind::kLogitMargin:
      return "logit margin";
    case ScoreKind::kLogProbability:
      return "log-probability";
  }
  return "score";
}

const at::Tensor& Explanation::ImportanceBy(Importance importance) const {
  const at::Tensor& values = importance == Importance::kAlpha      ? alpha
                             : importance == Importance::kAblation ? ablation
                                                                   : gradient_times_activation;
  if (!values.defined()) {
    ThrowUsage("the channels' importance by " + std::string(NameOf(importance)) + " was not measured; " +
               (importance == Importance::kAblation ? "set Request::ablate_channels"
                                                    : "explain at a layer, by a method of the plain gradient"));
  }
  return values;
}

}  // namespace wherefore
