#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <memory>
#include <ostream>
#include <thread>

#include "explain/error.h"
#include "models/device.h"
#include "models/files/files.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/process.h"
#include "tools/command_line/run_program.h"
#include "tools/data/data_forms.h"
#include "tools/data/scene_images.h"
#include "tools/dissection/dissect.h"
#include "tools/dissection/dissect_by_scores.h"
#include "tools/dissection/dissection_page.h"
#include "tools/dissection/scores_file.h"
#include "tools/programs/program.h"
#include "tools/report/output.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

constexpr int64_t kMostConcepts = 3;
constexpr int64_t kWidestBeam = 1000;

struct DissectArguments {
  std::string model;
  std::string layer;
  std::string data;
  int64_t scenes = 2000;
  std::string out = "wherefore-out/dissection";
  std::string concepts;
  std::string definition = "2017";
  DissectRequest dissect;
  std::string scores;
  std::string similarity = "soft-wpmi";
  ScoreOptions score_options;
  std::string device = "cpu";
  int threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
};

po::options_description Description(DissectArguments* request) {
  po::options_description description("Options");
  auto& options = request->dissect.options;
  auto add = description.add_options();
  add("model", po::value(&request->model)->value_name("DIR"),
      "a model directory, or a folder of them, all of which are dissected");
  add("layer", po::value(&request->layer)->value_name("NAME"), "the layer; the model's own if not given");
  add("data", po::value(&request->data)->value_name("DIR"),
      "a segmented data set: index masks, COCO's annotations, or scenes of make-scenes; scenes are drawn if not given");
  add("scenes", Bound(&request->scenes)->value_name("N"), "how many are drawn");
  add("out", Bound(&request->out)->value_name("DIR"),
      "write dissection.html there; for a folder of models each in a folder of the model's");
  add("concepts", po::value(&request->concepts)->value_name("FILE"),
      "write the names there; concepts.json in the model directory, where the explaining programs look, if not given");
  add("definition", Bound(&request->definition)->value_name("YEAR"),
      "2017 (Bau et al., Network dissection) or 2020 (Bau et al., Understanding the role of individual units)");
  add("quantile", po::value(&options.quantile)->value_name("X"), "of a channel's activations, above which it fires");
  add("least-iou", po::value(&options.least_iou)->value_name("X"),
      "of a channel that is called a detector; with --scores the least similarity (0)");
  add("compositional", Bound(&request->dissect.compositional)->value_name("N"),
      "most concepts in a name: 2 and 3 also try formulas like 'red and not large' (Mu and Andreas 2020), each with "
      "one "
      "more pass");
  add("beam", Bound(&request->dissect.beam)->value_name("N"), "formulas of a channel that each pass goes on with");
  add("scores", po::value(&request->scores)->value_name("FILE"),
      "name channels by another model's scores of the pictures in --data, a folder without masks (CLIP-Dissect): a "
      ".csv "
      "with a line image,CONCEPT,... and one for each picture, or a .npy beside a .txt of concepts");
  add("similarity", Bound(&request->similarity)->value_name("NAME"),
      "of activations and scores: soft-wpmi, cosine or rank");
  add("score-scale", Bound(&request->score_options.scale)->value_name("X"),
      "of scores, before soft-wpmi's softmax over the concepts");
  add("top-pictures", Bound(&request->score_options.pictures)->value_name("N"),
      "of a channel, that soft-wpmi looks at; at most a tenth of all");
  add("batch", Bound(&request->dissect.batch)->value_name("N"), "images at once");
  add("resume", po::bool_switch(&request->dissect.resume), "go on from the checkpoint in --out");
  add("device", Bound(&request->device)->value_name("NAME"), "cpu, cuda or cuda:N");
  add("threads", Bound(&request->threads)->value_name("N"), "on the CPU");
  return description;
}

/// The definition's own values, but for those that were given.
DissectionOptions OptionsOf(const DissectArguments& request, const po::variables_map& given) {
  auto options = DissectionOptions::Published(request.definition);
  const auto& own = request.dissect.options;
  if (given.count("quantile") > 0) options.quantile = own.quantile;
  if (given.count("least-iou") > 0) options.least_iou = own.least_iou;
  if (!(options.quantile > 0 && options.quantile < 1)) ThrowUsage("--quantile must be between 0 and 1");
  const bool is_share = options.least_iou >= 0 && options.least_iou <= 1;
  if (request.scores.empty() && !is_share) ThrowUsage("--least-iou must be 0 to 1");
  if (!std::isfinite(options.least_iou)) ThrowUsage("--least-iou must be a number");
  return options;
}

