#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "models/device.h"
#include "models/files/files.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/process.h"
#include "tools/command_line/run_program.h"
#include "tools/evaluation/evaluation.h"
#include "tools/evaluation/evaluation_page.h"
#include "tools/evaluation/journal.h"
#include "tools/evaluation/measures.h"
#include "tools/evaluation/result_files.h"
#include "tools/evaluation/result_tables.h"
#include "tools/evaluation/scene_models.h"
#include "tools/programs/program.h"
#include "tools/report/output.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

struct Options {
  EvaluationRequest request;
  std::vector<std::string> methods;
  std::vector<std::string> layers;
  std::vector<std::string> method_options;
  std::string captions = "model";
  std::string out;
  int threads = 0;  ///< LibTorch's own choice
};

po::options_description Description(Options* options) {
  auto& request = options->request;
  auto& measure = request.settings.options;
  po::options_description description("Options");
  auto add = description.add_options();
  add("model", Several(&request.models)->value_name("DIR"),
      "a model directory; may be repeated; both of scenes that come with the program if not given");
  add("method", Several(&options->methods)->value_name("NAME"),
      "a method of --list-methods; may be repeated; six of them if not given");
  add("layer", Several(&options->layers)->value_name("NAME"),
      "layer to explain at; may be repeated; the model's own if not given");
  add("method-option", Several(&options->method_options)->value_name("NAME=VALUE"),
      "of methods that have any, as --list-methods shows them; may be repeated");
  add("measure", Several(&request.settings.measures)->value_name("NAME"),
      "a measure of --list-measures; may be repeated; four that cost next to nothing if not given");
  add("data", po::value(&request.data)->value_name("DIR"),
      "photographs with COCO's annotations, or scenes of make-scenes; held-out scenes are drawn if not given");
  add("scenes", Bound(&request.scenes)->value_name("N"), "held-out scenes that are drawn");
  add("images", po::value(&request.set.pictures)->value_name("N"),
      "pictures of --data, the first ones; all if not given");
  add("words", po::value(&request.set.words)->value_name("FILE"),
      "which words speak of which category, a line each: 'dog: puppy, terrier'; our own list if not given");
  add("captions", Bound(&options->captions)->value_name("WHOSE"),
      "of captioners: 'model' explains what the model says, 'reference' every caption that the data come with");
  add("question", Bound(&request.set.question)->value_name("TEXT"),
      "what VQA models are asked about photographs without questions.json");
  add("absent", Bound(&request.set.absent)->value_name("N"),
      "categories that a photograph does not have, and that are explained for pointing-recall; 2 for it if not given");
  add("tolerance", Bound(&measure.tolerance)->value_name("PIXELS"),
      "by which pointing-tolerant lets a map miss, in pixels of scenes (192 a side), or of the network's input");
  add("steps", Bound(&measure.steps)->value_name("N"),
      "of insertion and deletion; the paper takes 224, fewer cost less");
  add("epsilon", Bound(&measure.noise.epsilon)->value_name("N"),
      "of adversarial: most that its noise changes a pixel's value, in 1/255");
  add("sanity-cases", Bound(&measure.sanity_cases)->value_name("N"), "that the sanity checks are made on");
  add("seed", Bound(&measure.seed)->value_name("N"), "of random weights and noise of the measures");
  add("out", po::value(&options->out)->value_name("DIR"),
      "write report.html, results.json and results.csv there; finished cases are kept there meanwhile");
  add("resume", po::bool_switch(&request.resume), "go on with the finished cases in --out");
  add("device", Bound(&request.device)->value_name("NAME"), "cpu, cuda or cuda:N");
  add("threads", po::value(&options->threads)->value_name("N"), "on the CPU; LibTorch's choice if not given");
  add("list-methods", "print the methods and stop");
  add("list-measures", "print the measures and stop");
  return description;
}

void CheckAtLeast(const char* option, int64_t value, int64_t least) {
  if (value >= least) return;
  ThrowUsage(std::string("--") + option + " must be at least " + std::to_string(least) + ", not " +
             std::to_string(value));
}

void CheckNumbers(const po::variables_map& given, const EvaluationRequest& request) {
  const auto& options = request.settings.options;
  CheckAtLeast("scenes", request.scenes, 1);
  if (given.count("images") > 0) CheckAtLeast("images", request.set.pictures, 1);
  CheckAtLeast("steps", options.steps, 1);
  CheckAtLeast("sanity-cases", options.sanity_cases, 0);
  if (!(options.tolerance >= 0)) ThrowUsage("--tolerance must not be below zero");
  options.noise.Check();
  if (!request.data.empty() && !given["scenes"].defaulted()) {
    ThrowUsage("--scenes is for scenes that are drawn; where --data names a data set use --images");
  }
  if (request.data.empty() && given.count("images") > 0) {
    ThrowUsage("--images is for the pictures of --data; of scenes that are drawn use --scenes");
  }
}

bool AreReference(const std::string& captions) {
  const std::vector<std::string> choices = {"model", "reference"};
  if (std::find(choices.begin(), choices.end(), captions) == choices.end()) {
    ThrowUsage("--captions is 'model' or 'reference', not '" + captions + "'" + DidYouMean(captions, choices));
  }
  return captions == choices[1];
}

