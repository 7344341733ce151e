#include "models/recurrent/show_attend_and_tell.h"

#include "models/format1/attending_kind.h"
#include "models/format1/kinds.h"

namespace wherefore {

Format1Kind ShowAttendAndTellKind() {
  return AttendingKind<ShowAttendAndTell, ShowAttendAndTellOptions>(
      "show-attend-and-tell", "a captioner that attends to the places of a feature map (Xu et al. 2015)");
}

}  // namespace wherefore
