#include "tools/training/trainer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iomanip>
#include <ostream>
#include <sstream>

#include <ATen/ATen.h>
#include <torch/csrc/api/include/torch/nn/utils/clip_grad.h>
#include <torch/csrc/api/include/torch/optim/adamw.h>
#include <torch/csrc/api/include/torch/serialize/archive.h>
#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "models/files/files.h"
#include "tools/command_line/progress.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using nlohmann::json;

constexpr std::uint64_t kHeldOutBase = 0x48656c644f757421;  // of scenes that training never sees
constexpr double kLongestGradient = 5;                      // of all parameters together; longer ones are shortened
constexpr double kWarmUp = 0.05;                            // share of the steps

std::string InDirectory(const TrainingOptions& options, const char* name) { return options.out + "/" + name; }

/// What a resumed run must have in common with the one that it goes on from.
json OptionsJson(const TrainingOptions& options) {
  return {{"seed", options.seed},
          {"steps", options.steps},
          {"scenes_per_step", options.scenes},
          {"learning_rate", options.learning_rate},
          {"weight_decay", options.weight_decay},
          {"evaluate_every", options.evaluate_every},
          {"held_out_scenes", options.held_out},
          {"patience", options.patience},
          {"of_program", options.of_program},
          {"world",
           {{"size", options.world.size},
            {"min_objects", options.world.min_objects},
            {"max_objects", options.world.max_objects},
            {"least_visible", options.world.least_visible},
            {"alike", options.world.alike},
            {"color_of_shape", options.world.color_of_shape}}}};
}

json CurveJson(const Curve& curve) { return {{"name", curve.name}, {"steps", curve.steps}, {"values", curve.values}}; }

Curve CurveFrom(const json& object) {
  return {object.at("name").get<std::string>(), object.at("steps").get<std::vector<int64_t>>(),
          object.at("values").get<std::vector<double>>()};
}

json HistoryJson(const TrainingHistory& history) {
  json figures = json::array();
  for (const auto& curve : history.figures) figures.push_back(CurveJson(curve));
  return {{"loss", CurveJson(history.loss)},
          {"held_out", figures},
          {"best", history.best},
          {"best_step", history.best_step}};
}

TrainingHistory HistoryFrom(const json& object) {
  TrainingHistory history;
  history.loss = CurveFrom(object.at("loss"));
  for (const auto& curve : object.at("held_out")) history.figures.push_back(CurveFrom(curve));
  history.best = object.at("best").get<double>();
  history.best_step = object.at("best_step").get<int64_t>();
  return history;
}

/// Where a run stands.
struct Progress {
  int64_t step = 0;
  TrainingHistory history;
  double loss_sum = 0;  ///< since the last point of the curve
  int64_t loss_count = 0;
};

void WriteCheckpoint(TrainingTask& task, const torch::optim::AdamW& optimizer, const Progress& progress,
                     const TrainingOptions& options) {
  torch::serialize::OutputArchive archive;
  torch::serialize::OutputArchive module;
  torch::serialize::OutputArchive moments;
  task.module().save(module);
  optimizer.save(moments);
  archive.write("module", module);
  archive.write("optimizer", moments);
  archive.write("options", c10::IValue(OptionsJson(options).dump()));
  archive.write("history", c10::IValue(HistoryJson(progress.history).dump()));
  archive.write("step", c10::IValue(progress.step));
  std::ostringstream bytes;
  archive.save_to(bytes);
  WriteFileWhole(InDirectory(options, kCheckpointFile), bytes.str());
}

c10::IValue Read(torch::serialize::InputArchive& archive, const std::string& key) {
  c10::IValue value;
  archive.read(key, value);
  return value;
}

Progress ReadCheckpoint(TrainingTask& task, torch::optim::AdamW& optimizer, const TrainingOptions& options) {
  const std::string path = InDirectory(options, kCheckpointFile);
  std::istringstream bytes(ReadFile(path));
  Progress progress;
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(bytes, c10::Device(options.device));
    const auto of_file = json::parse(Read(archive, "options").toStringRef());
    const auto wanted = OptionsJson(options);
    for (const auto& item : wanted.items()) {
      if (of_file.value(item.key(), json()) == item.value()) continue;
      ThrowUsage("'" + path + "' was begun with " + item.key() + " " + of_file.value(item.key(), json()).dump() +
                 ", not " + item.value().dump() + "; resume it with that, or begin anew in another --out");
    }
    torch::serialize::InputArchive module;
    torch::serialize::InputArchive moments;
    archive.read("module", module);
    archive.read("optimizer", moments);
    task.module().load(module);
    optimizer.load(moments);
    progress.history = HistoryFrom(json::parse(Read(archive, "history").toStringRef()));
    progress.step = Read(archive, "step").toInt();
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    ThrowBadFile("'" + path + "' is no checkpoint of this model; remove it to begin anew");
  }
  return progress;
}

double LearningRate(int64_t step, const TrainingOptions& options) {
  const double share = (static_cast<double>(step) + 0.5) / static_cast<double>(options.steps);
  if (share < kWarmUp) return options.learning_rate * share / kWarmUp;
  const double pi = std::acos(-1);
  return options.learning_rate * 0.5 * (1 + std::cos(pi * (share - kWarmUp) / (1 - kWarmUp)));
}

