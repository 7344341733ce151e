#include "tools/report/report.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "tools/command_line/version.h"
#include "tools/report/page.h"
#include "tools/report/picture.h"
#include "tools/report/report_data.h"
#include "tools/report/wording.h"

namespace wherefore {

extern const char* const kReportPage;
extern const char* const kOverlayScript;
extern const char* const kIndexPage;

namespace {

constexpr int64_t kSideBySide = 420;  // pixels, of the longest side where several methods are shown

std::string Button(std::size_t target, const std::string& text) {
  return "<button type=\"button\" class=\"target\" data-target=\"" + std::to_string(target) +
         "\" aria-pressed=\"false\">" + Escaped(text) + "</button>\n";
}

/// The caption as buttons, or the question; then what else can be chosen.
std::string Heading(const Explanation& explanation) {
  std::string text;
  std::string choices;
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    const auto& target = explanation.targets[t];
    (IsPart(target, TextPart::kWord) ? text : choices) += Button(t, NameOf(target));
  }
  if (explanation.question) text = "<span>" + Escaped(explanation.question->asked) + "</span>" + text;
  const std::string heading = text.empty() ? "" : "<div class=\"text\">" + text + "</div>\n";
  return heading + (choices.empty() ? "" : "<div class=\"choices\">" + choices + "</div>");
}

std::string Kind(const Explanation& explanation) {
  if (explanation.task == Task::kCaption) {
    return explanation.written().is_given ? "Your caption. Point at a word to see where the model finds it."
                                          : "The model's caption. Point at a word to see what made the model say it.";
  }
  if (explanation.writes()) return "Your question, and the model's answer. Point at a word to see what made it say it.";
  if (explanation.task == Task::kVqa) return "Your question, and the model's answers. Point at an answer to see why.";
  return "What the model sees. Point at a class to see why.";
}

std::string Gradient(ColorMap color_map) {
  const auto colors = Colors(at::linspace(0, 1, 9), color_map);
  std::string stops;
  for (int64_t i = 0; i < colors.size(0); ++i) {
    stops += (i == 0 ? "rgb(" : ", rgb(");
    for (int64_t c = 0; c < 3; ++c) stops += (c == 0 ? "" : ",") + std::to_string(colors[i][c].item<int>());
    stops += ")";
  }
  return stops;
}

std::string Warnings(const std::vector<ExplainedPhotograph>& methods) {
  std::string list;
  for (const auto& warning : DistinctWarnings(methods)) list += "<li>" + Escaped(warning) + "</li>";
  return list.empty() ? "" : "<ul class=\"warnings\">" + list + "</ul>";
}

std::string Predictions(const Explanation& explanation) {
  if (explanation.writes() || explanation.predictions().empty()) return "";
  std::string rows;
  for (const auto& prediction : explanation.predictions()) {
    if (!prediction.probability) continue;
    std::ostringstream share;
    share << 100 * *prediction.probability;
    rows += "<tr><td>" + Escaped(prediction.label) +
            "</td><td><div class=\"track\"><i style=\"left:0;width:" + share.str() +
            "%\"></i></div></td><td class=\"number\">" + Percent(*prediction.probability) + "</td></tr>";
  }
  if (rows.empty()) return "";
  const std::string title = explanation.task == Task::kVqa ? "Likeliest answers" : "Likeliest classes";
  return "<section><h2>" + title + "</h2><table>" + rows + "</table></section>";
}

std::string Footer(const ExplainedPhotograph& explained) {
  const auto& explanation = explained.explanation;
  std::string text = explained.photograph.path + " · model " + explanation.model + " · ";
  if (!explanation.layer.empty()) text += "layer " + explanation.layer + " · ";
  return Escaped(text + "method " + explanation.method + " · Wherefore " + kVersion);
}

/// How the named channels are to be read.
std::string NamesText(const Explanation& explanation) {
  if (!explanation.names) return "";
  const auto& data_set = explanation.names->data_set;
  const std::string source = explanation.names->measure == kIou ? "network dissection" : "CLIP-Dissect";
  return "Point at a name to see where its strongest channel is active, at a number for others of that name. Dashed: "
         "the channel does not fire in this photograph. Shares are of all importance (" +
         std::string(NameOf(explanation.named_by)) + ") on that side. Names by " + source +
         (data_set.empty() ? "." : ", of " + data_set + ".");
}

/// Photograph and layer on top of each other, a figure a method.
std::string Stages(const std::vector<ExplainedPhotograph>& methods, const at::Tensor& photograph) {
  const std::string size =
      " width=\"" + std::to_string(photograph.size(1)) + "\" height=\"" + std::to_string(photograph.size(0)) + "\"";
  std::string stages;
  for (std::size_t method = 0; method < methods.size(); ++method) {
    const std::string source =
        method == 0 ? "id=\"photograph\" src=\"" + DataUri("jpeg", EncodeJpeg(photograph)) + "\"" : "class=\"copy\"";
    stages += "<figure><div class=\"stage\"><img " + source + size + " alt=\"The photograph\"><canvas class=\"layer\"" +
              size + "></canvas>";
    if (method == 0) stages += "<p id=\"shown\" role=\"status\" aria-live=\"polite\" hidden></p>";
    stages += "</div>";
    if (methods.size() > 1) {
      const auto& name = methods[method].explanation.method;
      stages += "<figcaption><b>" + Escaped(name) + "</b>" + Escaped(MethodNamed(name).summary) +
                " <span class=\"empty\"></span></figcaption>";
    }
    stages += "</figure>\n";
  }
  return stages;
}

/// The longest side of `count` still pictures: smaller where there are many, so that the page stays small.
int64_t StillSide(std::size_t count) {
  constexpr double kMostAtFullSide = 18;
  const double share = std::sqrt(kMostAtFullSide / static_cast<double>(count));
  return static_cast<int64_t>(static_cast<double>(kTileSide) * std::min(share, 1.0));
}

/// A small picture of a target's overlay, and what the script would say beside it; the method's name, where several are
/// shown under the target's.
std::string Still(const ExplainedPhotograph& explained, std::size_t t, const at::Tensor& picture, bool several) {
  const auto& target = explained.explanation.targets[t];
  constexpr int kQuality = 75;
  std::string text = "<b>" + Escaped(several ? explained.explanation.method : NameOf(target)) + "</b>";
  if (!several) text += Escaped(ScoreSentence(target) + (target.sentence.empty() ? "" : " " + target.sentence));
  if (explained.explanation.IsEmpty(t)) text += " <span class=\"empty\">" + Escaped(EmptyText(target)) + "</span>";
  return "<figure><img src=\"" + DataUri("jpeg", EncodeJpeg(picture, kQuality)) +
         "\" alt=\"The photograph with the map of " + Escaped(NameOf(target)) + "\"><figcaption>" + text +
         "</figcaption></figure>\n";
}

/// Where no script runs: every target by every method, or, were that too many pictures, what a reader sees first.
std::string Stills(const std::vector<ExplainedPhotograph>& methods, const std::vector<Drawing>& drawings) {
  constexpr std::size_t kMost = 72;
  const auto& explanation = methods.front().explanation;
  const bool shows_all = methods.size() * explanation.targets.size() <= kMost;
  const std::size_t begin = shows_all ? 0 : FirstTarget(explanation);
  const std::size_t end = shows_all ? explanation.targets.size() : begin + 1;
  const int64_t side = StillSide(methods.size() * (end - begin));
  const bool several = methods.size() > 1;
  std::string stills;
  for (std::size_t t = begin; t < end; ++t) {
    if (several) stills += "</div>\n<h2>" + Escaped(NameOf(explanation.targets[t])) + "</h2>\n<div class=\"stills\">\n";
    for (std::size_t method = 0; method < methods.size(); ++method) {
      stills += Still(methods[method], t, Shrunk(drawings[method].tiles[t], side), several);
    }
  }
  return "<div class=\"without\">Scripts are turned off here: " +
         std::string(shows_all ? "this is every map at once, small."
                               : "this is one of the maps; with scripts on, all can be seen.") +
         "\n<div class=\"stills\">\n" + stills + "</div></div>";
}

}  // namespace

