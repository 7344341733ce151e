#include "tests/support/run_main.h"

#include <algorithm>
#include <functional>
#include <sstream>
#include <utility>

#include "tests/support/devices.h"
#include "tools/programs/program.h"

namespace wherefore {

namespace {

using Body = std::function<int(int argc, const char* const* argv, std::ostream& out, std::ostream& err)>;

Outcome RunBody(const Body& body, std::vector<std::string> arguments, bool has_device) {
  if (TestedOnCuda() && has_device && std::find(arguments.begin(), arguments.end(), "--device") == arguments.end()) {
    arguments.insert(arguments.end(), {"--device", "cuda"});
  }
  arguments.insert(arguments.begin(), "program");
  std::vector<const char*> argv;
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out;
  std::ostringstream err;
  const int code = body(static_cast<int>(argv.size()), argv.data(), out, err);
  return {code, out.str(), err.str()};
}

}  // namespace

Outcome RunMain(Main main, std::vector<std::string> arguments) {
  return RunBody(main, std::move(arguments), main != RunMakeScenes);
}

Outcome RunMain(FamilyMain main, std::vector<std::string> arguments, const std::vector<Family>& families) {
  const auto body = [&](int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
    return main(argc, argv, out, err, families);
  };
  return RunBody(body, std::move(arguments), true);
}

}  // namespace wherefore
