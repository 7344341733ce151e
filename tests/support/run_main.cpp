#include "tests/support/run_main.h"

#include <algorithm>
#include <sstream>

#include "tests/support/devices.h"
#include "tools/programs/program.h"

namespace wherefore {

Outcome RunMain(Main main, std::vector<std::string> arguments) {
  const bool has_device = main != RunMakeScenes;
  if (TestedOnCuda() && has_device && std::find(arguments.begin(), arguments.end(), "--device") == arguments.end()) {
    arguments.insert(arguments.end(), {"--device", "cuda"});
  }
  arguments.insert(arguments.begin(), "program");
  std::vector<const char*> argv;
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out;
  std::ostringstream err;
  const int code = main(static_cast<int>(argv.size()), argv.data(), out, err);
  return {code, out.str(), err.str()};
}

}  // namespace wherefore