std::vector<std::string> DistinctWarnings(const std::vector<ExplainedPhotograph>& methods) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> by;  // whose each is
  for (const auto& explained : methods) {
    for (const auto& warning : explained.explanation.warnings) {
      auto& names = by[warning];
      if (names.empty()) order.push_back(warning);
      const auto& name = explained.explanation.method;
      if (names.empty() || names.back() != name) names.push_back(name);
    }
  }
  for (auto& warning : order) {
    const auto& names = by[warning];
    if (names.size() == methods.size()) continue;
    warning = "by " + Listed(names) + ": " + warning;
  }
  return order;
}

namespace {

/// Whether an English word names nothing that a picture can show.
bool IsFunctionWord(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  static const std::set<std::string> words = {"a",  "an", "the", "and", "or",   "of",   "in",   "on",  "at",   "to",
                                              "by", "as", "is",  "are", "with", "from", "that", "its", "this", "there"};
  return words.count(word) > 0;
}

}  // namespace

std::size_t FirstTarget(const Explanation& explanation) {
  std::size_t first = 0;
  std::pair<bool, double> strongest = {false, -1};
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    const auto& target = explanation.targets[t];
    if (!IsPart(target, TextPart::kWord)) continue;
    const double peak = explanation.maps[static_cast<int64_t>(t)].max().item<double>();
    const std::pair<bool, double> strength = {peak > 0 && !IsFunctionWord(TextOf(target)), peak};
    if (strength <= strongest) continue;
    strongest = strength;
    first = t;
  }
  return first;
}

