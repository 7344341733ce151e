#include "tools/dissection/dissection_page.h"

#include <nlohmann/json.hpp>

#include "tools/command_line/version.h"
#include "tools/report/page.h"
#include "tools/report/picture.h"

namespace wherefore {

extern const char* const kDissectionPage;

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kLongestSide = 160;

Json ChannelJson(const DissectedChannels& channels, const ChannelConcept& channel) {
  Json json = {{"channel", channel.channel},     {"name", channel.name},
               {"category", channel.category},   {"iou", channel.iou},
               {"threshold", channel.threshold}, {"detector", IsDetector(channels.concepts, channel)},
               {"images", Json::array()}};
  for (const auto& strong : channels.strongest[static_cast<std::size_t>(channel.channel)]) {
    json["images"].push_back({strong.image, strong.outline});
  }
  return json;
}

/// What the page's figures are.
std::string About(const LayerConcepts& concepts) {
  if (concepts.measure != kIou) {
    return "CLIP-Dissect over " + concepts.data_set + ". " + concepts.measure +
           " is how well a channel's activations agree with the scores that another model gives each concept, over " +
           "all pictures; the outlines show where the channel fires.";
  }
  return "Network dissection over " + concepts.data_set + " (definition: " + concepts.definition + "). " +
         "IoU is how well the region where a channel fires covers the pixels of a concept: 1 would be all of them " +
         "and nothing else.";
}

}  // namespace

std::string DissectionHtml(const DissectedChannels& channels, const std::string& model) {
  const auto& concepts = channels.concepts;
  Json data = {{"channels", Json::array()}, {"images", Json::array()}, {"categories", Json::array()}};
  data["measure"] = concepts.measure;
  data["leastIou"] = concepts.least_iou;
  data["chanceIou"] = concepts.chance_iou;
  data["silent"] = concepts.channels - static_cast<int64_t>(concepts.named.size());
  for (const auto& channel : concepts.named) data["channels"].push_back(ChannelJson(channels, channel));
  for (const auto& image : channels.images) {
    data["images"].push_back(DataUri("jpeg", EncodeJpeg(Shrunk(image, kLongestSide))));
  }
  for (const auto& [category, count] : UniqueDetectors(concepts)) data["categories"].push_back({category, count});
  const auto& picture = channels.images.empty() ? at::Tensor() : channels.images[0];
  return Filled(kDissectionPage, {{"MODEL", Escaped(model)},
                                  {"LAYER", Escaped(concepts.layer)},
                                  {"CHANNELS", std::to_string(concepts.channels)},
                                  {"ABOUT", Escaped(About(concepts))},
                                  {"MEASURE", Escaped(concepts.measure)},
                                  {"WIDTH", std::to_string(picture.defined() ? picture.size(1) : 1)},
                                  {"HEIGHT", std::to_string(picture.defined() ? picture.size(0) : 1)},
                                  {"VERSION", kVersion},
                                  {"DATA", Embedded(data.dump(-1, ' ', false, Json::error_handler_t::replace))}});
}

}  // namespace wherefore