void CheckScores(const po::variables_map& given, const DissectArguments& request) {
  const auto is_given = [&](const char* name) { return given.count(name) > 0 && !given[name].defaulted(); };
  if (request.scores.empty()) {
    for (const auto* name : {"similarity", "score-scale", "top-pictures"}) {
      if (is_given(name)) ThrowUsage("--" + std::string(name) + " is for --scores, which names no file");
    }
    return;
  }
  if (request.data.empty()) ThrowUsage("--scores are of pictures: name their folder with --data");
  for (const auto* name : {"definition", "compositional", "beam"}) {
    if (is_given(name)) ThrowUsage("--" + std::string(name) + " is of masks; leave it out where there are --scores");
  }
  if (request.dissect.resume) ThrowUsage("--resume: naming by --scores is one pass without a checkpoint");
}

/// Of a channel whose similarity is compared.
ScoresRequest ScoresRequestOf(const DissectArguments& request, const po::variables_map& given) {
  ScoresRequest scores;
  scores.directory = request.data;
  scores.options = request.score_options;
  scores.options.similarity = ReadScoreSimilarity(request.similarity);
  scores.quantile = request.dissect.options.quantile;
  if (given.count("least-iou") > 0) scores.options.least = request.dissect.options.least_iou;
  scores.batch = request.dissect.batch;
  scores.strongest = request.dissect.strongest;
  return scores;
}

/// The model directories that --model names: itself, or those in it.
std::vector<std::string> ModelsIn(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  std::vector<std::string> models;
  if (!fs::exists(PathIn(directory, kConfigFile), ignored)) {
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
      if (fs::exists(PathIn(entry.path().string(), kConfigFile), ignored)) models.push_back(entry.path().string());
    }
  }
  std::sort(models.begin(), models.end());
  if (models.empty()) models.push_back(directory);  // whose loading says what it lacks
  return models;
}

/// For one of several models.
DissectArguments RequestFor(const std::string& model, DissectArguments request) {
  if (!request.layer.empty() || !request.concepts.empty()) {
    ThrowUsage("'" + request.model + "' is a folder of models: leave out --layer and --concepts, or name one model");
  }
  request.model = model;
  request.out = PathIn(request.out, std::filesystem::path(model).filename().string());
  return request;
}

void Check(const po::variables_map& given, DissectArguments* request) {
  if (request->model.empty()) ThrowUsage("no model was given; name a model directory with --model");
  if (request->dissect.batch < 1) ThrowUsage("--batch must be at least 1");
  if (request->dissect.compositional < 1 || request->dissect.compositional > kMostConcepts) {
    ThrowUsage("--compositional must be 1 to " + std::to_string(kMostConcepts));
  }
  if (request->dissect.beam < 1 || request->dissect.beam > kWidestBeam) {
    ThrowUsage("--beam must be 1 to " + std::to_string(kWidestBeam));
  }
  if (!(std::isfinite(request->score_options.scale) && request->score_options.scale > 0)) {
    ThrowUsage("--score-scale must be more than 0");
  }
  if (request->score_options.pictures < 1) ThrowUsage("--top-pictures must be at least 1");
  ReadScoreSimilarity(request->similarity);
  CheckScores(given, *request);
  if (!request->data.empty() && !given["scenes"].defaulted()) {
    ThrowUsage("--scenes is for scenes that are drawn; leave it out where --data names a data set");
  }
  request->dissect.options = OptionsOf(*request, given);
  if (request->concepts.empty()) request->concepts = PathIn(request->model, kConceptsFile);
  request->dissect.checkpoint = PathIn(request->out, "dissection.pt");
  CheckOutputDirectory(request->out);
  const auto place = std::filesystem::absolute(request->concepts).parent_path();
  CheckOutputDirectory(place.string());
  DeviceNamed(request->device);
}

