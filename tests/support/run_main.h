#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "models/families.h"

namespace wherefore {

/// What a program left: its exit code, and what it printed.
struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

/// RunExplainCaption() and the like.
using Main = int (*)(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// RunExplainCaption() and the like, which are handed families.
using FamilyMain = int (*)(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                           const std::vector<Family>& families);

/// Runs a program with these arguments, its name not among them; where TestedOnCuda(), on CUDA unless they say else.
Outcome RunMain(Main main, std::vector<std::string> arguments);
Outcome RunMain(FamilyMain main, std::vector<std::string> arguments, const std::vector<Family>& families = Families());

}  // namespace wherefore
