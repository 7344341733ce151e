#include "tools/programs/program.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "models/device.h"
#include "models/families.h"
#include "models/files/files.h"
#include "models/files/fingerprint.h"
#include "models/hugging_face/hub_cache.h"
#include "models/torchvision/torchvision_model.h"
#include "tasks/explain.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/process.h"
#include "tools/command_line/progress.h"
#include "tools/command_line/run_program.h"
#include "tools/command_line/shipped_model.h"
#include "tools/command_line/version.h"
#include "tools/programs/explain_photographs.h"
#include "tools/report/output.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

/// One of the programs: what is its own.
struct Program {
  std::string name;
  Task task;
  std::string purpose;    ///< one line
  std::string arguments;  ///< after the name, as --help shows them
  po::options_description own{"What to explain"};
  Request request;
  TorchvisionFile weights;  ///< of torchvision alone, where `network` is given; the path is that of the model
  /// Takes what is no photograph from the positional arguments, and checks the request before anything is loaded.
  std::function<void(const po::variables_map& given, SharedOptions* shared)> check;

  explicit Program(Task asked) : name(ProgramOf(asked)), task(asked) { request.alternatives = 3; }
};

void PrintFamilies(const std::vector<Family>& families, std::ostream& out) {
  for (const auto& family : families) {
    out << family.name << "  (" << family.form << "; " << Listed(NamesOf(family.tasks)) << ")\n    " << family.summary
        << '\n';
  }
}

void PrintHelp(const Program& program, const po::options_description& shared, std::ostream& out) {
  out << program.purpose << "\n\nUsage: " << program.name << ' ' << program.arguments << "\n\n"
      << program.own << '\n'
      << shared << "\nResults are printed on standard output, progress and warnings on standard error.\n"
      << "Exit code: 0 done, 1 it failed (a file, a photograph), 2 wrong usage (an option, a word, a layer).\n";
}

void CheckTop(const po::variables_map& given, const std::string& named) {
  if (given.count(named) == 0 || given["top"].defaulted()) return;
  ThrowUsage("--top is for the model's own best; leave it out where --" + named + " names what to explain");
}

/// Of the two programs whose models may write.
void AddTextOptions(Program* program) {
  auto add = program->own.add_options();
  add("word", po::value(&program->request.word)->value_name("N"),
      "of a text: explain this word alone, 1 is the first; with --versus, rather than other words in its place");
  add("alternatives", Bound(&program->request.alternatives)->value_name("N"),
      "of a text: list what might have stood in each word's place, and behind the last");
}

void CheckMethods(const std::vector<std::string>& methods) {
  for (auto method = methods.begin(); method != methods.end(); ++method) {
    MethodNamed(*method);
    if (std::find(methods.begin(), method, *method) != method) ThrowUsage("--method " + *method + " was given twice");
  }
}

/// What can be told to be wrong without the model, which takes a while to load.
void CheckRequest(Program& program, const po::variables_map& given, SharedOptions* shared) {
  ReadRendering(shared);
  program.request.upsampling = shared->render.map.upsampling;
  for (const char* option :
       {"model", "out", "layer", "versus", "concepts", "sentence-templates", "prompt", "network", "labels"}) {
    if (given.count(option) > 0 && given[option].as<std::string>().empty()) {
      ThrowUsage(std::string("--") + option + " was given without a value; leave it out, or give one");
    }
  }
  if (given.count("word") > 0 && program.request.word < 1) {
    ThrowUsage("--word must be at least 1, the first, not " + std::to_string(program.request.word));
  }
  if (program.request.alternatives < 0) {
    ThrowUsage("--alternatives must be at least 0, not " + std::to_string(program.request.alternatives));
  }
  CheckMethods(shared->methods);
  // Whether the model's own method reads them is known once it is there.
  const auto& readers = shared->methods.empty() ? MethodNames() : shared->methods;
  ReadMethodOptions(shared->method_options, readers, &program.request.method_options);
  if (shared->model.empty()) shared->model = ShippedModel(program.task);
  if (shared->model.empty()) {
    ThrowUsage(
        "no model was given; name a model directory with --model: a folder with config.json, model.safetensors "
        "and the model's vocabulary or labels");
  }
  program.weights.path = shared->model;
  if (program.weights.network.empty()) shared->model = ModelDirectoryOf(shared->model);
  if (program.weights.network.empty() && !program.weights.labels.empty()) {
    ThrowUsage("--labels is for torchvision's weights, of which --network says what they are; a directory has its own");
  }
  if (shared->list_layers) return;
  program.check(given, shared);
  if (shared->photographs.empty()) {
    ThrowUsage("no photograph was given; usage: " + program.name + " " + program.arguments);
  }
  if (!shared->out.empty()) CheckOutputDirectory(shared->out);
}

