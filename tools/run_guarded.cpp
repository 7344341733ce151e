#include "tools/run_guarded.h"

#include <ostream>

#include "explain/error.h"

namespace wherefore {

int RunGuarded(const std::function<ExitCode()>& body, std::ostream& out, std::ostream& err) {
  try {
    const ExitCode code = body();
    out.flush();
    if (out) return code;
    err << "error: standard output cannot be written; is the disk full?" << std::endl;
  } catch (const Error& error) {
    err << "error: " << error.what() << std::endl;
    return error.kind() == ErrorKind::kUsage ? kWrongUsage : kFailed;
  } catch (const std::exception& error) {
    err << "error: " << Complaint(error) << std::endl;
  }
  return kFailed;
}

}  // namespace wherefore