void SetLearningRate(torch::optim::AdamW& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) {
    static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
  }
}

void AddPoint(Curve* curve, int64_t step, double value) {
  curve->steps.push_back(step);
  curve->values.push_back(value);
}

void AddFigures(TrainingHistory* history, int64_t step, const Figures& figures) {
  if (history->figures.empty()) {
    for (const auto& figure : figures) history->figures.push_back({figure.first, {}, {}});
  }
  for (std::size_t i = 0; i < figures.size(); ++i) AddPoint(&history->figures[i], step, figures[i].second);
}

void WriteRecord(const TrainingOptions& options, const TrainingHistory& history, const Figures& figures = {}) {
  json record = {{"format", 1}, {"options", OptionsJson(options)}, {"history", HistoryJson(history)}};
  for (const auto& figure : figures) record["figures"][figure.first] = figure.second;
  WriteFileWhole(InDirectory(options, "training.json"), record.dump(1) + "\n");
  if (history.loss.steps.empty()) return;
  WritePicture(InDirectory(options, "learning-curve.png"), DrawLearningCurve(history.loss, history.figures));
}

/// Measures the model, keeps it if it is the best so far, and writes a checkpoint.
void Judge(TrainingTask& task, const torch::optim::AdamW& optimizer, const std::vector<TrainingScene>& held_out,
           const TrainingOptions& options, Progress* progress) {
  task.module().eval();
  const at::NoGradGuard no_grad;
  auto& history = progress->history;
  const auto figures = task.Evaluate(held_out);
  AddFigures(&history, progress->step, figures);
  AddPoint(&history.loss, progress->step, progress->loss_sum / static_cast<double>(progress->loss_count));
  progress->loss_sum = 0;
  progress->loss_count = 0;
  if (figures.front().second > history.best) {
    history.best = figures.front().second;
    history.best_step = progress->step;
    task.Save(options.out);
  }
  WriteRecord(options, history);
  WriteCheckpoint(task, optimizer, *progress, options);
}

bool HasPatience(const TrainingOptions& options, const Progress& progress) {
  if (options.patience == 0) return true;
  return progress.step - progress.history.best_step < options.patience * options.evaluate_every;
}

std::string Note(const Progress& progress) {
  std::ostringstream note;
  note << "step " << progress.step << std::fixed << std::setprecision(3) << "  loss "
       << progress.loss_sum / static_cast<double>(std::max<int64_t>(1, progress.loss_count));
  for (const auto& curve : progress.history.figures) note << "  " << curve.name << ' ' << curve.values.back();
  return note.str();
}

void Step(TrainingTask& task, torch::optim::AdamW& optimizer, SceneStream& stream, const TrainingOptions& options,
          Progress* progress) {
  task.module().train();
  SetLearningRate(optimizer, LearningRate(progress->step, options));
  optimizer.zero_grad();
  const auto loss = task.Loss(stream.Take(progress->step));
  loss.backward();
  torch::nn::utils::clip_grad_norm_(task.module().parameters(), kLongestGradient);
  optimizer.step();
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    throw Error(ErrorKind::kUsage,
                "the loss is not finite at step " + std::to_string(progress->step) + "; try a lower --learning-rate");
  }
  ++progress->step;
  progress->loss_sum += value;
  ++progress->loss_count;
}

}  // namespace

std::vector<TrainingScene> HeldOutScenes(int64_t first, int64_t count, const SceneOptions& world,
                                         const ImageOptions& image) {
  auto measured = world;
  measured.alike = 0;
  return MakeTrainingScenes(kHeldOutBase, first, count, measured, image);
}

TrainingHistory Train(TrainingTask& task, const TrainingOptions& options, const ImageOptions& image,
                      std::ostream& err) {
  MakeDirectory(options.out);
  torch::optim::AdamW optimizer(task.module().parameters(),
                                torch::optim::AdamWOptions(options.learning_rate).weight_decay(options.weight_decay));
  Progress progress;
  const bool has_checkpoint = std::filesystem::exists(InDirectory(options, kCheckpointFile));
  if (has_checkpoint && !options.resume) {
    ThrowUsage("'" + InDirectory(options, kCheckpointFile) +
               "' is a training run that was not finished; go on with --resume, or remove it to begin anew");
  }
  if (has_checkpoint) progress = ReadCheckpoint(task, optimizer, options);
  const auto held_out = HeldOutScenes(0, options.held_out, options.world, image);
  SceneStream stream(options.seed, options.scenes, options.world, image);
  ProgressLine line(err, options.steps, progress.step);
  while (progress.step < options.steps && HasPatience(options, progress)) {
    Step(task, optimizer, stream, options, &progress);
    line.Update(progress.step, Note(progress));
    if (progress.step % options.evaluate_every == 0 || progress.step == options.steps) {
      Judge(task, optimizer, held_out, options, &progress);
    }
  }
  return progress.history;
}

void FinishTraining(const TrainingOptions& options, const TrainingHistory& history, const Figures& figures) {
  WriteRecord(options, history, figures);
  std::error_code ignored;  // what is left behind is refused by the next run, which says what it is
  std::filesystem::remove(InDirectory(options, kCheckpointFile), ignored);
}

}  // namespace wherefore
