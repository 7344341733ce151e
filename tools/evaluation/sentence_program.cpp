#include <filesystem>
#include <ostream>

#include "explain/error.h"
#include "models/device.h"
#include "models/files/files.h"
#include "models/files/fingerprint.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/process.h"
#include "tools/command_line/run_program.h"
#include "tools/evaluation/scene_models.h"
#include "tools/evaluation/sentence_evaluation.h"
#include "tools/programs/neuron_names.h"
#include "tools/programs/program.h"
#include "tools/report/output.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

struct SentenceRequest {
  std::vector<std::string> models;
  std::string importance = NameOf(Importance::kGradientTimesActivation);
  std::string out;
  std::string device = "cpu";
  int threads = 0;  ///< LibTorch's own choice
  int64_t scenes = 100;
};

po::options_description Description(SentenceRequest* request) {
  po::options_description description("Options");
  auto add = description.add_options();
  add("model", Several(&request->models)->value_name("DIR"),
      "a model of scenes with concepts.json of dissect-neurons; both that come with the program if not given");
  add("importance", Bound(&request->importance)->value_name("NAME"),
      "what ranks the channels: gradient-x-activation, alpha or ablation");
  add("scenes", Bound(&request->scenes)->value_name("N"), "held-out scenes");
  add("out", po::value(&request->out)->value_name("DIR"), "write sentences-MODEL.json there");
  add("device", Bound(&request->device)->value_name("NAME"), "cpu, cuda or cuda:N");
  add("threads", po::value(&request->threads)->value_name("N"), "on the CPU; LibTorch's choice if not given");
  return description;
}

void Check(SentenceRequest* request) {
  if (request->scenes < 1) ThrowUsage("--scenes must be at least 1, not " + std::to_string(request->scenes));
  ReadImportance(request->importance);
  request->models = SceneModels(request->models);
  if (!request->out.empty()) CheckOutputDirectory(request->out);
  DeviceNamed(request->device);
}

LayerConcepts NamesOf(const std::string& directory, const ModelInfo& info, const torch::nn::Module& network) {
  const auto file = PathIn(directory, kConceptsFile);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    ThrowBadFile("'" + directory + "' has no " + kConceptsFile + ": name its channels with dissect-neurons");
  }
  const auto names = ParseConcepts(ReadFile(file), file);
  CheckFingerprint(names, file, info.name, Fingerprint(network));
  return names;
}

void EvaluateModel(const std::string& directory, const SentenceRequest& request, const std::vector<Family>& families,
                   std::ostream& out, std::ostream& err) {
  const auto device = DeviceNamed(request.device);
  SentenceOptions options;
  options.importance = ReadImportance(request.importance);
  const auto model = LoadModel(directory, {device, {}}, families);
  const auto& name = model.info.name;
  if (model.CanDo(Task::kClassification)) {
    ThrowUsage("'" + name +
               "' classifies, but of scenes only captions and answers can be judged: give a captioner or a "
               "VQA model");
  }
  const auto names = NamesOf(directory, model.info, *model.network);
  const auto scenes = HeldOutScenes(kFirstEvaluationScene, request.scenes, {}, model.info.image);
  SentenceEvaluation evaluation;
  std::string score = "logit";
  if (model.writes()) {
    evaluation = EvaluateCaptionSentences(model, scenes, names, options, device, err);
    score = "log-probability";
    out << "\n## " << name << ": sentences about nouns and adjectives of its captions of " << request.scenes
        << " scenes\n";
  } else {
    evaluation = EvaluateAnswerSentences(model, scenes, names, options, device, err);
    out << "\n## " << name << ": sentences about right answers to questions about " << request.scenes << " scenes\n";
  }
  evaluation.Print(score, out);
  if (!request.out.empty()) WriteFiles(request.out, {{"sentences-" + name + ".json", evaluation.Json()}});
}

ExitCode RunSentences(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                      const std::vector<Family>& families) {
  SentenceRequest request;
  const ProgramText text = {"evaluate-sentences",
                            "Tests whether what is said about named channels is true: takes them and the objects away, "
                            "and makes them stronger.",
                            "[--model DIR]... [OPTION...]"};
  const auto given = ParseOptions(text, argc, argv, Description(&request), out);
  if (!given) return kDone;
  Check(&request);
  SetUpProcess(request.threads);
  for (const auto& model : request.models) EvaluateModel(model, request, families, out, err);
  return kDone;
}

}  // namespace

int RunEvaluateSentences(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                         const std::vector<Family>& families) {
  return RunProgram([&] { return RunSentences(argc, argv, out, err, families); }, out, err);
}

}  // namespace wherefore
