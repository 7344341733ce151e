#include "tools/evaluation/journal.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "models/files/files.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string Line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json RecordJson(const Record& record) {
  Json json = {record.row, record.target, record.group, record.method, record.measure, record.part, record.value};
  if (record.over) json.push_back(*record.over);
  return json;
}

Record ReadRecord(const Json& json) {
  constexpr std::size_t kValues = 7;
  Record record{json.at(0), json.at(1), json.at(2), json.at(3), json.at(4), json.at(5), json.at(6), {}};
  if (json.size() > kValues) record.over = json.at(kValues).get<double>();
  return record;
}

Json UndefinedJson(const UndefinedValue& value) { return {value.group, value.method, value.measure, value.part}; }

Json EntryJson(int64_t model, const CaseResult& result) {
  Json json = {{"model", model},
               {"case", result.index},
               {"name", result.name},
               {"picture", result.picture},
               {"targets", {result.placed, result.wrong, result.placeless}},
               {"records", Json::array()},
               {"undefined", Json::array()}};
  for (const auto& record : result.records) json["records"].push_back(RecordJson(record));
  for (const auto& value : result.undefined) json["undefined"].push_back(UndefinedJson(value));
  return json;
}

UndefinedValue ReadUndefined(const Json& json) { return {json.at(0), json.at(1), json.at(2), json.at(3)}; }

JournalEntry ReadEntry(const Json& json) {
  JournalEntry entry;
  entry.model = json.at("model");
  auto& result = entry.result;
  result.index = json.at("case");
  result.name = json.at("name");
  result.picture = json.at("picture");
  const auto& targets = json.at("targets");
  result.placed = targets.at(0);
  result.wrong = targets.at(1);
  result.placeless = targets.at(2);
  for (const auto& record : json.at("records")) result.records.push_back(ReadRecord(record));
  for (const auto& value : json.at("undefined")) result.undefined.push_back(ReadUndefined(value));
  return entry;
}

/// Throws where the journal's first line is not of this set-up.
void CompareSetups(const Json& there, const Json& here, const std::string& path) {
  if (there == here) return;
  for (const auto& [key, value] : here.items()) {
    const Json other = there.contains(key) ? there[key] : Json();
    if (other == value) continue;
    ThrowUsage("'" + path + "' is of another set-up: " + key + " is " + other.dump() + " there, but " + value.dump() +
               " here; give the same options, or another --out");
  }
  ThrowUsage("'" + path + "' is of another set-up, with more settings than this version has; name another --out");
}

/// The bytes up to and with the last end of a line.
std::string WholeLines(const std::string& text) {
  const auto end = text.rfind('\n');
  return end == std::string::npos ? "" : text.substr(0, end + 1);
}

}  // namespace

void CheckNoJournal(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return;
  ThrowUsage("'" + path + "' holds the finished cases of a run that was cut off: go on with --resume, or remove it");
}

Journal::Journal(std::string path, const std::string& setup, bool resume) : path_(std::move(path)) {
  if (!resume) CheckNoJournal(path_);
  std::error_code error;
  const bool is_there = fs::exists(path_, error);
  if (is_there) Read(setup);
  errno = 0;
  file_.open(path_, std::ios::binary | std::ios::app);
  if (!file_) ThrowBadFile("cannot write '" + path_ + "': " + std::generic_category().message(errno));
  if (!is_there || fs::file_size(path_, error) == 0) Write(setup + "\n");
}

void Journal::Read(const std::string& setup) {
  const auto text = ReadFile(path_);
  const auto whole = WholeLines(text);
  int64_t number = 0;
  for (std::size_t begin = 0; begin < whole.size();) {
    const auto end = whole.find('\n', begin);
    ++number;
    try {
      const auto json = Json::parse(whole.begin() + static_cast<std::ptrdiff_t>(begin),
                                    whole.begin() + static_cast<std::ptrdiff_t>(end));
      if (number == 1) {
        CompareSetups(json, Json::parse(setup), path_);
      } else {
        finished_.push_back(ReadEntry(json));
      }
    } catch (const Json::exception&) {
      ThrowBadFile("'" + path_ + "' is damaged: line " + std::to_string(number) +
                   " is no finished case; remove it to begin anew");
    }
    begin = end + 1;
  }
  if (whole.size() == text.size()) return;
  std::error_code error;
  fs::resize_file(path_, whole.size(), error);
  if (error) ThrowBadFile("cannot write '" + path_ + "': " + error.message());
}

void Journal::Add(int64_t model, const CaseResult& result) { Write(Line(EntryJson(model, result))); }

void Journal::Write(const std::string& line) {
  errno = 0;
  file_.write(line.data(), static_cast<std::streamsize>(line.size()));
  file_.flush();
  if (!file_) ThrowBadFile("cannot write '" + path_ + "': " + std::generic_category().message(errno));
}

}  // namespace wherefore
