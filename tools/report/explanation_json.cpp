#include "tools/report/explanation_json.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include "tools/command_line/version.h"
#include "tools/report/wording.h"

namespace wherefore {
namespace {

using Json = nlohmann::ordered_json;

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

/// What a target is, whichever of its alternatives.
Json AboutJson(const ExplainedTarget& target) {
  Json json = {{"kind", KindOf(target)}, {"text", TextOf(target)}};
  if (const auto* label = AsLabel(target)) json["index"] = label->index;
  if (const auto* contrast = AsContrast(target)) {
    json["index"] = contrast->index;
    json["versus"] = {{"text", contrast->versus}, {"index", contrast->versus_index}};
  }
  if (const auto* text = AsText(target)) {
    json["begin"] = text->span.begin;
    json["end"] = text->span.end;
    json["first_word"] = text->first_word;
    json["word_count"] = text->word_count;
    if (!text->versus.empty()) json["versus"] = {{"text", text->versus}};
  }
  json["score"] = target.score;
  json["score_is"] = NameOf(ScoreKindOf(target));
  if (const auto probability = ProbabilityOf(target)) json["probability"] = *probability;
  if (target.from_picture) json["from_picture"] = *target.from_picture;
  return json;
}

Json TargetJson(const Explanation& explanation, std::size_t t) {
  const auto& target = explanation.targets[t];
  const auto row = static_cast<int64_t>(t);
  Json json = AboutJson(target);
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
    json["word_importance"].push_back({{"word", explanation.question.value().words.at(word)},
                                       {"gradient_times_embedding", target.word_gradient_times_embedding[word]},
                                       {"gradient_norm", target.word_gradient_norm[word]}});
  }
  return json;
}

Json WordJson(const TokenizedText& text, std::size_t word) {
  const auto& span = text.spans.at(word);
  return {{"text", text.words[word]}, {"begin", span.begin}, {"end", span.end}};
}

Json QuestionJson(const AskedText& question) {
  auto words = Json::array();
  for (std::size_t word = 0; word < question.words.size(); ++word) words.push_back(WordJson(question, word));
  return {{"asked", question.asked}, {"text", question.text}, {"words", words}};
}

Json AlternativesJson(const std::vector<Alternative>& alternatives) {
  auto list = Json::array();
  for (const auto& one : alternatives) {
    list.push_back({{"text", one.text}, {"end", one.is_end}, {"id", one.id}, {"log_probability", one.log_probability}});
  }
  return list;
}

Json WrittenJson(const WrittenText& text) {
  auto words = Json::array();
  for (std::size_t word = 0; word < text.words.size(); ++word) {
    auto json = WordJson(text, word);
    json["log_probability"] = 0.0;
    words.push_back(json);
  }
  for (std::size_t piece = 0; piece < text.pieces.size(); ++piece) {
    auto& word = words.at(static_cast<std::size_t>(text.word[piece]));
    const double log_probability = text.log_probs.at(piece);
    word["log_probability"] = word["log_probability"].get<double>() + log_probability;
    word["pieces"].push_back(
        {{"text", text.pieces[piece]}, {"id", text.ids[piece]}, {"log_probability", log_probability}});
  }
  Json json = {{"text", text.text},
               {"given", text.is_given},
               {"log_probability", text.log_probability},
               {"end_log_probability", nullptr},
               {"words", words}};
  for (std::size_t word = 0; word + 1 < text.alternatives.size(); ++word) {
    json["words"][word]["alternatives"] = AlternativesJson(text.alternatives[word]);
  }
  if (!text.alternatives.empty()) json["alternatives_to_the_end"] = AlternativesJson(text.alternatives.back());
  if (text.end_log_probability) json["end_log_probability"] = *text.end_log_probability;
  return json;
}

Json PredictionsJson(const std::vector<Prediction>& predictions) {
  auto json = Json::array();
  for (const auto& prediction : predictions) {
    json.push_back({{"index", prediction.index}, {"text", prediction.label}, {"logit", prediction.logit}});
    if (prediction.probability) json.back()["probability"] = *prediction.probability;
  }
  return json;
}

}  // namespace

std::string ExplanationJson(const ExplainedPhotograph& explained) {
  const auto& explanation = explained.explanation;
  const auto& pixels = explained.photograph.pixels;
  Json json = {
      {"schema", kExplanationSchema},
      {"wherefore", kVersion},
      {"photograph", {{"path", explained.photograph.path}, {"width", pixels.size(1)}, {"height", pixels.size(0)}}},
      {"task", NameOf(explanation.task)},
      {"model", explanation.model},
      {"method", explanation.method},
      {"device", explanation.device}};
  if (!explanation.layer.empty()) json["layer"] = explanation.layer;
  if (explanation.question) json["question"] = QuestionJson(*explanation.question);
  if (explanation.writes()) {
    json["written"] = WrittenJson(explanation.written());
  } else {
    json["predictions"] = PredictionsJson(explanation.predictions());
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
