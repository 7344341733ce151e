#include "models/recurrent/up_down.h"

#include "models/format1/attending_kind.h"
#include "models/format1/kinds.h"

namespace wherefore {

Format1Kind UpDownKind() {
  return AttendingKind<UpDown, UpDownOptions>(
      "up-down", "a captioner of two LSTMs, the first of which attends (Anderson et al. 2018)");
}

}  // namespace wherefore
