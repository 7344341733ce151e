#include "tools/training/train_program.h"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <memory>
#include <ostream>
#include <set>
#include <thread>

#include "explain/error.h"
#include "models/device.h"
#include "models/files/files.h"
#include "tools/command_line/command_line.h"
#include "tools/command_line/process.h"
#include "tools/command_line/progress.h"
#include "tools/command_line/run_program.h"
#include "tools/report/output.h"
#include "tools/training/caption_task.h"
#include "tools/training/scene_training.h"
#include "tools/training/trainer.h"
#include "tools/training/vqa_task.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

/// One of the two programs: what is its own.
struct TrainProgram {
  std::string name;
  std::string purpose;
  std::string model_name;
  bool asks = false;  ///< trains with questions, and has the options that are about them
};

struct TrainRequest {
  TrainingOptions training;
  std::string start_from;
  std::string fine_tune;
  std::string name;
  std::string measured;           ///< a model directory to measure in place of training one
  std::vector<std::string> only;  ///< "ring=red"
  bool blind = false;
  std::vector<std::string> questions;  ///< "comparison=2"
  QuestionShares shares;               ///< what they say
  int64_t test = 1000;
};

po::options_description Description(const TrainProgram& program, TrainRequest* request) {
  auto& training = request->training;
  po::options_description all("Options");
  auto add = all.add_options();
  add("out", po::value(&training.out)->value_name("DIR"), "the model directory to make");
  add("measure", po::value(&request->measured)->value_name("DIR"),
      "train nothing: measure this model directory as a trained one is at the end, with the --only, --held-out, --test "
      "and, of train-vqa, --blind that it was trained with");
  add("name", Bound(&request->name)->value_name("TEXT"), "the model's name, in its config.json");
  add("steps", Bound(&training.steps)->value_name("N"), "steps of training");
  add("scenes", Bound(&training.scenes)->value_name("N"), "scenes a step, new ones in each");
  add("learning-rate", Bound(&training.learning_rate)->value_name("X"), "at its highest");
  add("seed", Bound(&training.seed)->value_name("N"), "of the scenes and of the weights at the start");
  add("start-from", po::value(&request->start_from)->value_name("DIR"),
      "start with the trunk of this model directory, made by train-caption or train-vqa");
  add("fine-tune", po::value(&request->fine_tune)->value_name("DIR"),
      "start with all weights of this model directory, made by this program, and train them further");
  add("only", Several(&request->only)->value_name("SHAPE=COLOR"),
      "a biased world: objects of that shape have that color only; may be repeated");
  add("alike", Bound(&training.world.alike)->value_name("P"),
      "chance that an object looks like an earlier one, in training only: learns counting from more of it");
  add("evaluate-every", Bound(&training.evaluate_every)->value_name("N"), "steps between evaluations and checkpoints");
  add("held-out", Bound(&training.held_out)->value_name("N"), "scenes of the evaluations on the way");
  add("test", Bound(&request->test)->value_name("N"), "other scenes, on which the finished model is measured");
  add("patience", Bound(&training.patience)->value_name("N"),
      "stop after so many evaluations without a better one; 0: never");
  add("resume", po::bool_switch(&training.resume), "go on from the checkpoint in --out");
  if (program.asks) {
    add("blind", po::bool_switch(&request->blind),
        "show grey pictures only: what can be told from the question alone?");
    add("questions", Several(&request->questions)->value_name("FAMILY=SHARE"),
        "how many of a family's questions to train with: 0.5 is every other one, 2 twice as many; may be repeated. "
        "1 by default of counting, comparison, relation and relation_color, 0.5 of the others");
  }
  add("device", Bound(&training.device)->value_name("NAME"), "cpu, cuda, cuda:1");
  add("threads", Bound(&training.threads)->value_name("N"), "on the CPU");
  return all;
}

