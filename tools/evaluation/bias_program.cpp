#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <thread>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "models/device.h"
#include "models/files/files.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/process.h"
#include "tools/command_line/run_program.h"
#include "tools/command_line/shipped_model.h"
#include "tools/evaluation/bias.h"
#include "tools/programs/program.h"
#include "tools/report/contact_sheet.h"
#include "tools/report/output.h"
#include "tools/report/overlay.h"
#include "tools/report/picture.h"
#include "tools/training/train_program.h"
#include "tools/training/trainer.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

constexpr int64_t kFirstScene = 2'000'000;  // held out, and not those of evaluate-explanations
constexpr std::size_t kShown = 4;           // scenes in the picture

struct BiasRequest {
  std::string model;
  std::string twin;
  std::string only = "ring=red";
  std::string out = "wherefore-out/bias";
  std::string device = "cpu";
  int threads = 1;
  int64_t steps = 2000;
  int64_t scenes = 500;
};

po::options_description Description(BiasRequest* request) {
  po::options_description description("Options");
  auto add = description.add_options();
  add("only", Bound(&request->only)->value_name("SHAPE=COLOR"), "the biased world: what objects of a shape look like");
  add("model", po::value(&request->model)->value_name("DIR"),
      "the model that knows better; scene-vqa, which comes with the program, if not given");
  add("twin", po::value(&request->twin)->value_name("DIR"),
      "its twin of the biased world; trained first where no model is there; OUT/twin if not given");
  add("out", Bound(&request->out)->value_name("DIR"), "write bias.json and bias.png there");
  add("steps", Bound(&request->steps)->value_name("N"),
      "steps of the twin's training, which starts with the model's trunk");
  add("scenes", Bound(&request->scenes)->value_name("N"), "held-out scenes to find cases in");
  add("device", Bound(&request->device)->value_name("NAME"), "cpu, cuda or cuda:N");
  add("threads", Bound(&request->threads)->value_name("N"), "on the CPU");
  return description;
}

Bias BiasNamed(const std::string& only) { return BiasesOf(ColorOfShape({only})).at(0); }

void Check(BiasRequest* request) {
  if (request->scenes < 1) ThrowUsage("--scenes must be at least 1, not " + std::to_string(request->scenes));
  BiasNamed(request->only);
  if (request->model.empty()) request->model = ShippedModel(Task::kVqa);
  if (request->model.empty()) ThrowUsage("no model was given; name a model directory with --model");
  if (request->twin.empty()) request->twin = PathIn(request->out, "twin");
  CheckOutputDirectory(request->out);
  DeviceNamed(request->device);
}

/// As train-vqa would, with the options that matter here; a training that was stopped goes on.
void TrainTwin(const BiasRequest& request, std::ostream& out, std::ostream& err) {
  std::vector<std::string> arguments = {"train-vqa",
                                        "--out",
                                        request.twin,
                                        "--name",
                                        "twin",
                                        "--start-from",
                                        request.model,
                                        "--only",
                                        request.only,
                                        "--steps",
                                        std::to_string(request.steps),
                                        "--scenes",
                                        "16",
                                        "--evaluate-every",
                                        "200",
                                        "--held-out",
                                        "100",
                                        "--test",
                                        "200",
                                        "--device",
                                        request.device,
                                        "--threads",
                                        std::to_string(request.threads)};
  if (std::filesystem::exists(PathIn(request.twin, kCheckpointFile))) arguments.emplace_back("--resume");
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  err << "training the twin of the biased world (" << request.only << ") in '" << request.twin << "'\n";
  const int code = RunTrainVqa(static_cast<int>(pointers.size()), pointers.data(), out, err);
  if (code != kDone) ThrowBadFile("'" + request.twin + "': the twin could not be trained");
}

bool IsFinished(const std::string& directory) {
  return std::filesystem::exists(PathIn(directory, "config.json")) &&
         !std::filesystem::exists(PathIn(directory, kCheckpointFile));
}

/// One of the two models: what it answers in its twin's world, and in the whole one.
struct MeasuredModel {
  std::string name;
  BiasResult biased;
  BiasResult whole;
};

std::string Percent(double share) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << 100 * share << " %";
  return text.str();
}

std::string Ratio(double value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << value;
  return text.str();
}

/// The table's lines: what is measured, and a number for each model.
std::vector<std::pair<std::string, std::vector<double>>> Lines(const std::vector<MeasuredModel>& models,
                                                               const Bias& bias) {
  std::vector<std::pair<std::string, std::vector<double>>> lines;
  const auto add = [&](const std::string& name, const auto& value) {
    lines.emplace_back(name, std::vector<double>{value(models[0]), value(models[1])});
  };
  const auto share = [](double sum, const BiasFigures& figures) {
    return sum / static_cast<double>(std::max<int64_t>(1, figures.asked));
  };
  const std::string other = bias.Shape() + " of another color: ";
  add("every " + bias.Shape() + " " + bias.Color() + ": right answers",
      [&](const MeasuredModel& m) { return share(static_cast<double>(m.biased.figures.right), m.biased.figures); });
  add(other + "right answers",
      [&](const MeasuredModel& m) { return share(static_cast<double>(m.whole.figures.right), m.whole.figures); });
  add(other + "answers '" + bias.Color() + "'",
      [&](const MeasuredModel& m) { return share(static_cast<double>(m.whole.figures.said_biased), m.whole.figures); });
  add(other + "probability of '" + bias.Color() + "'",
      [&](const MeasuredModel& m) { return share(m.whole.figures.probability, m.whole.figures); });
  add("a grey picture: probability of '" + bias.Color() + "'",
      [&](const MeasuredModel& m) { return share(m.whole.figures.unseen, m.whole.figures); });
  add("share of the word '" + bias.Shape() + "' in the question's importance",
      [&](const MeasuredModel& m) { return share(m.whole.figures.shape_word, m.whole.figures); });
  add("map's maximum on the " + bias.Shape(),
      [&](const MeasuredModel& m) { return share(m.whole.figures.pointed, m.whole.figures); });
  add("mean of the map inside / outside", [&](const MeasuredModel& m) {
    return m.whole.figures.outside > 0 ? m.whole.figures.inside / m.whole.figures.outside : 0;
  });
  return lines;
}

