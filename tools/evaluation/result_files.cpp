#include "tools/evaluation/result_files.h"

#include <nlohmann/json.hpp>

namespace wherefore {
namespace {

using Json = nlohmann::ordered_json;

Json Rows(const Summary& summary) {
  Json rows = Json::array();
  for (const auto& measure : summary.measures()) {
    for (const auto& part : summary.Parts(measure)) {
      for (const auto& group : summary.Groups(measure)) {
        for (const auto& method : summary.Methods(measure)) {
          const auto* cell = summary.Find(measure, part, group, method);
          if (cell == nullptr) continue;
          Json row = {{"measure", measure},      {"group", group},           {"method", method},
                      {"n", cell->count},        {"mean", cell->value.mean}, {"low", cell->value.low},
                      {"high", cell->value.high}};
          if (!part.empty()) row["part"] = part;
          rows.push_back(row);
        }
      }
    }
  }
  return rows;
}

/// In quotation marks where it needs them.
std::string Field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

/// The shortest digits that give the same number back.
std::string Number(double value) { return Json(value).dump(); }

}  // namespace

std::string ResultsJson(const Evaluation& evaluation) {
  Json json = Json::parse(evaluation.setup);
  json["results"] = Json::array();
  for (const auto& one : evaluation.models) {
    json["results"].push_back({{"model", one.model->info().name},
                               {"placed", one.placed},
                               {"wrong", one.wrong},
                               {"placeless", one.placeless},
                               {"rows", Rows(one.summary)}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ResultsCsv(const Evaluation& evaluation) {
  std::string csv = "model,case,target,group,method,measure,part,value,over\r\n";
  for (const auto& one : evaluation.models) {
    for (const auto& result : one.cases) {
      for (const auto& record : result.records) {
        for (const auto& text : {one.model->info().name, result.name, record.target, record.group, record.method,
                                 record.measure, record.part}) {
          csv += Field(text) + ',';
        }
        csv += Number(record.value) + ',' + (record.over ? Number(*record.over) : "") + "\r\n";
      }
    }
  }
  return csv;
}

}  // namespace wherefore
