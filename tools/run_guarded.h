#pragma once

#include <functional>
#include <iosfwd>

#include "tools/explain_photographs.h"

namespace wherefore {

/// Runs a program's body: an Error, or any other exception, becomes a line on `err` and an exit code. A result that
/// `out` did not take is a failure too.
int RunGuarded(const std::function<ExitCode()>& body, std::ostream& out, std::ostream& err);

}  // namespace wherefore
