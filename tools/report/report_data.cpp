#include "tools/report/report_data.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "models/images/placement.h"
#include "tools/report/page.h"
#include "tools/report/page_map.h"
#include "tools/report/picture.h"
#include "tools/report/wording.h"

namespace wherefore {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kChannelsOfConcept = 3;  // that can be pointed at: the strongest
constexpr int64_t kMostCells = 160'000;        // of all maps of a page, 2.7 bytes each
constexpr int64_t kMostPixels = 700'000;       // of all pictures of pixels of a page, about half a byte each

std::string Text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json MapJson(const PageMap& map) {
  return {{"rows", map.rows}, {"columns", map.columns}, {"low", map.low},
          {"high", map.high}, {"steps", map.steps},     {"align", map.align_corners}};
}

/// How overlay.js brings a map to the network's input and from there to the photograph.
Json ViewJson(const ExplainedPhotograph& explained, int64_t height, int64_t width, const RenderOptions& options) {
  const auto seen = PlacementOf(height, width, explained.image).of_photograph;
  const auto table = ColorTable(options.color_map);
  const auto* colors = table.data_ptr<std::uint8_t>();
  return {{"width", width},
          {"height", height},
          {"input", {{"width", explained.image.width}, {"height", explained.image.height}}},
          {"seen", {{"left", seen.left}, {"top", seen.top}, {"width", seen.width}, {"height", seen.height}}},
          {"colors", std::vector<int>(colors, colors + table.numel())}};
}

/// A picture of a target's pixels, at most so many pixels large.
Json PictureJson(const at::Tensor& pixels, int64_t most_pixels) {
  auto picture = PixelPicture(pixels);
  const double share =
      std::sqrt(static_cast<double>(most_pixels) / static_cast<double>(picture.size(0) * picture.size(1)));
  const int64_t side = std::max(picture.size(0), picture.size(1));
  if (share < 1)
    picture = Shrunk(picture, std::max<int64_t>(static_cast<int64_t>(static_cast<double>(side) * share), 1));
  constexpr int kQuality = 80;
  return {{"picture", DataUri("jpeg", EncodeJpeg(picture, kQuality))}};
}

/// What is laid over the photograph for each target; null where a map is empty. `layers` is how many the page holds by
/// all methods.
std::vector<Json> LayersJson(const ExplainedPhotograph& explained, int64_t layers, const RenderOptions& options) {
  const auto& explanation = explained.explanation;
  const bool shows_pixels = explanation.pixels.defined();
  std::vector<PageMap> maps;
  if (!shows_pixels) {
    maps = PackMaps(explanation.maps, explained.image, MapOptionsFor(explanation.method, options), kMostCells / layers);
  }
  std::vector<Json> json;
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) {
    if (explanation.IsEmpty(t)) {
      json.emplace_back(nullptr);
    } else if (shows_pixels) {
      json.push_back(PictureJson(explanation.pixels[static_cast<int64_t>(t)], kMostPixels / layers));
    } else {
      json.push_back(MapJson(maps[t]));
      json.back()["peak"] =
          explanation.maps[static_cast<int64_t>(t)].max().item<double>() / std::max(maps[t].high, 1e-30);
    }
  }
  return json;
}

Json WeightsJson(const std::vector<ChannelWeight>& weights) {
  auto list = Json::array();
  for (const auto& weight : weights) list.push_back({weight.channel, weight.weight});
  return list;
}

Json SideJson(const ConceptSide& side) {
  auto list = Json::array();
  for (const auto& item : side.concepts) {
    auto channels = Json::array();
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

/// Where a channel of the layer with names is active. Full heat is its highest activation, or its threshold where it
/// stays below that.
PageMap ChannelMap(const ExplainedPhotograph& explained, const NamedChannel& channel, const RenderOptions& options) {
  const auto activation = explained.explanation.activation[channel.channel].clamp_min(0);
  const double full = std::max(activation.max().item<double>(), channel.threshold);
  return PackMap(full > 0 ? activation / full : activation, options.map.upsampling);
}

/// Every channel that SideJson() lists, once: by its number, its layer and what it shows.
Json ChannelsJson(const ExplainedPhotograph& explained, const RenderOptions& options) {
  const auto& explanation = explained.explanation;
  auto json = Json::object();
  const auto add = [&](const ConceptWeight& item) {
    for (std::size_t i = 0; i < std::min(kChannelsOfConcept, item.channels.size()); ++i) {
      const auto& channel = item.channels[i];
      const auto number = std::to_string(channel.channel);
      if (json.contains(number)) continue;
      char iou[32];
      std::snprintf(iou, sizeof iou, "%.2f", channel.iou);
      json[number] = {
          {"layer", MapJson(ChannelMap(explained, channel, options))},
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
  return json;
}

/// One after the other; empty ones are left out.
std::string Sentences(const std::vector<std::string>& sentences) {
  std::string text;
  for (const auto& sentence : sentences) text += (text.empty() || sentence.empty() ? "" : " ") + sentence;
  return text;
}

/// Whether it is one of those that a place of the photograph is compared by: a word or a label, and no contrast.
bool IsRanked(const ExplainedTarget& target) {
  return AsLabel(target) != nullptr || (IsPart(target, TextPart::kWord) && VersusOf(target).empty());
}

/// Of a target: its score, its channels and its layer by each method.
Json TargetJson(const std::vector<ExplainedPhotograph>& methods, std::size_t t,
                const std::vector<std::vector<Json>>& layers) {
  const auto& explanation = methods.front().explanation;
  const auto& target = explanation.targets[t];
  Json json = {
      {"text", NameOf(target)},
      {"sentence", Sentences({ScoreSentence(target), PictureSentence(target), InsteadSentence(explanation, target)})},
      {"ranked", IsRanked(target)},
      {"ranked", IsRanked(target)},
      {"layers", Json::array()},
      {"empty", Json::array()},
      {"top", WeightsJson(target.channels.top)},
      {"bottom", WeightsJson(target.channels.bottom)}};
  for (std::size_t method = 0; method < methods.size(); ++method) {
    const auto& mapped = methods[method].explanation;
    json["layers"].push_back(layers[method][t]);
    json["empty"].push_back(mapped.IsEmpty(t) ? EmptyText(mapped.targets[t]) : "");
  }
  if (target.concepts) {
    json["neurons"] = {{"sentence", target.sentence},
                       {"supporting", SideJson(target.concepts->supporting)},
                       {"opposing", SideJson(target.concepts->opposing)}};
  }
  for (std::size_t word = 0; word < target.word_gradient_times_embedding.size(); ++word) {
    json["importance"].push_back(
        {explanation.question.value().words.at(word), target.word_gradient_times_embedding[word]});
  }
  return json;
}

}  // namespace

ReportData MakeReportData(const std::vector<ExplainedPhotograph>& methods, int64_t height, int64_t width,
                          const RenderOptions& options) {
  const auto& explained = methods.front();
  const auto count = static_cast<int64_t>(methods.size() * explained.explanation.targets.size());
  std::vector<std::vector<Json>> layers;
  for (const auto& method : methods) layers.push_back(LayersJson(method, std::max<int64_t>(count, 1), options));
  auto targets = Json::array();
  for (std::size_t t = 0; t < explained.explanation.targets.size(); ++t) {
    targets.push_back(TargetJson(methods, t, layers));
  }
  return {Text(ViewJson(explained, height, width, options)), Text(targets), Text(ChannelsJson(explained, options))};
}

}  // namespace wherefore
