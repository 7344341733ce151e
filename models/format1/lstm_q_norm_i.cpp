#include "models/recurrent/lstm_q_norm_i.h"

#include "models/format1/kinds.h"
#include "models/format1/sections.h"

namespace wherefore {
namespace {

constexpr const char* kLstmQNormI = "lstm-q-norm-i";

PlannedNetwork ReadLstmQNormI(const ObjectReader& reader) {
  reader.AllowOnly({"type", "trunk", "image_feature", "image_feature_size", "embedding_size", "hidden_size", "layers",
                    "vocabulary_size", "fusion_size", "answers"});
  LstmQNormIOptions options;
  options.trunk = ReadTrunkWithVector(reader, &options.image_feature, &options.image_feature_size);
  options.embedding_size = reader.Integer("embedding_size", 1, kMostUnits);
  options.hidden_size = reader.Integer("hidden_size", 1, kMostUnits);
  options.layers = reader.Integer("layers", 1, kMostLayers);
  options.vocabulary_size = reader.Integer("vocabulary_size", 1, kMostWords);
  options.fusion_size = reader.Integer("fusion_size", 1, kMostUnits);
  options.answers = reader.Integer("answers", 1, kMostWords);
  PlannedNetwork planned;
  planned.trunk = {options.trunk, "trunk."};
  planned.least_weights =
      LeastWeightsOfLstm(options.vocabulary_size, options.embedding_size, options.hidden_size, options.layers);
  planned.vocabulary_size = options.vocabulary_size;
  planned.labels = options.answers;
  planned.make = [options](const std::string& config_path) {
    auto network = std::make_shared<LstmQNormI>(options);
    CheckImageFeature(network->trunk(), options.image_feature, options.image_feature_size, config_path);
    return network;
  };
  return planned;
}

JsonValue WriteLstmQNormI(const Network& network) {
  const auto* answerer = dynamic_cast<const LstmQNormI*>(&network);
  if (answerer == nullptr) return {};
  const auto& options = answerer->options();
  return JsonWithVector(kLstmQNormI, options.trunk, options.image_feature, options.image_feature_size)
      .Set("embedding_size", JsonValue::Integer(options.embedding_size))
      .Set("hidden_size", JsonValue::Integer(options.hidden_size))
      .Set("layers", JsonValue::Integer(options.layers))
      .Set("vocabulary_size", JsonValue::Integer(options.vocabulary_size))
      .Set("fusion_size", JsonValue::Integer(options.fusion_size))
      .Set("answers", JsonValue::Integer(options.answers));
}

}  // namespace

Format1Kind LstmQNormIKind() {
  return {kLstmQNormI, "answers from a list: an LSTM's question times a normalised image vector (Antol et al. 2015)",
          Task::kVqa, ReadLstmQNormI, WriteLstmQNormI};
}

}  // namespace wherefore
