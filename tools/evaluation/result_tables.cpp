#include "tools/evaluation/result_tables.h"

#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>

#include "tools/evaluation/measures.h"

namespace wherefore {
namespace {

std::string Shown(const Cell* cell, const Measure& measure, bool with_interval) {
  if (cell == nullptr) return "-";
  if (!with_interval) return Fixed(measure.scale * cell->value.mean, measure.places);
  return TextOf(cell->value, measure.scale, measure.places);
}

int64_t CountOf(const Summary& summary, const std::string& measure, const std::string& part, const std::string& group) {
  int64_t count = 0;
  for (const auto& method : summary.Methods(measure)) {
    const auto* cell = summary.Find(measure, part, group, method);
    if (cell != nullptr) count = std::max(count, cell->count);
  }
  return count;
}

class TablePrinter {
 public:
  TablePrinter(const Summary& summary, const Measure& measure, std::ostream& out)
      : summary_(summary), measure_(measure), out_(out), methods_(summary.NamedMethods(measure.name)) {}

  void Head(const std::string& title) {
    out_ << "\n| " << title << " | targets |";
    for (const auto& method : methods_) out_ << ' ' << method << " |";
    out_ << "\n|---|---|";
    for (std::size_t i = 0; i < methods_.size(); ++i) out_ << "---|";
    out_ << '\n';
  }

  void Row(const std::string& name, const std::string& part, const std::string& group, bool with_interval) {
    out_ << "| " << name << " | " << CountOf(summary_, measure_.name, part, group) << " |";
    for (const auto& method : methods_) {
      out_ << ' ' << Shown(summary_.Find(measure_.name, part, group, method), measure_, with_interval) << " |";
    }
    out_ << '\n';
  }

  /// What no method has a part in.
  void Line(const std::string& part) {
    const auto* cell = summary_.Find(measure_.name, part, kAllGroups, "");
    out_ << '\n' << part << ": " << Shown(cell, measure_, true) << " (" << cell->count << " targets)\n";
  }