/// Options of measures that are not taken.
void CheckMeasured(const po::variables_map& given, const CaseSettings& settings) {
  const std::map<std::string, std::vector<std::string>> readers = {
      {"tolerance", {"pointing-tolerant"}},
      {"steps", {"insertion", "deletion"}},
      {"epsilon", {"adversarial"}},
      {"sanity-cases", {"sanity-decoder", "sanity-trunk"}},
  };
  for (const auto& [option, measures] : readers) {
    const bool is_read = std::any_of(measures.begin(), measures.end(), [&](const auto& m) { return settings.Asks(m); });
    if (given[option].defaulted() || is_read) continue;
    ThrowUsage("--" + option + " is for " + Listed(measures, " or ") + ", which is not asked for: add --measure " +
               measures.front() + ", or leave it out");
  }
}

/// Options that nothing would read.
void CheckUsed(const po::variables_map& given, const EvaluationRequest& request) {
  CheckMeasured(given, request.settings);
  const auto& columns = request.settings.columns;
  const auto has_layer = [](const Column& column) { return MethodNamed(column.method).needs_layer; };
  if (given.count("layer") > 0 && std::none_of(columns.begin(), columns.end(), has_layer)) {
    ThrowUsage(
        "--layer is for methods of a layer, and none is asked for: add one, such as --method grad-cam, or leave "
        "--layer out");
  }
  const bool are_scenes = AreScenes(request.data);
  if (!given["question"].defaulted() && are_scenes) {
    ThrowUsage(
        "--question is what is asked about photographs, but scenes come with their questions: leave it out, or name "
        "photographs of COCO's form with --data");
  }
  if (given["absent"].defaulted()) return;
  if (!request.settings.Asks(kPointingRecall)) {
    ThrowUsage(
        "--absent is for pointing-recall alone: ask for it with --measure pointing-recall, or leave --absent out");
  }
  if (are_scenes) {
    ThrowUsage(
        "--absent is of photographs, but scenes have no absent categories: leave it out, or name photographs of "
        "COCO's form with --data");
  }
}

/// The methods that are asked for, and what a measure compares them with.
std::vector<std::string> MethodsRun(const Options& options) {
  auto methods = options.methods;
  if (options.request.settings.Asks("occlusion-correlation")) methods.emplace_back("occlusion");
  return methods;
}

/// Names that were given twice would be counted twice.
void CheckOnce(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) ThrowUsage("'" + *twice + "' was asked for twice; give each --measure once");
}

void Check(const po::variables_map& given, Options* options) {
  auto& request = options->request;
  auto& settings = request.settings;
  if (options->methods.empty()) {
    options->methods = {"grad-cam", "guided-grad-cam", "guided-backprop", "gradient", "center", "random"};
  }
  settings.columns = ColumnsOf(options->methods, options->layers);
  if (settings.measures.empty()) settings.measures = DefaultMeasures();
  for (const auto& measure : settings.measures) MeasureNamed(measure);
  CheckOnce(settings.measures);
  CheckNumbers(given, request);
  request.set.reference_captions = AreReference(options->captions);
  CheckUsed(given, request);
  ReadMethodOptions(options->method_options, MethodsRun(*options), &settings.method_options);
  if (given["absent"].defaulted()) request.set.absent = settings.Asks(kPointingRecall) ? 2 : 0;
  request.models = SceneModels(request.models);
  request.first_scene = kFirstEvaluationScene;
  DeviceNamed(request.device);
  if (request.resume && options->out.empty()) ThrowUsage("--resume needs --out, where the finished cases are");
  if (options->out.empty()) return;
  CheckOutputDirectory(options->out);
  MakeDirectory(options->out);
  request.journal = PathIn(options->out, kJournalFile);
}

void Write(const Evaluation& evaluation, const Options& options, std::ostream& err) {
  const auto& request = options.request;
  WriteFiles(options.out, {{"results.json", ResultsJson(evaluation)},
                           {"results.csv", ResultsCsv(evaluation)},
                           {"report.html", EvaluationHtml(evaluation, request.settings, DeviceNamed(request.device))}});
  std::error_code ignored;
  std::filesystem::remove(request.journal, ignored);
  err << "wrote " << PathIn(options.out, "report.html") << std::endl;
}

ExitCode RunEvaluation(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                       const std::vector<Family>& families) {
  Options options;
  const ProgramText text = {"evaluate-explanations",
                            "Measures how well explanations meet what is known of pictures, and the model.",
                            "[--model DIR]... [OPTION...]"};
  const auto given = ParseOptions(text, argc, argv, Description(&options), out);
  if (!given) return kDone;
  if (given->count("list-methods") > 0) return PrintMethods(out), kDone;
  if (given->count("list-measures") > 0) return PrintMeasures(out), kDone;
  Check(*given, &options);
  SetUpProcess(options.threads);
  const auto evaluation = Evaluate(options.request, err, families);
  for (const auto& one : evaluation.models) PrintTables(one, options.request.settings.options, out);
  if (!options.out.empty()) Write(evaluation, options, err);
  return kDone;
}

}  // namespace

int RunEvaluateExplanations(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                            const std::vector<Family>& families) {
  return RunProgram([&] { return RunEvaluation(argc, argv, out, err, families); }, out, err);
}

}  // namespace wherefore
