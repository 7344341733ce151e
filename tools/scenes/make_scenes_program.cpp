#include <ostream>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

#include "explain/error.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/run_program.h"
#include "tools/programs/program.h"
#include "tools/report/output.h"
#include "tools/scenes/scene_files.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

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
  return description;
}

ExitCode RunScenes(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  SceneFilesRequest request;
  const ProgramText text = {
      "make-scenes", "Draws pictures of simple objects, with masks, captions and questions that are known to be true.",
      "--count N --seed S --out DIR [OPTION...]"};
  const auto given = ParseOptions(text, argc, argv, Description(&request), out);
  if (!given) return kDone;
  for (const char* needed : {"count", "seed", "out"}) {
    if (given->count(needed) == 0)
      ThrowUsage(std::string("--") + needed + " is needed; usage: " + text.name + " " + text.usage);
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
  return RunProgram([&] { return RunScenes(argc, argv, out, err); }, out, err);
}

}  // namespace wherefore
