#include "tasks/explanation.h"

#include <ATen/ATen.h>

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

bool TaskExplanation::IsEmpty(int64_t target) const { return !(maps[target].max().item<double>() > 0); }

}  // namespace wherefore
