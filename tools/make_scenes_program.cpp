#include <ostream>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

#include "explain/error.h"
#include "tools/command_line.h"
#include "tools/output.h"
#include "tools/program.h"
#include "tools/run_program.h"
#include "tools/scenes/scene_files.h"
#include "tools/version.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsageLine = "make-scenes --count N --seed S --out DIR [OPTION...]";

po::options_description Description(SceneFilesRequest* request) {
  po::options_description description("Options");
  auto add = description.add_options();
  add("count", po::value(&request->count)->value_name("N"), "how many scenes");
  add("seed", po::value(&request->seed)->value_name("S"), "the same seed makes the same scenes, another one others");
  add("out", po::value(&request->out)->value_name("DIR"), "write images, masks and scenes.json there");
  add("size", Bound(&request->options.size)->value_name("PIXELS"), "width and height of the pictures");
  add("max-objects", Bound(&request->options.max_objects)->value_name("K"), "a scene has 1 to K objects; at most 6");
  add("captions", Bound(&request->captions)->value_name("N"), "captions of each scene");
  add("questions", Bound(&request->questions)->value_name("N"),
      "questions of each family: on average, so that all answers are as common");
  add("help", "print this and stop");
  add("version", "print the version and stop");
  return description;
}

void PrintHelp(const po::options_description& description, std::ostream& out) {
  out << "Draws pictures of simple objects, with masks, captions and questions that are known to be true.\n\nUsage: "
      << kUsageLine << "\n\n"
      << description << "\nProgress is printed on standard error.\n"
      << "Exit code: 0 done, 1 it failed (a file), 2 wrong usage (an option).\n";
}

ExitCode Run(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  SceneFilesRequest request;
  std::vector<std::string> strays;
  const auto description = Description(&request);
  const auto given = ParseCommandLine(argc, argv, description, &strays);
  if (given.count("help") > 0) return PrintHelp(description, out), kDone;
  if (given.count("version") > 0) return out << "make-scenes " << kVersion << '\n', kDone;
  if (!strays.empty()) ThrowUsage("'" + strays[0] + "' is no option; usage: " + kUsageLine);
  for (const char* needed : {"count", "seed", "out"}) {
    if (given.count(needed) == 0) ThrowUsage(std::string("--") + needed + " is needed; usage: " + kUsageLine);
  }
  if (request.out.empty()) ThrowUsage("--out was given without a value; name a directory");
  CheckRequest(request);
  CheckOutputDirectory(request.out);
  WriteSceneFiles(request, err);
  err << "wrote " << request.count << (request.count == 1 ? " scene" : " scenes") << " to " << request.out << std::endl;
  return kDone;
}

}  // namespace

int RunMakeScenes(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  return RunProgram([&] { return Run(argc, argv, out, err); }, out, err);
}

}  // namespace wherefore
