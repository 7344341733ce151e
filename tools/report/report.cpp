#include "tools/report/report.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "tools/command_line/version.h"
#include "tools/report/page.h"
#include "tools/report/picture.h"
#include "tools/report/wording.h"

namespace wherefore {

extern const char* const kReportPage;
extern const char* const kIndexPage;

namespace {

constexpr int64_t kChannelSide = 160;          // pixels, of pictures of channels
constexpr int64_t kSideBySide = 420;           // pixels, of the longest side where several methods are shown
constexpr std::size_t kChannelsOfConcept = 3;  // with a picture each: the strongest
constexpr int kSteps = 0xF8;                   // 32 shades, which are seen as well and take a third of the room

std::string Text(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Button(std::size_t target, const std::string& text) {
  return "<button type=\"button\" class=\"target\" data-target=\"" + std::to_string(target) +
         "\" aria-pressed=\"false\">" + Escaped(text) + "</button>\n";
}

std::string ChoiceText(const ExplainedTarget& target) {
  if (target.kind == "caption") return "the whole caption";
  if (target.kind == "contrast") return target.text + " rather than " + target.versus;
  return target.text;
}

/// The caption as buttons, or the question; then what else can be chosen.
std::string Heading(const Explanation& explanation) {
  std::string text;
  std::string choices;
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    const auto& target = explanation.targets[t];
    (target.kind == "word" ? text : choices) += Button(t, ChoiceText(target));
  }
  if (!explanation.question.empty()) text = "<span>" + Escaped(explanation.question) + "</span>" + text;
  const std::string heading = text.empty() ? "" : "<div class=\"text\">" + text + "</div>\n";
  return heading + (choices.empty() ? "" : "<div class=\"choices\">" + choices + "</div>");
}

std::string Kind(const Explanation& explanation) {
  if (explanation.task == Task::kCaption) {
    return explanation.text_is_given ? "Your caption. Point at a word to see where the model finds it."
                                     : "The model's caption. Point at a word to see what made the model say it.";
  }
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
  if (explanation.predictions.empty()) return "";
  std::string rows;
  for (const auto& prediction : explanation.predictions) {
    std::ostringstream share;
    share << 100 * prediction.probability;
    rows += "<tr><td>" + Escaped(prediction.label) +
            "</td><td><div class=\"track\"><i style=\"left:0;width:" + share.str() +
            "%\"></i></div></td><td class=\"number\">" + Percent(prediction.probability) + "</td></tr>";
  }
  const std::string title = explanation.task == Task::kVqa ? "Likeliest answers" : "Likeliest classes";
  return "<section><h2>" + title + "</h2><table>" + rows + "</table></section>";
}

std::string Footer(const ExplainedPhotograph& explained) {
  const auto& explanation = explained.explanation;
  std::string text = explained.photograph.path + " · model " + explanation.model + " · ";
  if (!explanation.layer.empty()) text += "layer " + explanation.layer + " · ";
  return Escaped(text + "method " + explanation.method + " · Wherefore " + kVersion);
}

nlohmann::ordered_json Channels(const std::vector<ChannelWeight>& weights) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& weight : weights) list.push_back({weight.channel, weight.weight});
  return list;
}

nlohmann::ordered_json SideJson(const ConceptSide& side) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& item : side.concepts) {
    auto channels = nlohmann::ordered_json::array();
    for (const auto& channel : item.channels) {
      if (channels.size() < kChannelsOfConcept) channels.push_back({channel.channel, channel.fires});
    }
    list.push_back({{"name", item.name},
                    {"share", item.share},
                    {"channels", channels},
                    {"more", item.channels.size() - channels.size()}});
  }
  return list;
}