/// The answer that --answer names, to a model that writes its answers.
void MoveAnswerToText(const Model& model, Request* request) {
  if (!model.writes() || !model.CanDo(Task::kVqa) || request->labels.empty()) return;
  if (request->labels.size() > 1) {
    ThrowUsage("the model '" + model.info.name + "' writes its answer, and explains one at a time: give one --answer");
  }
  request->text = request->labels.front();
  request->labels.clear();
}

ExitCode RunChecked(Program& program, int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                    const std::vector<Family>& families) {
  SharedOptions shared;
  const auto shared_description = SharedDescription(&shared, &program.request);
  po::options_description all;
  all.add(program.own).add(shared_description);
  const auto given = ParseCommandLine(argc, argv, all, &shared.photographs);
  if (given.count("help") > 0) return PrintHelp(program, shared_description, out), kDone;
  if (given.count("version") > 0) return out << program.name << ' ' << kVersion << '\n', kDone;
  if (given.count("list-methods") > 0) return PrintMethods(out), kDone;
  if (given.count("list-networks") > 0) return PrintFamilies(families, out), kDone;

  CheckRequest(program, given, &shared);
  auto names = shared.list_layers ? std::nullopt : ReadNeuronNames(shared);
  SetUpProcess(shared.threads);
  const LoadOptions loading = {DeviceNamed(shared.device), program.task, DtypeNamed(shared.dtype)};
  ModelToExplain model = {program.weights.network.empty() ? LoadModel(shared.model, loading, families)
                                                          : LoadTorchvisionModel(program.weights, loading),
                          {},
                          std::nullopt};
  for (const auto& warning : model.model.info.warnings) err << "warning: " << warning << std::endl;
  if (shared.list_layers) return PrintLayers(model, out), kDone;
  if (shared.methods.empty()) {
    shared.methods = {model.model.info.method};
    ReadMethodOptions(shared.method_options, shared.methods, &program.request.method_options);
  }
  if (names && loading.dtype != at::kFloat) {
    err << "warning: the names of channels are those of float32 weights; they are left out with --dtype "
        << shared.dtype << std::endl;
    names.reset();
  }
  if (names) {
    CheckFingerprint(names->layer, names->file, model.model.info.directory, Fingerprint(*model.model.network));
    program.request.neuron_layer = names->layer.layer;
    program.request.ablate_channels = names->options.importance == Importance::kAblation;
    model.names = std::move(names);
  }
  MoveAnswerToText(model.model, &program.request);
  model.compares_with_grey = !shared.no_grey;
  model.request = program.request;
  return ExplainPhotographs(model, shared, out, err);
}

int RunExplainProgram(Program& program, int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                      const std::vector<Family>& families) {
  return RunProgram([&] { return RunChecked(program, argc, argv, out, err, families); }, out, err);
}

}  // namespace

