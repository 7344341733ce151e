#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace wherefore {

/// What a program left: its exit code, and what it printed.
struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

/// RunExplainCaption() and the like.
using Main = int (*)(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

/// Runs a program with these arguments, its name not among them; where TestedOnCuda(), on CUDA unless they say else.
Outcome RunMain(Main main, std::vector<std::string> arguments);

}  // namespace wherefore