int PositionOf(const std::vector<std::string>& values, const std::string& value, const std::string& option,
               const std::string& what) {
  const auto found = std::find(values.begin(), values.end(), value);
  if (found == values.end()) {
    ThrowUsage("--" + option + ": there is no " + what + " '" + value + "'" + DidYouMean(value, values, ""));
  }
  return static_cast<int>(found - values.begin());
}

void RequireAtLeast(int64_t value, int64_t least, const std::string& option) {
  if (value >= least) return;
  ThrowUsage("--" + option + " must be at least " + std::to_string(least) + ", not " + std::to_string(value));
}

QuestionShares SharesIn(const std::vector<std::string>& given) {
  auto shares = DefaultQuestionShares();
  std::vector<std::string> names;
  for (const auto family : kQuestionFamilies) names.emplace_back(NameOf(family));
  for (const auto& text : given) {
    const auto [name, share] = ReadNameAndNumber("questions", text, "comparison=2");
    const auto family = static_cast<QuestionFamily>(PositionOf(names, name, "questions", "family of questions"));
    if (!(share >= 0 && share <= 10)) ThrowUsage("--questions is '" + text + "', but the share must be 0 to 10");
    shares[family] = share;
  }
  const bool none = std::all_of(shares.begin(), shares.end(), [](const auto& item) { return item.second == 0; });
  if (none) ThrowUsage("--questions leaves no questions to train with");
  return shares;
}

/// Directories by their names: the record goes with the model, to where these are not.
std::vector<std::string> OptionsOfProgram(const TrainRequest& request) {
  const auto name = [](const std::string& directory) {
    const auto path = std::filesystem::absolute(directory).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).filename().string();
  };
  std::vector<std::string> options;
  if (!request.start_from.empty()) options.push_back("--start-from " + name(request.start_from));
  if (!request.fine_tune.empty()) options.push_back("--fine-tune " + name(request.fine_tune));
  if (request.blind) options.emplace_back("--blind");
  for (const auto& text : request.questions) options.push_back("--questions " + text);
  return options;
}

/// Refuses what nothing would read where a model is only measured.
void CheckMeasured(const po::variables_map& given) {
  static const std::set<std::string> read = {"measure", "only", "held-out", "test", "blind", "device", "threads"};
  for (const auto& [name, value] : given) {
    if (value.defaulted() || read.count(name) > 0) continue;
    ThrowUsage("--measure trains nothing, so that nothing reads --" + name + "; leave one of them out");
  }
}

void Check(const po::variables_map& given, TrainRequest* request) {
  auto& training = request->training;
  if (!request->measured.empty()) CheckMeasured(given);
  if (training.out.empty() && request->measured.empty()) {
    ThrowUsage("name the model directory to make with --out, or one to measure with --measure");
  }
  RequireAtLeast(training.steps, 1, "steps");
  RequireAtLeast(training.scenes, 2, "scenes");
  RequireAtLeast(training.evaluate_every, 1, "evaluate-every");
  RequireAtLeast(training.held_out, 1, "held-out");
  RequireAtLeast(request->test, 1, "test");
  if (!request->start_from.empty() && !request->fine_tune.empty()) {
    ThrowUsage("--start-from takes a model's trunk, --fine-tune all of it; give one of them");
  }
  RequireAtLeast(training.patience, 0, "patience");
  if (!(training.learning_rate > 0)) ThrowUsage("--learning-rate must be above zero");
  training.world.color_of_shape = ColorOfShape(request->only);
  CheckSceneOptions(training.world);
  request->shares = SharesIn(request->questions);
  training.of_program = OptionsOfProgram(*request);
  DeviceNamed(training.device);
  if (!request->measured.empty()) return;
  CheckOutputDirectory(training.out);
  MakeDirectory(training.out);
}

void Print(const Figures& figures, std::ostream& out) {
  for (const auto& figure : figures) {
    out << std::left << std::setw(20) << figure.first << std::fixed << std::setprecision(4) << figure.second << '\n';
  }
}

