#include "tools/evaluation/result_files.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace wherefore {
namespace {

using Json = nlohmann::ordered_json;

/// Null where all values are undefined; the interval also of one picture, and where it is infinite.
Json ValuesOf(const Cell* cell) {
  if (cell == nullptr) return {{"n", 0}, {"mean", nullptr}, {"low", nullptr}, {"high", nullptr}};
  const auto& value = cell->value;
  return {{"n", cell->count}, {"mean", value.mean}, {"low", value.low}, {"high", value.high}};
}

Json Rows(const Summary& summary) {
  Json rows = Json::array();
  for (const auto& measure : summary.measures()) {
    for (const auto& part : summary.Parts(measure)) {
      for (const auto& group : summary.Groups(measure)) {
        for (const auto& method : summary.Methods(measure)) {
          auto row = ValuesOf(summary.Find(measure, part, group, method));
          const auto undefined = summary.Undefined(measure, part, group, method);
          if (row["n"] == 0 && undefined == 0) continue;
          row["undefined"] = undefined;
          if (!part.empty()) row["part"] = part;
          Json named = {{"measure", measure}, {"group", group}, {"method", method}};
          named.update(row);
          rows.push_back(std::move(named));
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
    const auto recall = RecallCountsOf(one.summary);
    json["results"].push_back({{"model", one.model.info.name},
                               {"placed", one.placed},
                               {"wrong", one.wrong},
                               {"placeless", one.placeless},
                               {"recall", {{"placed", recall.placed}, {"absent", recall.absent}}},
                               {"rows", Rows(one.summary)}});
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ResultsCsv(const Evaluation& evaluation) {
  std::string csv = "model,case,target,group,method,measure,part,value,over\r\n";
  for (const auto& one : evaluation.models) {
    for (const auto& result : one.cases) {
      for (const auto& record : result.records) {
        for (const auto& text : {one.model.info.name, result.name, record.target, record.group, record.method,
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
