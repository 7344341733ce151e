#include "models/model.h"

#include <algorithm>

#include "explain/error.h"
#include "models/half_in_float32.h"

namespace wherefore {
namespace {

struct TaskNames {
  Task task;
  const char* name;
  const char* program;
};

constexpr TaskNames kTasks[] = {{Task::kClassification, "classification", "explain-image"},
                                {Task::kCaption, "caption", "explain-caption"},
                                {Task::kVqa, "vqa", "explain-vqa"}};

const TaskNames& EntryOf(Task task) {
  return *std::find_if(std::begin(kTasks), std::end(kTasks), [&](const auto& names) { return names.task == task; });
}

template <class Kind>
Kind& NetworkAs(const Model& model, const char* wanted) {
  auto* network = dynamic_cast<Kind*>(model.network.get());
  if (network == nullptr) ThrowUsage("the model '" + model.info.name + "' " + wanted);
  return *network;
}

}  // namespace

const char* NameOf(Task task) { return EntryOf(task).name; }

const char* ProgramOf(Task task) { return EntryOf(task).program; }

std::vector<std::string> NamesOf(const std::vector<Task>& tasks) {
  std::vector<std::string> names;
  for (const auto task : tasks) names.emplace_back(NameOf(task));
  return names;
}

Task TaskNamed(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& names : kTasks) {
    if (name == names.name) return names.task;
    known.emplace_back(names.name);
  }
  ThrowUsage("there is no task '" + name + "'" + DidYouMean(name, known));
}

bool ModelInfo::CanDo(Task task) const { return std::find(tasks.begin(), tasks.end(), task) != tasks.end(); }

LabelNetwork& Model::label_network() const {
  return NetworkAs<LabelNetwork>(*this, "writes text and has no labels to choose from");
}

TextNetwork& Model::text_network() const {
  return NetworkAs<TextNetwork>(*this, "chooses among labels and writes no text");
}

bool Model::writes() const { return dynamic_cast<const TextNetwork*>(network.get()) != nullptr; }

ZeroShotNetwork* Model::zero_shot_network() const { return dynamic_cast<ZeroShotNetwork*>(network.get()); }

at::TensorOptions Model::image_options() const {
  const auto weight = network->parameters().front();
  return at::device(weight.device()).dtype(ComputedType(weight.scalar_type(), weight.device()));
}

bool Model::NeedsHalfInFloat32() const { return image_options().dtype() != network->parameters().front().dtype(); }

void AnnounceLayers(const Model& model, const at::Tensor& images, const std::vector<int64_t>& question, Tape& tape) {
  const HalfInFloat32 in_float32(model.NeedsHalfInFloat32());
  const auto input = InputOf(images, model.CanDo(Task::kVqa) ? question : std::vector<int64_t>());
  if (model.writes()) {
    model.text_network().Start(input, tape);
  } else {
    model.label_network().Logits(input, tape);
  }
}

void RequireTask(const std::string& directory, const std::vector<Task>& tasks, Task task) {
  if (std::find(tasks.begin(), tasks.end(), task) != tasks.end()) return;
  std::vector<std::string> programs;
  for (const auto other : tasks) programs.emplace_back(ProgramOf(other));
  ThrowUsage("'" + directory + "' holds a model of the task " + Listed(NamesOf(tasks)) + ", not " + NameOf(task) +
             ": use the program " + Listed(programs, " or "));
}

}  // namespace wherefore