/// Every channel that SideJson() lists, once: by its number, its layer and what it shows.
nlohmann::ordered_json ChannelPictures(const ExplainedPhotograph& explained, const at::Tensor& photograph,
                                       const RenderOptions& options) {
  const auto& explanation = explained.explanation;
  const auto small = Shrunk(photograph, kChannelSide);
  auto pictures = nlohmann::ordered_json::object();
  const auto add = [&](const ConceptWeight& item) {
    for (std::size_t i = 0; i < std::min(kChannelsOfConcept, item.channels.size()); ++i) {
      const auto& channel = item.channels[i];
      const auto number = std::to_string(channel.channel);
      if (pictures.contains(number)) continue;
      char iou[32];
      std::snprintf(iou, sizeof iou, "%.2f", channel.iou);
      const auto layer = ChannelLayer(explained, channel, small.size(0), small.size(1), options);
      pictures[number] = {
          {"layer", DataUri("png", EncodePng(layer.bitwise_and(kSteps)))},
          {"text",
           "Channel " + number + ", named “" + item.name + "” (" + explanation.names->measure + " " + iou +
               "): " + (channel.fires ? "where it is active" : "weak here, below the level at which it fires")}};
    }
  };
  for (const auto& target : explanation.targets) {
    if (!target.concepts) continue;
    for (const auto& item : target.concepts->supporting.concepts) add(item);
    for (const auto& item : target.concepts->opposing.concepts) add(item);
  }
  return pictures;
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

/// Of a target: its score, its channels and its map by each method.
nlohmann::ordered_json TargetJson(const std::vector<ExplainedPhotograph>& methods, std::size_t t,
                                  const std::vector<std::vector<std::string>>& layers) {
  const auto& explanation = methods.front().explanation;
  const auto& target = explanation.targets[t];
  nlohmann::ordered_json json = {{"text", ChoiceText(target)},
                                 {"sentence", ScoreSentence(target)},
                                 {"layers", nlohmann::ordered_json::array()},
                                 {"empty", nlohmann::ordered_json::array()},
                                 {"top", Channels(target.channels.top)},
                                 {"bottom", Channels(target.channels.bottom)}};
  for (std::size_t method = 0; method < methods.size(); ++method) {
    const auto& mapped = methods[method].explanation;
    json["layers"].push_back(layers[method][t]);
    json["empty"].push_back(mapped.IsEmpty(t) ? "There is no map to show: it is " + mapped.targets[t].why_empty + "."
                                              : "");
  }
  if (target.concepts) {
    json["neurons"] = {{"sentence", target.sentence},
                       {"supporting", SideJson(target.concepts->supporting)},
                       {"opposing", SideJson(target.concepts->opposing)}};
  }
  for (std::size_t word = 0; word < target.word_gradient_times_embedding.size(); ++word) {
    json["importance"].push_back({explanation.question_words.at(word), target.word_gradient_times_embedding[word]});
  }
  return json;
}

/// Photograph and layer on top of each other, a figure a method.
std::string Stages(const std::vector<ExplainedPhotograph>& methods, const at::Tensor& photograph,
                   const std::vector<std::string>& first_layers) {
  const std::string size =
      " width=\"" + std::to_string(photograph.size(1)) + "\" height=\"" + std::to_string(photograph.size(0)) + "\"";
  std::string stages;
  for (std::size_t method = 0; method < methods.size(); ++method) {
    const std::string source =
        method == 0 ? "id=\"photograph\" src=\"" + DataUri("jpeg", EncodeJpeg(photograph)) + "\"" : "class=\"copy\"";
    stages += "<figure><div class=\"stage\"><img " + source + size +
              " alt=\"The photograph\"><img class=\"layer\" src=\"" + first_layers[method] + "\"" + size + " alt=\"\">";
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

/// Whether an English word names nothing that a picture can show.
bool IsFunctionWord(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  static const std::set<std::string> words = {"a",  "an", "the", "and", "or",   "of",   "in",   "on",  "at",   "to",
                                              "by", "as", "is",  "are", "with", "from", "that", "its", "this", "there"};
  return words.count(word) > 0;
}

/// What a report shows before anything is chosen: of a caption the word whose map is strongest, no "of" where another
/// has one.
std::size_t FirstTarget(const Explanation& explanation) {
  std::size_t first = 0;
  std::pair<bool, double> strongest = {false, -1};
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    const auto& target = explanation.targets[t];
    if (target.kind != "word") continue;
    const double peak = explanation.maps[static_cast<int64_t>(t)].max().item<double>();
    const std::pair<bool, double> strength = {peak > 0 && !IsFunctionWord(target.text), peak};
    if (strength <= strongest) continue;
    strongest = strength;
    first = t;
  }
  return first;
}

at::Tensor ReportPhotograph(const ExplainedPhotograph& explained, const RenderOptions& options) {
  return Shrunk(explained.photograph.pixels, options.longest_side);
}

std::vector<at::Tensor> ReportLayers(const ExplainedPhotograph& explained, const RenderOptions& options) {
  const auto& explanation = explained.explanation;
  const auto photograph = ReportPhotograph(explained, options);
  const int64_t height = photograph.size(0);
  const int64_t width = photograph.size(1);
  // At the network's input size first, where the paper's upsampling is defined.
  auto map_options = options.map;
  map_options.relu = map_options.relu && !MethodNamed(explanation.method).shows_negative;
  const auto prepared = Prepare(explanation.maps, explained.image.height, explained.image.width, map_options);
  std::vector<at::Tensor> layers;
  for (int64_t t = 0; t < explanation.maps.size(0); ++t) {
    if (explanation.pixels.defined()) {
      const auto picture = OnPhotograph(PixelPicture(explanation.pixels[t]), height, width, explained.image);
      layers.push_back(at::cat({picture, at::full({height, width, 1}, 255, at::kByte)}, 2));
    } else {
      layers.push_back(
          HeatLayer(OnPhotograph(prepared[t], height, width, explained.image).clamp(0, 1), options.color_map));
    }
    if (explanation.IsEmpty(static_cast<std::size_t>(t))) layers.back().zero_();
  }
  return layers;
}

at::Tensor ChannelLayer(const ExplainedPhotograph& explained, const NamedChannel& channel, int64_t height,
                        int64_t width, const RenderOptions& options) {
  const auto activation = explained.explanation.activation[channel.channel].clamp_min(0);
  const double full = std::max(activation.max().item<double>(), channel.threshold);
  const auto scaled = (full > 0 ? activation / full : activation).unsqueeze(0);
  const auto map = Upsample(scaled, explained.image.height, explained.image.width, options.map.upsampling)[0];
  return HeatLayer(OnPhotograph(map, height, width, explained.image).clamp(0, 1), options.color_map);
}

std::string ReportHtml(const std::vector<ExplainedPhotograph>& methods, const RenderOptions& given) {
  const auto& explained = methods.front();
  const auto& explanation = explained.explanation;
  auto options = given;
  if (methods.size() > 1) options.longest_side = std::min(options.longest_side, kSideBySide);
  const auto photograph = ReportPhotograph(explained, options);
  std::vector<std::vector<std::string>> layers;  // by method and target
  bool has_heat = false;
  for (const auto& method : methods) {
    layers.emplace_back();
    for (const auto& layer : ReportLayers(method, options)) {
      layers.back().push_back(DataUri("png", EncodePng(methods.size() > 1 ? layer.bitwise_and(kSteps) : layer)));
    }
    has_heat = has_heat || !method.explanation.pixels.defined();
  }
  auto data = nlohmann::ordered_json::array();
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) data.push_back(TargetJson(methods, t, layers));
  const std::size_t first = FirstTarget(explanation);
  std::vector<std::string> first_layers;
  for (const auto& method : layers) first_layers.push_back(method[first]);
  const std::string legend = has_heat ? "<div class=\"legend\"><span>little</span><div class=\"bar\"></div>"
                                        "<span>most important</span></div>"
                                      : "";
  return Filled(kReportPage, {{"TITLE", Escaped(Title(explanation))},
                              {"KIND", Escaped(Kind(explanation))},
                              {"HEADING", Heading(explanation)},
                              {"WARNINGS", Warnings(methods)},
                              {"SEVERAL", methods.size() > 1 ? " several" : ""},
                              {"STAGES", Stages(methods, photograph, first_layers)},
                              {"FIRST_SENTENCE", Escaped(ScoreSentence(explanation.targets[first]))},
                              {"FIRST", std::to_string(first)},
                              {"LEGEND", legend},
                              {"GRADIENT", Gradient(options.color_map)},
                              {"HOW", methods.size() > 1 ? "" : Escaped(MethodNamed(explanation.method).how_to_read)},
                              {"PREDICTIONS", Predictions(explanation)},
                              {"FOOTER", Footer(explained)},
                              {"NAMES", Escaped(NamesText(explanation))},
                              {"OPPOSITION", Opposition(explanation.named_by)},
                              {"CHANNELS", Embedded(Text(ChannelPictures(explained, photograph, options)))},
                              {"DATA", Embedded(Text(data))}});
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
