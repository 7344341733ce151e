#include "tasks/explanation.h"

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

}  // namespace wherefore
