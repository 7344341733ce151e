#include "tools/evaluation/evaluation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

#include <c10/util/hash.h>
#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "models/device.h"
#include "models/files/files.h"
#include "models/files/fingerprint.h"
#include "tools/command_line/progress.h"
#include "tools/command_line/version.h"
#include "tools/data/data_forms.h"
#include "tools/data/scene_set.h"
#include "tools/evaluation/case_request.h"
#include "tools/evaluation/journal.h"

namespace wherefore {
namespace {

using Json = nlohmann::ordered_json;

Json MethodOptionsJson(const MethodOptions& options) {
  Json json = Json::object();
  for (const auto& option : AllMethodOptions()) json[option.name] = options.*option.field;
  return json;
}

Json MeasureOptionsJson(const MeasureOptions& options) {
  return {{"tolerance", options.tolerance},  {"steps", options.steps}, {"samples", options.samples},
          {"radius", options.radius},        {"seed", options.seed},   {"sanity_cases", options.sanity_cases},
          {"epsilon", options.noise.epsilon}};
}

std::string SetupJson(const EvaluationRequest& request, const std::vector<ModelEvaluation>& models) {
  const auto* captions = request.set.reference_captions ? "reference" : "model";
  Json json = {{"format", 2}, {"version", kVersion}, {"captions", captions}, {"models", Json::array()}};
  for (const auto& one : models) {
    json["models"].push_back({{"name", one.model.info.name},
                              {"fingerprint", Fingerprint(*one.model.network)},
                              {"texts", DigestOfTexts(one.model)},
                              {"data", one.set->Name()},
                              {"cases", one.set->size()}});
  }
  const auto& settings = request.settings;
  json["methods"] = Json::array();
  for (const auto& column : settings.columns) json["methods"].push_back({column.name, column.layer});
  json["measures"] = settings.measures;
  json["measure_options"] = MeasureOptionsJson(settings.options);
  json["method_options"] = MethodOptionsJson(settings.method_options);
  json["pictures"] = request.data.empty() ? request.scenes : request.set.pictures;
  json["question"] = request.set.question;
  json["absent"] = request.set.absent;
  json["words"] = request.set.words.empty() ? "" : c10::sha1(ReadFile(request.set.words)).str();
  json["annotations"] = Json::array();
  for (const auto& one : models) json["annotations"].push_back(one.set->Digest());
  json["device"] = request.device;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::shared_ptr<const EvaluationSet> OpenSet(const EvaluationRequest& request, const Model& model) {
  const auto& info = model.info;
  auto options = request.set;
  options.unknown_words = [model](const std::string& caption) { return UnknownWordsOf(model, caption); };
  if (request.data.empty()) return HeldOutSceneSet(info, request.first_scene, request.scenes, options);
  constexpr int64_t kTop = 5;
  if (info.tasks.front() == Task::kClassification && request.settings.Asks(kPointingRecall)) options.top = kTop;
  return OpenEvaluationSet(request.data, info, options);
}

std::vector<ModelEvaluation> Open(const EvaluationRequest& request, const std::vector<Family>& families) {
  std::vector<ModelEvaluation> models;
  for (const auto& directory : request.models) {
    ModelEvaluation one;
    one.model = LoadModel(directory, {DeviceNamed(request.device), {}}, families);
    one.set = OpenSet(request, one.model);
    models.push_back(std::move(one));
  }
  return models;
}

void CheckRecall(const EvaluationRequest& request) {
  if (!request.settings.Asks(kPointingRecall) || !AreScenes(request.data)) return;
  ThrowUsage(
      "pointing-recall needs maps of what is not in the picture, of which scenes have none: give photographs of COCO's "
      "form with --data");
}

/// The noise of 'adversarial' makes a model lose a word that it said itself.
void CheckReference(const EvaluationRequest& request) {
  if (!request.set.reference_captions || !request.settings.Asks("adversarial")) return;
  ThrowUsage(
      "adversarial is measured of the model's own captions, not of reference captions: leave out one of the two");
}

/// Runs through one model's cases.
class EvaluationRun {
 public:
  EvaluationRun(const EvaluationRequest& request, int64_t number, ModelEvaluation* evaluated, Journal* journal)
      : request_(request), number_(number), evaluated_(*evaluated), journal_(journal) {
    if (journal == nullptr) return;
    for (const auto& entry : journal->finished()) {
      if (entry.model == number) finished_.emplace(entry.result.index, &entry.result);
    }
  }

  void All(std::ostream& err) {
    const auto cases = evaluated_.set->size();
    ProgressLine line(err, cases, static_cast<int64_t>(finished_.size()));
    for (int64_t i = 0; i < cases; ++i) {
      evaluated_.cases.push_back(At(i));
      Count(evaluated_.cases.back());
      line.Update(i + 1, evaluated_.model.info.name);
    }
  }

 private:
  CaseResult At(int64_t index) {
    const auto found = finished_.find(index);
    if (found != finished_.end()) return *found->second;
    auto result = MeasureCase(evaluated_.model, evaluated_.set->At(index), index, request_.settings,
                              DeviceNamed(request_.device));
    if (journal_ != nullptr) journal_->Add(number_, result);
    return result;
  }

  void Count(const CaseResult& result) {
    evaluated_.placed += result.placed;
    evaluated_.wrong += result.wrong;
    evaluated_.placeless += result.placeless;
  }

  const EvaluationRequest& request_;
  int64_t number_;
  ModelEvaluation& evaluated_;
  Journal* journal_;
  std::map<int64_t, const CaseResult*> finished_;
};

void WarnOfNothing(const ModelEvaluation& one, std::ostream& err) {
  if (one.placed > 0) return;
  err << "warning: nothing that '" << one.model.info.name << "' says of " << one.set->Name() << " has a place there"
      << std::endl;
}

}  // namespace

Evaluation Evaluate(const EvaluationRequest& request, std::ostream& err, const std::vector<Family>& families) {
  if (request.settings.columns.empty() || request.settings.measures.empty()) {
    ThrowUsage("there is nothing to evaluate: name a method and a measure");
  }
  for (const auto& measure : request.settings.measures) MeasureNamed(measure);
  CheckRecall(request);
  CheckReference(request);
  if (!request.journal.empty() && !request.resume) CheckNoJournal(request.journal);  // before models are read
  Evaluation evaluation;
  evaluation.models = Open(request, families);
  evaluation.setup = SetupJson(request, evaluation.models);
  std::optional<Journal> journal;
  if (!request.journal.empty()) journal.emplace(request.journal, evaluation.setup, request.resume);
  for (std::size_t i = 0; i < evaluation.models.size(); ++i) {
    auto& one = evaluation.models[i];
    EvaluationRun(request, static_cast<int64_t>(i), &one, journal ? &*journal : nullptr).All(err);
    RightWithRecall(&one.cases);
    one.summary = Summary(one.cases);
    WarnOfNothing(one, err);
  }
  return evaluation;
}

}  // namespace wherefore