void Print(const LayerConcepts& layer, std::ostream& out) {
  auto channels = layer.named;
  std::stable_sort(channels.begin(), channels.end(),
                   [](const ChannelConcept& a, const ChannelConcept& b) { return a.iou > b.iou; });
  const auto detectors = std::count_if(channels.begin(), channels.end(),
                                       [&](const ChannelConcept& channel) { return IsDetector(layer, channel); });
  out << detectors << " of " << layer.channels << " channels of " << layer.layer << " detect a concept ("
      << layer.measure << ' ' << layer.least_iou << " or more; chance reaches " << std::fixed << std::setprecision(3)
      << layer.chance_iou << ")\n";
  for (const auto& [category, count] : UniqueDetectors(layer)) out << "  " << count << " of " << category << '\n';
  constexpr std::size_t kShown = 10;
  out << "\n  channel  " << std::setw(5) << (layer.measure == kIou ? kIou : "value") << "  concept\n";
  for (std::size_t i = 0; i < std::min(kShown, channels.size()); ++i) {
    out << "  " << std::setw(7) << channels[i].channel << "  " << channels[i].iou << "  " << channels[i].name << " ("
        << channels[i].category << ")\n";
  }
}

/// What longer names gain, beside what the same freedom gains for random units.
void PrintSteps(const std::vector<CompositionStep>& steps, std::ostream& out) {
  if (steps.empty()) return;
  out << "\n  concepts  mean best IoU  by chance  95 % of chance\n";
  for (const auto& step : steps) {
    out << "  " << std::setw(8) << step.length << "  " << std::setw(13) << step.mean_iou << "  " << std::setw(9)
        << step.chance_mean << "  " << std::setw(14) << step.chance_iou << '\n';
  }
}

/// Rectifiers with a ceiling (ReLU6) make many activations equal: no one of them is above a threshold as high.
void WarnOfSilence(const LayerConcepts& layer, const DissectionOptions& options, std::ostream& err) {
  const auto silent = layer.channels - static_cast<int64_t>(layer.named.size());
  if (2 * silent < layer.channels) return;
  err << "warning: " << silent << " of " << layer.channels
      << " channels never fire: either they are zero throughout, or so many of their activations are at a ceiling "
      << "(of ReLU6, say) that none is above the quantile " << options.quantile << "; --quantile 0.9 lowers it"
      << std::endl;
}

DissectedChannels ByMasks(const DissectedLayer& layer, const DissectArguments& request, std::ostream& err) {
  const auto labels = layer.depends_on_question() ? SceneLabels::kAskedFor : SceneLabels::kAll;
  const auto data =
      request.data.empty() ? DrawnScenes(request.scenes, labels) : OpenLabeledImages(request.data, labels);
  MakeDirectory(request.out);
  return Dissect(layer, *data, request.dissect, err);
}

DissectedChannels ByScores(const DissectedLayer& layer, const DissectArguments& request, const po::variables_map& given,
                           std::ostream& err) {
  const auto scores = ReadConceptScores(request.scores, request.data);
  MakeDirectory(request.out);
  return DissectByScores(layer, scores, ScoresRequestOf(request, given), err);
}

void DissectModel(const DissectArguments& request, const po::variables_map& given, const std::vector<Family>& families,
                  std::ostream& out, std::ostream& err) {
  const auto device = DeviceNamed(request.device);
  const DissectedLayer layer(LoadModel(request.model, {device, {}}, families), request.layer, device);
  const auto result = request.scores.empty() ? ByMasks(layer, request, err) : ByScores(layer, request, given, err);
  WriteFiles(request.out, {{"dissection.html", DissectionHtml(result, layer.info().name)}});
  WriteFileWhole(request.concepts, FormatConcepts(result.concepts));
  Print(result.concepts, out);
  PrintSteps(result.steps, out);
  WarnOfSilence(result.concepts, request.dissect.options, err);
  err << "wrote " << request.out << "/dissection.html\nwrote " << request.concepts << std::endl;
}

ExitCode RunDissection(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                       const std::vector<Family>& families) {
  DissectArguments request;
  const ProgramText text = {"dissect-neurons",
                            "Names the channels of a layer: which concept's pixels each of them marks.",
                            "--model DIR [--data DIR] [OPTION...]"};
  const auto given = ParseOptions(text, argc, argv, Description(&request), out);
  if (!given) return kDone;
  const auto models = ModelsIn(request.model);
  std::vector<DissectArguments> requests;
  for (const auto& model : models) {
    requests.push_back(model == request.model ? request : RequestFor(model, request));
    Check(*given, &requests.back());
  }
  SetUpProcess(request.threads);
  for (const auto& each : requests) {
    if (models.size() > 1) out << (&each == requests.data() ? "" : "\n") << each.model << ":\n";
    DissectModel(each, *given, families, out, err);
  }
  return kDone;
}

}  // namespace

int RunDissectNeurons(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                      const std::vector<Family>& families) {
  return RunProgram([&] { return RunDissection(argc, argv, out, err, families); }, out, err);
}

}  // namespace wherefore
