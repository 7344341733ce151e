#include <ostream>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "models/device.h"
#include "models/directory_files.h"
#include "tools/command_line.h"
#include "tools/evaluation/scene_evaluation.h"
#include "tools/freed_memory.h"
#include "tools/output.h"
#include "tools/program.h"
#include "tools/run_program.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

struct EvaluateRequest {
  std::vector<std::string> models;
  std::vector<std::string> methods;
  std::string layer;
  std::string out;
  std::string device = "cpu";
  int64_t scenes = 500;
  double tolerance = 6;
};

po::options_description Description(EvaluateRequest* request) {
  po::options_description description("Options");
  auto add = description.add_options();
  add("model", Several(&request->models)->value_name("DIR"),
      "a model of scenes, made by train-caption or train-vqa; both that come with the program if not given");
  add("method", Several(&request->methods)->value_name("NAME"),
      "a method of --list-methods, or center or random; may be repeated; six of them if not given");
  add("layer", po::value(&request->layer)->value_name("NAME"), "layer to explain at; the model's own if not given");
  add("scenes", Bound(&request->scenes)->value_name("N"), "held-out scenes");
  add("tolerance", Bound(&request->tolerance)->value_name("PIXELS"),
      "by which the second pointing game lets a map miss, in scenes of 192 pixels");
  add("out", po::value(&request->out)->value_name("DIR"), "write results-MODEL.json there, with confidence intervals");
  add("device", Bound(&request->device)->value_name("NAME"), "cpu, cuda or cuda:N");
  return description;
}

void Check(EvaluateRequest* request) {
  if (request->scenes < 1) ThrowUsage("--scenes must be at least 1, not " + std::to_string(request->scenes));
  if (!(request->tolerance >= 0)) ThrowUsage("--tolerance must not be below zero");
  for (const auto& method : request->methods) {
    if (method != kCenterBaseline && method != kRandomBaseline) MethodNamed(method);
  }
  request->models = SceneModels(request->models);
  if (!request->out.empty()) CheckOutputDirectory(request->out);
}

void PrintCounts(const EvaluationCounts& counts, const char* wrong, const char* placeless, std::ostream& out) {
  out << '\n'
      << counts.explained << " targets with a place; left out: " << counts.wrong << ' ' << wrong << ", "
      << counts.placeless << ' ' << placeless << ".\n";
}

void EvaluateModel(const std::string& directory, const EvaluateRequest& request, std::ostream& out, std::ostream& err) {
  const auto device = DeviceNamed(request.device);
  SceneEvaluation evaluation;
  if (!request.methods.empty()) evaluation.methods = request.methods;
  evaluation.layer = request.layer;
  LocalisationTable table(request.tolerance);
  std::string name;
  if (TaskOf(directory) == "vqa") {
    const auto model = LoadVqaModel(directory, device);
    name = model.info.name;
    const auto scenes = HeldOutScenes(kFirstEvaluationScene, request.scenes, {}, model.info.image);
    const auto counts = EvaluateAnswers(model, scenes, evaluation, device, &table, err);
    out << "\n## " << name << ": answers to questions about " << request.scenes << " held-out scenes\n";
    PrintCounts(counts, "wrong answers", "right answers that no object decides (no, 0)", out);
  } else {
    const auto captioner = LoadCaptionModel(directory, device);
    name = captioner.info.name;
    const auto scenes = HeldOutScenes(kFirstEvaluationScene, request.scenes, {}, captioner.info.image);
    const auto counts = EvaluateCaptions(captioner, scenes, evaluation, device, &table, err);
    out << "\n## " << name << ": words of its captions of " << request.scenes << " held-out scenes\n";
    PrintCounts(counts, "words of phrases that fit no object", "words of no object (and, there is)", out);
  }
  table.Print(out);
  if (!request.out.empty()) WriteFiles(request.out, {{"results-" + name + ".json", table.Json()}});
}

ExitCode Run(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  EvaluateRequest request;
  const ProgramText text = {"evaluate-explanations",
                            "Measures how well explanations meet the objects of scenes whose truth is known.",
                            "[--model DIR]... [OPTION...]"};
  const auto given = ParseOptions(text, argc, argv, Description(&request), out);
  if (!given) return kDone;
  Check(&request);
  KeepFreedMemory();
  for (const auto& model : request.models) EvaluateModel(model, request, out, err);
  return kDone;
}

}  // namespace

int RunEvaluateExplanations(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  return RunProgram([&] { return Run(argc, argv, out, err); }, out, err);
}

}  // namespace wherefore
