#include "tools/report/explanation_json.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "tools/command_line/version.h"
#include "tools/report/wording.h"

namespace wherefore {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;

Json ChannelsJson(const std::vector<ChannelWeight>& weights) {
  auto list = Json::array();
  for (const auto& weight : weights) list.push_back({{"channel", weight.channel}, {"weight", weight.weight}});
  return list;
}

Json SideJson(const Explanation& explanation, int64_t row, const ConceptSide& side) {
  Json json = {{"total", side.total}, {"unnamed_share", side.unnamed}, {"other_share", side.other}};
  json["concepts"] = Json::array();
  for (const auto& item : side.concepts) {
    auto channels = Json::array();
    for (const auto& channel : item.channels) {
      const auto value = [&](const at::Tensor& importance) { return importance[row][channel.channel].item<double>(); };
      Json entry = {{"channel", channel.channel},
                    {"weight", channel.weight},
                    {"alpha", value(explanation.alpha)},
                    {"gradient_times_activation", value(explanation.gradient_times_activation)}};
      if (explanation.ablation.defined()) entry["ablation"] = value(explanation.ablation);
      entry["iou"] = channel.iou;
      entry["threshold"] = channel.threshold;
      entry["fires"] = channel.fires;
      entry["highest_activation"] = explanation.activation[channel.channel].max().item<double>();
      channels.push_back(entry);
    }
    json["concepts"].push_back({{"name", item.name},
                                {"category", item.category},
                                {"weight", item.weight},
                                {"share", item.share},
                                {"channels", channels}});
  }
  return json;
}

Json NamesJson(const LayerConcepts& names) {
  return {{"layer", names.layer},         {"channels", names.channels},     {"data_set", names.data_set},
          {"images", names.images},       {"definition", names.definition}, {"measure", names.measure},
          {"least_iou", names.least_iou}, {"chance_iou", names.chance_iou}, {"fingerprint", names.fingerprint}};
}

Json MapJson(const at::Tensor& map, bool empty) {
  const auto peak = map.argmax().item<int64_t>();
  return {{"minimum", map.min().item<double>()},
          {"maximum", map.max().item<double>()},
          {"mean", map.mean().item<double>()},
          {"peak", {{"row", peak / map.size(1)}, {"column", peak % map.size(1)}, {"place", PlaceOfPeak(map)}}},
          {"empty", empty}};
}

Json TargetJson(const Explanation& explanation, std::size_t t) {
  const auto& target = explanation.targets[t];
  const auto row = static_cast<int64_t>(t);
  Json json = {
      {"kind", target.kind}, {"text", target.text}, {"score", target.score}, {"score_is", NameOf(target.score_kind)}};
  if (target.probability) json["probability"] = *target.probability;
  if (target.index >= 0) json["index"] = target.index;
  if (!target.versus.empty()) json["versus"] = target.versus;
  if (target.first_word >= 0) {
    json["first_word"] = target.first_word;
    json["word_count"] = target.word_count;
    json["pieces"] = target.pieces;
    json["piece_log_probabilities"] = target.piece_log_probs;
  }
  json["map"] = MapJson(explanation.maps[row], explanation.IsEmpty(t));
  if (!target.channels.top.empty()) {
    json["top_neurons"] = ChannelsJson(target.channels.top);
    json["bottom_neurons"] = ChannelsJson(target.channels.bottom);
  }
  if (target.concepts) {
    json["neurons"] = {{"sentence", target.sentence},
                       {"supporting", SideJson(explanation, row, target.concepts->supporting)},
                       {"opposing", SideJson(explanation, row, target.concepts->opposing)}};
  }
  for (std::size_t word = 0; word < target.word_gradient_norm.size(); ++word) {
    json["word_importance"].push_back({{"word", explanation.question_words.at(word)},
                                       {"gradient_times_embedding", target.word_gradient_times_embedding[word]},
                                       {"gradient_norm", target.word_gradient_norm[word]}});
  }
  return json;
}

Json TextJson(const Explanation& explanation) {
  Json json = {{"text", explanation.text},
               {"words", explanation.words},
               {"given", explanation.text_is_given},
               {"log_probability", explanation.text_log_probability}};
  if (explanation.finished) json["end_log_probability"] = explanation.end_log_probability;
  json["finished"] = explanation.finished;
  return json;
}

Json QuestionJson(const Explanation& explanation) {
  return {{"text", explanation.question}, {"words", explanation.question_words}, {"given", true}};
}

}  // namespace

std::string ExplanationJson(const ExplainedPhotograph& explained) {
  const auto& explanation = explained.explanation;
  const auto& pixels = explained.photograph.pixels;
  Json json = {
      {"schema", kSchema},
      {"wherefore", kVersion},
      {"photograph", {{"path", explained.photograph.path}, {"width", pixels.size(1)}, {"height", pixels.size(0)}}},
      {"task", NameOf(explanation.task)},
      {"model", explanation.model},
      {"method", explanation.method},
      {"device", explanation.device}};
  if (!explanation.layer.empty()) json["layer"] = explanation.layer;
  if (!explanation.question.empty()) json["question"] = QuestionJson(explanation);
  if (explanation.writes()) json["caption"] = TextJson(explanation);
  for (const auto& prediction : explanation.predictions) {
    json["predictions"].push_back({{"index", prediction.index},
                                   {"text", prediction.label},
                                   {"logit", prediction.logit},
                                   {"probability", prediction.probability}});
  }
  json["maps"] = {{"file", "maps.npy"}, {"shape", explanation.maps.sizes().vec()}};
  if (explanation.names) {
    json["neuron_names"] = NamesJson(*explanation.names);
    json["neuron_names"]["importance"] = NameOf(explanation.named_by);
  }
  for (std::size_t t = 0; t < explanation.targets.size(); ++t) json["targets"].push_back(TargetJson(explanation, t));
  json["warnings"] = explanation.warnings;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wherefore