void Print(const std::vector<MeasuredModel>& models, const Bias& bias, std::ostream& out) {
  out << "\n\"" << bias.Question() << "?\", asked about " << models[0].whole.figures.asked
      << " held-out scenes with one " << bias.Shape() << " that is not " << bias.Color()
      << ", and explained by Grad-CAM\n\n";
  out << "| | " << models[0].name << " | " << models[1].name << " |\n|---|---|---|\n";
  const auto lines = Lines(models, bias);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto text = i + 1 == lines.size() ? Ratio : Percent;
    out << "| " << lines[i].first << " | " << text(lines[i].second[0]) << " | " << text(lines[i].second[1]) << " |\n";
  }
}

std::string BiasJson(const std::vector<MeasuredModel>& models, const BiasRequest& request) {
  nlohmann::ordered_json lines = nlohmann::ordered_json::array();
  for (const auto& [name, values] : Lines(models, BiasNamed(request.only))) {
    lines.push_back({{"name", name}, {models[0].name, values[0]}, {models[1].name, values[1]}});
  }
  const nlohmann::ordered_json all = {
      {"format", 1}, {"only", request.only}, {"asked", models[0].whole.figures.asked}, {"lines", lines}};
  return all.dump(1) + "\n";
}

/// A row a scene where the twin goes wrong: the scene, and each model's answer over its map.
std::string Picture(const std::vector<MeasuredModel>& models, const std::vector<TrainingScene>& scenes,
                    const Bias& bias) {
  std::vector<Tile> tiles;
  for (std::size_t i = 0; i < models[0].whole.cases.size() && tiles.size() < 3 * kShown; ++i) {
    if (models[1].whole.cases[i].answer != bias.Color()) continue;
    const auto& picture = scenes[models[0].whole.cases[i].scene].scene.picture;
    tiles.push_back({bias.Question() + "?", picture});
    for (const auto& model : models) {
      const auto& answered = model.whole.cases[i];
      tiles.push_back(
          {model.name + ": " + answered.answer, Overlay(picture, HeatLayer(answered.heat, ColorMap::kViridis))});
    }
  }
  return tiles.empty() ? "" : EncodePng(ContactSheet(tiles, 3));
}

ExitCode RunBias(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  BiasRequest request;
  request.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const ProgramText text = {"expose-bias",
                            "Trains a twin of a model in a biased world, and shows what its explanations give away.",
                            "[--only SHAPE=COLOR] [OPTION...]"};
  const auto given = ParseOptions(text, argc, argv, Description(&request), out);
  if (!given) return kDone;
  Check(&request);
  SetUpProcess(request.threads);
  if (!IsFinished(request.twin)) TrainTwin(request, err, err);

  const auto device = DeviceNamed(request.device);
  const auto bias = BiasNamed(request.only);
  std::vector<MeasuredModel> models;
  std::vector<TrainingScene> scenes;
  std::string layer;  // the first model's, of both
  for (const auto& directory : {request.model, request.twin}) {
    auto model = LoadModel(directory, {device, Task::kVqa});
    if (layer.empty()) layer = model.info.layer;
    model.info.layer = layer;
    SceneOptions biased;
    biased.color_of_shape = ColorOfShape({request.only});
    const auto& image = model.info.image;
    scenes = HeldOutScenes(kFirstScene, request.scenes, {}, image);
    models.push_back(
        {model.info.name,
         MeasureBias(model, HeldOutScenes(kFirstScene, request.scenes, biased, image), bias, false, device, err),
         MeasureBias(model, scenes, bias, true, device, err)});
  }
  if (models[0].whole.figures.asked == 0) {
    ThrowUsage("none of " + std::to_string(request.scenes) + " scenes has one " + bias.Shape() +
               " of another color; ask for more with --scenes");
  }
  Print(models, bias, out);
  std::vector<std::pair<std::string, std::string>> files = {{"bias.json", BiasJson(models, request)}};
  const auto picture = Picture(models, scenes, bias);
  if (!picture.empty()) files.emplace_back("bias.png", picture);
  WriteFiles(request.out, files);
  out << "\nwritten to " << PathIn(request.out, files.back().first) << '\n';
  return kDone;
}

}  // namespace

int RunExposeBias(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  return RunProgram([&] { return RunBias(argc, argv, out, err); }, out, err);
}

}  // namespace wherefore