std::string ReportHtml(const std::vector<ExplainedPhotograph>& methods, const std::vector<Drawing>& drawings,
                       const RenderOptions& options) {
  const auto& explained = methods.front();
  const auto& explanation = explained.explanation;
  const bool several = methods.size() > 1;
  const auto photograph = several ? Shrunk(drawings.front().photograph, kSideBySide) : drawings.front().photograph;
  const auto data = MakeReportData(methods, photograph.size(0), photograph.size(1), options);
  const std::size_t first = FirstTarget(explanation);
  const bool has_heat = std::any_of(methods.begin(), methods.end(),
                                    [](const auto& method) { return !method.explanation.pixels.defined(); });
  const std::string legend = has_heat ? "<div class=\"legend\"><span>little</span><div class=\"bar\"></div>"
                                        "<span>most important</span></div>"
                                      : "";
  return Filled(kReportPage, {{"TITLE", Escaped(Title(explanation))},
                              {"KIND", Escaped(Kind(explanation))},
                              {"HEADING", Heading(explanation)},
                              {"WARNINGS", Warnings(methods)},
                              {"SEVERAL", several ? " several" : ""},
                              {"STAGES", Stages(methods, photograph)},
                              {"STILLS", Stills(methods, drawings)},
                              {"FIRST_SENTENCE", Escaped(ScoreSentence(explanation.targets[first]))},
                              {"FIRST", std::to_string(first)},
                              {"LEGEND", legend},
                              {"GRADIENT", Gradient(options.color_map)},
                              {"HOW", several ? "" : Escaped(MethodNamed(explanation.method).how_to_read)},
                              {"PREDICTIONS", Predictions(explanation)},
                              {"FOOTER", Footer(explained)},
                              {"NAMES", Escaped(NamesText(explanation))},
                              {"OPPOSITION", Opposition(explanation.named_by)},
                              {"OVERLAY_SCRIPT", kOverlayScript},
                              {"VIEW", Embedded(data.view)},
                              {"CHANNELS", Embedded(data.channels)},
                              {"DATA", Embedded(data.targets)}});
}

std::string IndexHtml(const std::vector<IndexEntry>& entries) {
  std::string list;
  for (const auto& entry : entries) {
    list += "<li><a href=\"" + Escaped(entry.directory) + "/report.html\"><img src=\"" + Escaped(entry.directory) +
            "/overview.png\" alt=\"\" loading=\"lazy\">" + Escaped(entry.title) + "<small>" +
            Escaped(entry.photograph) + "</small></a></li>\n";
  }
  return Filled(kIndexPage, {{"LIST", list}});
}

}  // namespace wherefore