 private:
  const Summary& summary_;
  const Measure& measure_;
  std::ostream& out_;
  std::vector<std::string> methods_;
};

/// Of all parts together.
struct Counted {
  int64_t undefined = 0;
  int64_t all = 0;
};

Counted CountUndefined(const Summary& summary, const std::string& measure, const std::string& method) {
  Counted counted;
  for (const auto& part : summary.Parts(measure)) {
    const auto undefined = summary.Undefined(measure, part, kAllGroups, method);
    const auto* cell = summary.Find(measure, part, kAllGroups, method);
    counted.undefined += undefined;
    counted.all += undefined + (cell == nullptr ? 0 : cell->count);
  }
  return counted;
}

void PrintParts(const Summary& summary, const Measure& measure, const std::string& title, std::ostream& out) {
  TablePrinter printer(summary, measure, out);
  const auto& parts = summary.Parts(measure.name);
  const auto is_line = [&](const std::string& part) {
    return summary.Find(measure.name, part, kAllGroups, "") != nullptr;
  };
  for (const auto& part : parts) {
    if (is_line(part)) printer.Line(part);
  }
  if (std::all_of(parts.begin(), parts.end(), is_line)) return;
  printer.Head(title);
  for (const auto& part : parts) {
    if (!is_line(part)) printer.Row(part, part, kAllGroups, true);
  }
}

void PrintGroups(const Summary& summary, const Measure& measure, const std::string& title, std::ostream& out) {
  TablePrinter printer(summary, measure, out);
  printer.Head(title);
  for (const auto& group : summary.Groups(measure.name)) {
    const bool is_all = group == kAllGroups;
    if (!is_all && summary.Groups(measure.name).size() == 2) continue;  // they are all
    printer.Row(group, "", group, is_all);
  }
}

/// Measures of maps that have one row a group: what PrintOverview() can hold.
std::vector<const Measure*> PlainMeasures(const Summary& summary) {
  std::vector<const Measure*> plain;
  for (const auto& measure : Measures()) {
    if (summary.IsOneValue(measure.name)) plain.push_back(&measure);
  }
  return plain;
}

/// Every method beside every measure, of all targets: a line a method.
void PrintOverview(const Summary& summary, const MeasureOptions& options, std::ostream& out) {
  const auto measures = PlainMeasures(summary);
  if (measures.size() < 2) return;
  out << "\n| all targets |";
  for (const auto* measure : measures) out << ' ' << TitleOf(*measure, options) << " |";
  out << "\n|---|";
  for (std::size_t i = 0; i < measures.size(); ++i) out << "---|";
  out << '\n';
  std::vector<std::string> methods;  // of any of them
  for (const auto* measure : measures) {
    for (const auto& method : summary.NamedMethods(measure->name)) {
      if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
    }
  }
  for (const auto& method : methods) {
    out << "| " << method << " |";
    for (const auto* measure : measures) {
      out << ' ' << Shown(summary.Find(measure->name, "", kAllGroups, method), *measure, true) << " |";
    }
    out << '\n';
  }
}

}  // namespace

std::vector<std::string> CountLines(const ModelEvaluation& evaluated) {
  const bool is_classification = evaluated.model.info.tasks.front() == Task::kClassification;
  std::ostringstream targets;
  targets << evaluated.placed << (is_classification ? " best classes" : " targets")
          << " with a place; without: " << evaluated.wrong << " wrong, " << evaluated.placeless
          << " that no object decides.";
  std::vector<std::string> lines = {targets.str()};
  if (evaluated.summary.Parts(kPointingRecall).empty()) return lines;
  const auto counts = RecallCountsOf(evaluated.summary);
  std::ostringstream recall;
  recall << "Of the pointing game with recall: " << counts.placed << " targets with a place, " << counts.absent
         << " without (they count as rejected or not).";
  lines.push_back(recall.str());
  return lines;
}

std::vector<std::string> UndefinedNotes(const Summary& summary, const Measure& measure) {
  std::vector<std::pair<std::string, std::string>> methods_by_note;  // in the order of the methods
  for (const auto& method : summary.Methods(measure.name)) {
    const auto counted = CountUndefined(summary, measure.name, method);
    if (counted.undefined == 0) continue;
    std::ostringstream note;
    note << ": " << counted.undefined << " of " << counted.all
         << (counted.undefined == 1 ? " values is undefined" : " values are undefined")
         << (measure.undefined.empty() ? "" : " (" + measure.undefined + ")") << " and left out";
    const auto same = std::find_if(methods_by_note.begin(), methods_by_note.end(),
                                   [&](const auto& one) { return one.first == note.str(); });
    if (same == methods_by_note.end()) {
      methods_by_note.emplace_back(note.str(), method);
    } else {
      same->second += ", " + method;
    }
  }
  std::vector<std::string> notes;
  for (const auto& [note, methods] : methods_by_note) notes.push_back(methods + note);
  return notes;
}

void PrintTables(const ModelEvaluation& evaluated, const MeasureOptions& options, std::ostream& out) {
  out << "\n## " << evaluated.model.info.name << ": " << evaluated.set->Name() << "\n\n";
  for (const auto& line : CountLines(evaluated)) out << line << '\n';
  const auto& summary = evaluated.summary;
  PrintOverview(summary, options, out);
  for (const auto& measure : Measures()) {  // in the order of the list
    if (summary.Parts(measure.name).empty()) continue;
    if (summary.IsOneValue(measure.name)) {
      PrintGroups(summary, measure, TitleOf(measure, options), out);
    } else {
      PrintParts(summary, measure, TitleOf(measure, options), out);
    }
    for (const auto& note : UndefinedNotes(summary, measure)) out << '\n' << note << '\n';
  }
}

}  // namespace wherefore
