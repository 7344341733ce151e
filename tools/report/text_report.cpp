#include "tools/report/text_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <vector>

#include "tools/report/wording.h"

namespace wherefore {
namespace {

constexpr int kBarLength = 12;

/// Letters, not bytes: what follows the first byte of a UTF-8 letter takes no column.
int Columns(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Padded(const std::string& text, int width) {
  return text + std::string(static_cast<std::size_t>(std::max(0, width - Columns(text))), ' ');
}

std::string Name(const ExplainedTarget& target) {
  const auto& versus = VersusOf(target);
  if (!versus.empty()) return TextOf(target) + " rather than " + versus;
  if (IsPart(target, TextPart::kWhole)) return AsText(target)->is_of_answer ? "(whole answer)" : "(whole caption)";
  return TextOf(target);
}

std::string Where(const Explanation& explanation, std::size_t t) {
  return explanation.IsEmpty(t) ? "nothing to show" : PlaceOfPeak(explanation.maps[static_cast<int64_t>(t)]);
}

/// What might have stood in a word's place, or behind the whole text; "" where that was not asked.
std::string Instead(const Explanation& explanation, const ExplainedTarget& target) {
  const auto* alternatives = AlternativesTo(explanation, target);
  if (alternatives == nullptr) return "";
  return (IsPart(target, TextPart::kWhole) ? "then " : "") + LikelyText(*alternatives);
}

void WriteTargets(const Explanation& explanation, std::ostream& out) {
  int width = 6;
  int where_width = 14;
  for (const auto& target : explanation.targets) width = std::max(width, Columns(Name(target)));
  const bool has_grey = !explanation.targets.empty() && explanation.targets[0].from_picture.has_value();
  const bool has_others = explanation.writes() && !explanation.written().alternatives.empty();
  const std::string score = explanation.targets.empty() ? "" : NameOf(ScoreKindOf(explanation.targets[0]));
  out << "  " << Padded(explanation.writes() ? "word" : "", width) << "  " << std::setw(15) << score << "  "
      << std::setw(14) << "likely" << (has_grey ? "    from picture" : "") << "  "
      << (has_others ? Padded("strongest at", where_width) : "strongest at") << (has_others ? "  instead" : "") << '\n';
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    const auto& target = explanation.targets[t];
    const auto probability = ProbabilityOf(target);
    out << "  " << Padded(Name(target), width) << "  " << std::setw(15) << target.score << "  " << std::setw(14)
        << (probability ? Percent(*probability) : "");
    if (has_grey) out << "  " << std::showpos << std::setw(14) << *target.from_picture << std::noshowpos;
    const auto where = Where(explanation, t);
    out << "  " << (has_others ? Padded(where, where_width) + "  " + Instead(explanation, target) : where) << '\n';
  }
}

/// Bars to the right speak for the answer, to the left against it.
void WriteImportance(const Explanation& explanation, std::ostream& out) {
  if (explanation.targets.empty() || explanation.targets[0].word_gradient_times_embedding.empty()) return;
  const auto& values = explanation.targets[0].word_gradient_times_embedding;
  const auto& words = explanation.question.value().words;
  double most = 1e-30;
  int width = 0;
  for (std::size_t word = 0; word < values.size(); ++word) {
    most = std::max(most, std::abs(values[word]));
    width = std::max(width, Columns(words[word]));
  }
  out << "\nPull of each question word on '" << Name(explanation.targets[0]) << "' (gradient x embedding):\n";
  for (std::size_t word = 0; word < values.size(); ++word) {
    const auto length = static_cast<std::size_t>(std::lround(kBarLength * std::abs(values[word]) / most));
    const std::string bar(length, values[word] < 0 ? '-' : '+');
    out << "  " << Padded(words[word], width) << "  " << Padded(bar, kBarLength) << "  " << std::setw(8) << values[word]
        << '\n';
  }
}

/// "small 21 %, blue 11 %": as many as a line of a table takes.
std::string Strongest(const ConceptSide& side) {
  constexpr std::size_t most = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(most, side.concepts.size()); ++i) {
    const auto percent = std::to_string(std::lround(100 * side.concepts[i].share));
    list += (i == 0 ? "" : ", ") + side.concepts[i].name + " " + percent + " %";
  }
  return list.empty() ? "-" : list;
}

/// A caption has too many words for a sentence each: a table of those of which something named can be said.
void WriteConceptTable(const Explanation& explanation, std::ostream& out) {
  std::vector<std::array<std::string, 4>> rows = {
      {"", "spoke for it", Opposition(explanation.named_by), "without a name"}};
  for (const auto& target : explanation.targets) {
    const auto& supporting = target.concepts->supporting;
    const auto& opposing = target.concepts->opposing;
    if (!IsPart(target, TextPart::kWord) || (supporting.concepts.empty() && opposing.concepts.empty())) continue;
    const auto unnamed = [](const ConceptSide& side) { return std::to_string(std::lround(100 * side.unnamed)) + " %"; };
    rows.push_back(
        {Name(target), Strongest(supporting), Strongest(opposing), unnamed(supporting) + ", " + unnamed(opposing)});
  }
  if (rows.size() == 1) return;
  std::array<int, 4> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Columns(row[i]));
  }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) out << "  " << Padded(row[i], widths[i]);
    out << "  " << row.back() << '\n';
  }
}

void WriteNeurons(const Explanation& explanation, std::ostream& out) {
  if (!explanation.names) return;
  out << "\nWhat the channels of layer '" << explanation.names->layer
      << "' stand for (importance: " << NameOf(explanation.named_by) << "):\n";
  WriteConceptTable(explanation, out);
  for (const auto& target : explanation.targets) {
    if (!IsPart(target, TextPart::kWord)) out << "  " << target.sentence << '\n';
  }
}

}  // namespace

std::string TextReport(const ExplainedPhotograph& explained) {
  const auto& explanation = explained.explanation;
  std::ostringstream out;
  out << std::fixed << std::setprecision(3);
  if (explanation.question) out << explanation.question->asked << '\n';
  if (explanation.writes()) {
    const auto& written = explanation.written();
    out << written.text << (written.end_log_probability ? "" : " ...") << '\n';
  } else {
    for (const auto& prediction : explanation.predictions()) {
      out << "  " << std::setw(14);
      prediction.probability ? out << Percent(*prediction.probability) : out << prediction.logit;
      out << "  " << prediction.label << '\n';
    }
  }
  out << '\n';
  WriteTargets(explanation, out);
  WriteImportance(explanation, out);
  WriteNeurons(explanation, out);
  return out.str();
}

}  // namespace wherefore
