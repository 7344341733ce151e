#include "tools/evaluation/evaluation_page.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tools/command_line/version.h"
#include "tools/evaluation/examples.h"
#include "tools/evaluation/measures.h"
#include "tools/evaluation/result_tables.h"
#include "tools/report/page.h"

namespace wherefore {

extern const char* const kEvaluationPage;

namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Null where there is none; without an interval where that is not known. An infinite value becomes null by itself.
Json CellJson(const Cell* cell) {
  if (cell == nullptr) return nullptr;
  if (!cell->value.IsKnown()) return {cell->count, cell->value.mean};
  return {cell->count, cell->value.mean, cell->value.low, cell->value.high};
}

const char* WayOf(Better better) {
  if (better == Better::kNeither) return "neither";
  return better == Better::kHigher ? "higher" : "lower";
}

/// Of a measure that is one value a map: rows by method.
void AddRows(const Summary& summary, const std::string& measure, Json* json) {
  (*json)["groups"] = summary.Groups(measure);
  (*json)["rows"] = Json::array();
  for (const auto& method : summary.Methods(measure)) {
    Json groups = Json::array();
    for (const auto& group : summary.Groups(measure))
      groups.push_back(CellJson(summary.Find(measure, "", group, method)));
    (*json)["rows"].push_back(
        {{"method", method}, {"all", CellJson(summary.Find(measure, "", kAllGroups, method))}, {"groups", groups}});
  }
}

/// Of a measure with several values: rows by part, and lines of those that no method has a part in.
void AddParts(const Summary& summary, const std::string& measure, Json* json) {
  const auto methods = summary.NamedMethods(measure);
  (*json)["methods"] = methods;
  (*json)["parts"] = Json::array();
  (*json)["lines"] = Json::array();
  for (const auto& part : summary.Parts(measure)) {
    const auto* line = summary.Find(measure, part, kAllGroups, "");
    if (line != nullptr) {
      (*json)["lines"].push_back({{"name", part}, {"all", CellJson(line)}});
      continue;
    }
    Json cells = Json::array();
    for (const auto& method : methods) cells.push_back(CellJson(summary.Find(measure, part, kAllGroups, method)));
    (*json)["parts"].push_back({{"name", part}, {"cells", cells}});
  }
}

Json ExamplesJson(const Examples& examples, const std::string& measure) {
  Json json = Json::object();
  for (const auto& example : examples.examples) {
    if (example.measure != measure) continue;
    json[example.method].push_back({{"place", example.place},
                                    {"target", example.target},
                                    {"case", example.name},
                                    {"value", example.value},
                                    {"picture", example.picture}});
  }
  return json;
}

Json MeasureJson(const ModelEvaluation& evaluated, const Measure& measure, const MeasureOptions& options,
                 const Examples& examples) {
  const auto& summary = evaluated.summary;
  Json json = {{"title", TitleOf(measure, options)},
               {"summary", measure.summary},
               {"scale", measure.scale},
               {"better", WayOf(measure.better)},
               {"places", measure.places}};
  const bool is_single = summary.IsOneValue(measure.name);
  json["single"] = is_single;
  json["undefined"] = UndefinedNotes(summary, measure);
  (is_single ? AddRows : AddParts)(summary, measure.name, &json);
  auto shown = ExamplesJson(examples, measure.name);
  if (!shown.empty()) json["examples"] = std::move(shown);
  return json;
}

Json ModelJson(const ModelEvaluation& evaluated, const MeasureOptions& options, const Examples& examples) {
  Json json = {{"name", evaluated.model.info.name},
               {"data", evaluated.set->Name()},
               {"counts", CountLines(evaluated)},
               {"measures", Json::array()},
               {"pictures", Json::array()}};
  for (const auto& measure : Measures()) {
    if (!evaluated.summary.Parts(measure.name).empty()) {
      json["measures"].push_back(MeasureJson(evaluated, measure, options, examples));
    }
  }
  for (const auto& picture : examples.pictures) json["pictures"].push_back(DataUri("jpeg", picture));
  return json;
}

std::string NamesOf(const Evaluation& evaluation) {
  std::string names;
  for (const auto& one : evaluation.models) names += (names.empty() ? "" : " and ") + one.model.info.name;
  return names;
}

std::string SettingsText(const CaseSettings& settings) {
  std::string text;
  if (settings.Asks("insertion") || settings.Asks("deletion")) {
    text += std::to_string(settings.options.steps) + " steps of insertion and deletion · ";
  }
  text += "seed " + std::to_string(settings.options.seed);
  std::vector<std::string> layers;
  for (const auto& column : settings.columns) {
    if (column.layer.empty() || std::find(layers.begin(), layers.end(), column.layer) != layers.end()) continue;
    text += (layers.empty() ? " · layer " : ", ") + column.layer;
    layers.push_back(column.layer);
  }
  return text;
}

}  // namespace

std::string EvaluationHtml(const Evaluation& evaluation, const CaseSettings& settings, c10::Device device) {
  Json data = Json::array();
  for (const auto& one : evaluation.models) {
    data.push_back(ModelJson(one, settings.options, FindExamples(one, settings, device)));
  }
  return Filled(kEvaluationPage, {{"MODELS", Escaped(NamesOf(evaluation))},
                                  {"SETTINGS", Escaped(SettingsText(settings))},
                                  {"VERSION", kVersion},
                                  {"DATA", Embedded(Text(data))}});
}

}  // namespace wherefore