int RunExplainCaption(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                      const std::vector<Family>& families) {
  Program program(Task::kCaption);
  auto& request = program.request;
  program.purpose =
      "Shows for each word of a captioning model's caption which region of the photograph made it say so.";
  program.arguments = "PHOTO... [--model DIR] [--out DIR] [OPTION...]";
  auto add = program.own.add_options();
  add("caption", po::value(&request.text)->value_name("TEXT"), "explain this caption instead of the model's own");
  add("phrase", Several(&request.phrases), "explain this part of the caption too; may be repeated");
  add("versus", po::value(&request.versus)->value_name("TEXT"),
      "explain why it says --word N, or the whole caption, rather than these words in its place");
  add("beam", po::value(&request.beam)->value_name("N"),
      "captions kept while searching; 1 is greedy; the model's own if not given");
  add("prompt", po::value(&request.prompt)->value_name("TEXT"),
      "the model's own caption must begin so; a model that follows instructions is told this");
  AddTextOptions(&program);
  program.check = [&](const po::variables_map& given, SharedOptions*) {
    if (given.count("caption") > 0 && request.text.empty()) {
      ThrowUsage("the caption is empty; give at least one word");
    }
    if (given.count("caption") > 0 && given.count("beam") > 0) {
      ThrowUsage("--beam is for the model's own caption; leave it out where --caption gives one");
    }
    if (given.count("beam") > 0 && request.beam < 1) {
      ThrowUsage("--beam must be at least 1, not " + std::to_string(request.beam));
    }
  };
  return RunExplainProgram(program, argc, argv, out, err, families);
}

int RunExplainVqa(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                  const std::vector<Family>& families) {
  Program program(Task::kVqa);
  auto& request = program.request;
  program.purpose =
      "Shows which region of the photograph, and which words of the question, made a model answer as it did.";
  program.arguments = "PHOTO... \"QUESTION\" [--model DIR] [--out DIR] [OPTION...]";
  auto add = program.own.add_options();
  add("question", po::value(&request.question)->value_name("TEXT"), "the question; the last argument if not given");
  add("answer", Several(&request.labels), "explain this answer; may be repeated; the model's own if not given");
  add("versus", po::value(&request.versus)->value_name("TEXT"),
      "explain it against this answer: why this rather than that");
  add("top", Bound(&request.top)->value_name("N"), "explain the N best answers");
  AddTextOptions(&program);
  program.check = [&](const po::variables_map& given, SharedOptions* shared) {
    if (given.count("question") == 0 && !shared->photographs.empty()) {
      if (shared->photographs.size() == 1) {
        ThrowUsage("a photograph and a question are needed, but only '" + shared->photographs[0] +
                   "' was given; put the question after the photograph, in quotes");
      }
      request.question = shared->photographs.back();
      if (IsFile(request.question)) {
        ThrowUsage("'" + request.question +
                   "' stands where the question should, but is a file; put the question last, " +
                   "in quotes, or give it with --question");
      }
      shared->photographs.pop_back();
    }
    if (request.question.empty()) ThrowUsage("the question is empty; give it after the photographs, in quotes");
    CheckTop(given, "answer");
  };
  return RunExplainProgram(program, argc, argv, out, err, families);
}

int RunExplainImage(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                    const std::vector<Family>& families) {
  Program program(Task::kClassification);
  auto& request = program.request;
  program.purpose = "Shows which region of the photograph made a classifier choose its class.";
  program.arguments = "PHOTO... --model DIR [--out DIR] [OPTION...]";
  auto add = program.own.add_options();
  add("label", Several(&request.choices),
      "a class to choose among, of a model that has none of its own (CLIP): \"a photo of a cat\"; repeated for each");
  add("class", Several(&request.labels),
      "explain this class, by label or index; may be repeated; the model's own if not given");
  add("versus", po::value(&request.versus)->value_name("TEXT"),
      "explain it against this class: why this rather than that");
  add("top", Bound(&request.top)->value_name("N"), "explain the N best classes");
  add("network", po::value(&program.weights.network)->value_name("NAME"),
      "--model is a file of torchvision's weights, of this network: resnet50");
  add("labels", po::value(&program.weights.labels)->value_name("FILE"),
      "the classes of such a file, one a line; numbered if not given");
  program.check = [](const po::variables_map& given, SharedOptions*) { CheckTop(given, "class"); };
  return RunExplainProgram(program, argc, argv, out, err, families);
}

}  // namespace wherefore
