#include "models/recurrent/film.h"

#include "models/format1/kinds.h"
#include "models/format1/sections.h"

namespace wherefore {
namespace {

constexpr const char* kFilm = "film";
constexpr const char* kFilmFeatureStage = "feature_stage";

/// How many values its layers hold at least.
int64_t LeastWeightsOf(const FilmOptions& options) {
  const int64_t dim = options.module_dim;
  const int64_t of_question = options.vocabulary_size * options.embedding_size +
                              3 * options.hidden_size * (options.embedding_size + options.hidden_size);
  const int64_t of_modules = options.modules * dim * (2 * options.hidden_size + 10 * dim);
  const int64_t of_classifier =
      options.classifier_channels * (dim + options.classifier_hidden) + options.classifier_hidden * options.answers;
  return of_question + of_modules + of_classifier + 9 * dim * options.feature_channels;
}

FilmOptions ReadFilmOptions(const ObjectReader& reader) {
  reader.AllowOnly({"type", "trunk", kFilmFeatureStage, "feature_channels", "embedding_size", "hidden_size", "modules",
                    "module_dim", "classifier_channels", "classifier_pooling", "classifier_hidden", "vocabulary_size",
                    "answers"});
  FilmOptions options;
  options.trunk = ReadTrunkUntil(reader, kFilmFeatureStage, &options.feature_stage);
  options.feature_channels = reader.Integer("feature_channels", 1, kMostUnits);
  options.embedding_size = reader.Integer("embedding_size", 1, kMostUnits);
  options.hidden_size = reader.Integer("hidden_size", 1, kMostUnits);
  options.modules = reader.Integer("modules", 1, kMostLayers);
  options.module_dim = reader.Integer("module_dim", 1, kMostUnits);
  options.classifier_channels = reader.Integer("classifier_channels", 0, kMostUnits);
  if (reader.Has("classifier_pooling")) {
    options.classifier_pooling = reader.Choice("classifier_pooling", {kMaxPooling, kAveragePooling});
  }
  options.classifier_hidden = reader.Integer("classifier_hidden", 1, kMostUnits);
  options.vocabulary_size = reader.Integer("vocabulary_size", 1, kMostWords);
  options.answers = reader.Integer("answers", 1, kMostWords);
  return options;
}

PlannedNetwork ReadFilm(const ObjectReader& reader) {
  const auto options = ReadFilmOptions(reader);
  PlannedNetwork planned;
  planned.trunk = {options.trunk, "trunk."};
  planned.least_weights = LeastWeightsOf(options);
  planned.vocabulary_size = options.vocabulary_size;
  planned.labels = options.answers;
  planned.make = [options](const std::string& config_path) {
    auto network = std::make_shared<Film>(options);
    CheckFeatureMapSize(network->trunk(), "feature_channels", options.feature_channels, config_path);
    return network;
  };
  return planned;
}

JsonValue WriteFilm(const Network& network) {
  const auto* film = dynamic_cast<const Film*>(&network);
  if (film == nullptr) return {};
  const auto& options = film->options();
  auto json = JsonUntil(kFilm, options.trunk, kFilmFeatureStage, options.feature_stage);
  json.Set("feature_channels", JsonValue::Integer(options.feature_channels))
      .Set("embedding_size", JsonValue::Integer(options.embedding_size))
      .Set("hidden_size", JsonValue::Integer(options.hidden_size))
      .Set("modules", JsonValue::Integer(options.modules))
      .Set("module_dim", JsonValue::Integer(options.module_dim))
      .Set("classifier_channels", JsonValue::Integer(options.classifier_channels));
  if (options.classifier_pooling != kMaxPooling) {
    json.Set("classifier_pooling", JsonValue::Text(options.classifier_pooling));
  }
  return json.Set("classifier_hidden", JsonValue::Integer(options.classifier_hidden))
      .Set("vocabulary_size", JsonValue::Integer(options.vocabulary_size))
      .Set("answers", JsonValue::Integer(options.answers));
}

}  // namespace

Format1Kind FilmKind() {
  return {kFilm, "answers from a list: the question scales and shifts a feature map's channels (Perez et al. 2018)",
          Task::kVqa, ReadFilm, WriteFilm};
}

}  // namespace wherefore
