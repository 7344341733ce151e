#include "models/recurrent/show_and_tell.h"

#include "models/format1/kinds.h"
#include "models/format1/sections.h"

namespace wherefore {
namespace {

constexpr const char* kShowAndTell = "show-and-tell";

PlannedNetwork ReadShowAndTell(const ObjectReader& reader) {
  reader.AllowOnly({"type", "trunk", "image_feature", "image_feature_size", "embedding_size", "hidden_size", "layers",
                    "vocabulary_size"});
  ShowAndTellOptions options;
  options.trunk = ReadTrunkWithVector(reader, &options.image_feature, &options.image_feature_size);
  options.embedding_size = reader.Integer("embedding_size", 1, kMostUnits);
  options.hidden_size = reader.Integer("hidden_size", 1, kMostUnits);
  options.layers = reader.Integer("layers", 1, kMostLayers);
  options.vocabulary_size = reader.Integer("vocabulary_size", 1, kMostWords);
  PlannedNetwork planned;
  planned.trunk = {options.trunk, "trunk."};
  planned.least_weights =
      LeastWeightsOfLstm(options.vocabulary_size, options.embedding_size, options.hidden_size, options.layers);
  planned.vocabulary_size = options.vocabulary_size;
  planned.make = [options](const std::string& config_path) {
    auto network = std::make_shared<ShowAndTell>(options);
    CheckImageFeature(network->trunk(), options.image_feature, options.image_feature_size, config_path);
    return network;
  };
  return planned;
}

JsonValue WriteShowAndTell(const Network& network) {
  const auto* captioner = dynamic_cast<const ShowAndTell*>(&network);
  if (captioner == nullptr) return {};
  const auto& options = captioner->options();
  return JsonWithVector(kShowAndTell, options.trunk, options.image_feature, options.image_feature_size)
      .Set("embedding_size", JsonValue::Integer(options.embedding_size))
      .Set("hidden_size", JsonValue::Integer(options.hidden_size))
      .Set("layers", JsonValue::Integer(options.layers))
      .Set("vocabulary_size", JsonValue::Integer(options.vocabulary_size));
}

}  // namespace

Format1Kind ShowAndTellKind() {
  return {kShowAndTell, "a captioner whose LSTM sees the image once, as a vector (Vinyals et al. 2015)", Task::kCaption,
          ReadShowAndTell, WriteShowAndTell};
}

}  // namespace wherefore
