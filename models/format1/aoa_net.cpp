#include "models/recurrent/aoa_net.h"

#include "models/format1/attending_kind.h"
#include "models/format1/kinds.h"

namespace wherefore {

Format1Kind AoaNetKind() {
  return AttendingKind<AoaNet, AoaNetOptions>(
      "aoa-net", "a captioner whose decoder attends to what was attended to (Huang et al. 2019)");
}

}  // namespace wherefore