/// `more`: what this task's constructor takes besides.
template <class Task, class... More>
std::unique_ptr<TrainingTask> MakeTask(const TrainRequest& request, c10::Device device, More... more) {
  auto task = std::make_unique<Task>(request.name, request.training.out, request.training.seed, device, more...);
  if (!request.start_from.empty()) CopyTrunk(request.start_from, task->trunk());
  if (!request.fine_tune.empty()) CopyWeights(request.fine_tune, task->network(), task->trunk());
  return task;
}

using Make = std::function<std::unique_ptr<TrainingTask>(const TrainRequest& request, c10::Device device)>;

/// Of the model in a directory, on scenes that had no part in its training, nor in choosing it.
using Measure = std::function<Figures(const std::string& directory, const TrainRequest& request, c10::Device device)>;

std::vector<TrainingScene> TestScenes(const TrainRequest& request, const ImageOptions& image) {
  return HeldOutScenes(request.training.held_out, request.test, request.training.world, image);
}

ExitCode RunTraining(const TrainProgram& program, const Make& make, const Measure& measure, int argc,
                     const char* const* argv, std::ostream& out, std::ostream& err) {
  TrainRequest request;
  request.name = program.model_name;
  request.training.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const ProgramText text = {program.name, program.purpose, "--out DIR [OPTION...], or --measure DIR"};
  const auto given = ParseOptions(text, argc, argv, Description(program, &request), out);
  if (!given) return kDone;
  Check(*given, &request);
  const auto& training = request.training;
  SetUpProcess(training.threads);
  const auto device = DeviceNamed(training.device);
  if (!request.measured.empty()) return Print(measure(request.measured, request, device), out), kDone;
  const auto task = make(request, device);
  const auto history = Train(*task, training, SceneImageOptions(), err);
  const auto figures = measure(training.out, request, device);
  FinishTraining(training, history, figures);
  Print(figures, out);
  return kDone;
}

}  // namespace

std::vector<int> ColorOfShape(const std::vector<std::string>& only) {
  if (only.empty()) return {};
  const auto& shapes = ValuesOf(Attribute::kShape);
  std::vector<int> colors(shapes.size(), -1);
  for (const auto& pair : only) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) ThrowUsage("--only needs a shape and a color, as in ring=red, not '" + pair + "'");
    const int shape = PositionOf(shapes, pair.substr(0, equals), "only", "shape");
    colors[static_cast<std::size_t>(shape)] =
        PositionOf(ValuesOf(Attribute::kColor), pair.substr(equals + 1), "only", "color");
  }
  return colors;
}

int RunTrainCaption(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  const TrainProgram program = {"train-caption", "Trains a captioner of generated scenes.", "scene-caption"};
  const auto make = MakeTask<CaptionTask>;
  const auto measure = [](const std::string& directory, const TrainRequest& request, c10::Device device) {
    const auto model = LoadModel(directory, {device, Task::kCaption});
    return CaptionFigures(model, TestScenes(request, model.info.image), device);
  };
  return RunProgram([&] { return RunTraining(program, make, measure, argc, argv, out, err); }, out, err);
}

int RunTrainVqa(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  const TrainProgram program = {"train-vqa", "Trains a model that answers questions about generated scenes.",
                                "scene-vqa", true};
  const auto make = [](const TrainRequest& request, c10::Device device) {
    return MakeTask<VqaTask>(request, device, request.blind, request.shares);
  };
  const auto measure = [](const std::string& directory, const TrainRequest& request, c10::Device device) {
    const auto model = LoadModel(directory, {device, Task::kVqa});
    return VqaFigures(model, TestScenes(request, model.info.image), device, request.blind);
  };
  return RunProgram([&] { return RunTraining(program, make, measure, argc, argv, out, err); }, out, err);
}

}  // namespace wherefore
