#include "models/format1/sections.h"

#include "explain/error.h"
#include "models/convolutional/feature_map.h"
#include "models/convolutional/image_feature.h"
#include "models/recurrent/attending_captioner.h"

namespace wherefore {
namespace {

constexpr const char* kAnnotationStage = "annotation_stage";
constexpr const char* kTensorflowSame = "tf_same";
constexpr const char* kSymmetric = "symmetric";

}  // namespace

TrunkOptions ReadTrunk(const ObjectReader& reader, bool composed) {
  std::vector<std::string> keys = {"type", "padding", "transform_input"};
  if (!composed) keys.emplace_back("classes");
  reader.AllowOnly(keys);
  TrunkOptions trunk;
  trunk.type = reader.Choice("type", TrunkTypes());
  if (reader.Has("padding")) {
    const bool same = reader.Choice("padding", {kTensorflowSame, kSymmetric}) == kTensorflowSame;
    trunk.padding = same ? Padding::kTensorflowSame : Padding::kSymmetric;
    if (same && trunk.type != "mobilenet_v2") reader.Refuse("padding", "\"symmetric\" for " + Quoted(trunk.type));
  }
  if (reader.Has("transform_input")) {
    trunk.transform_input = reader.Boolean("transform_input");
    if (trunk.transform_input && trunk.type != "googlenet") {
      reader.Refuse("transform_input", "false for " + Quoted(trunk.type));
    }
  }
  if (!composed) trunk.classes = reader.Integer("classes", 1, kMostWords);
  return trunk;
}

JsonValue TrunkJson(const TrunkOptions& trunk, bool composed) {
  JsonValue json;
  json.Set("type", JsonValue::Text(trunk.type));
  if (trunk.padding == Padding::kTensorflowSame) json.Set("padding", JsonValue::Text(kTensorflowSame));
  if (trunk.transform_input) json.Set("transform_input", JsonValue::Boolean(true));
  if (!composed) json.Set("classes", JsonValue::Integer(trunk.classes));
  return json;
}

TrunkOptions ReadTrunkUntil(const ObjectReader& reader, const std::string& key, std::string* stage) {
  auto trunk = ReadTrunk(reader.Object("trunk"), true);
  *stage = reader.Has(key) ? reader.Text(key) : "";
  trunk.until = BuiltUntilStage(*stage);
  return trunk;
}

JsonValue JsonUntil(const char* type, const TrunkOptions& trunk, const std::string& key, const std::string& stage) {
  JsonValue json;
  json.Set("type", JsonValue::Text(type)).Set("trunk", TrunkJson(trunk, true));
  if (!stage.empty()) json.Set(key, JsonValue::Text(stage));
  return json;
}

TrunkOptions ReadTrunkWithVector(const ObjectReader& reader, std::string* image_feature, int64_t* image_feature_size) {
  auto trunk = ReadTrunk(reader.Object("trunk"), true);
  *image_feature = reader.Text("image_feature");
  // What lies behind is not built, and has no weights in the file.
  trunk.until = *image_feature == kAveragePool ? kFeatureMap : *image_feature;
  *image_feature_size = reader.Integer("image_feature_size", 1, kMostUnits);
  return trunk;
}

JsonValue JsonWithVector(const char* type, const TrunkOptions& trunk, const std::string& image_feature,
                         int64_t image_feature_size) {
  JsonValue json;
  json.Set("type", JsonValue::Text(type))
      .Set("trunk", TrunkJson(trunk, true))
      .Set("image_feature", JsonValue::Text(image_feature))
      .Set("image_feature_size", JsonValue::Integer(image_feature_size));
  return json;
}

void ReadAttending(const ObjectReader& reader, AttendingOptions* options) {
  reader.AllowOnly({"type", "trunk", kAnnotationStage, "annotation_channels", "attention_size", "embedding_size",
                    "hidden_size", "use_box", "non_local_size", "vocabulary_size"});
  options->trunk = ReadTrunkUntil(reader, kAnnotationStage, &options->annotation_stage);
  options->annotation_channels = reader.Integer("annotation_channels", 1, kMostUnits);
  options->attention_size = reader.Integer("attention_size", 1, kMostUnits);
  options->embedding_size = reader.Integer("embedding_size", 1, kMostUnits);
  options->hidden_size = reader.Integer("hidden_size", 1, kMostUnits);
  if (reader.Has("use_box")) options->use_box = reader.Boolean("use_box");
  if (reader.Has("non_local_size")) options->non_local_size = reader.Integer("non_local_size", 1, kMostUnits);
  options->vocabulary_size = reader.Integer("vocabulary_size", 1, kMostWords);
}

JsonValue AttendingJson(const char* type, const AttendingOptions& options) {
  auto json = JsonUntil(type, options.trunk, kAnnotationStage, options.annotation_stage);
  json.Set("annotation_channels", JsonValue::Integer(options.annotation_channels))
      .Set("attention_size", JsonValue::Integer(options.attention_size))
      .Set("embedding_size", JsonValue::Integer(options.embedding_size))
      .Set("hidden_size", JsonValue::Integer(options.hidden_size));
  if (options.use_box) json.Set("use_box", JsonValue::Boolean(true));
  if (options.non_local_size > 0) json.Set("non_local_size", JsonValue::Integer(options.non_local_size));
  return json.Set("vocabulary_size", JsonValue::Integer(options.vocabulary_size));
}

int64_t LeastWeightsOf(const AttendingOptions& options) {
  return LeastWeightsOfLstm(options.vocabulary_size, options.embedding_size, options.hidden_size, 1);
}

int64_t LeastWeightsOfLstm(int64_t vocabulary_size, int64_t embedding_size, int64_t hidden_size, int64_t layers) {
  const int64_t inputs = embedding_size + hidden_size + 2 * (layers - 1) * hidden_size;
  return vocabulary_size * embedding_size + 4 * hidden_size * inputs;
}

void CheckImageFeature(const Trunk& trunk, const std::string& feature, int64_t size, const std::string& config_path) {
  const std::string& type = trunk.options().type;
  if (feature == kAveragePool && trunk.feature_channels() != size) {
    ThrowBadFile(config_path + ": key 'network.image_feature_size' is " + std::to_string(size) + ", but must be " +
                 std::to_string(trunk.feature_channels()) + ", the number of channels of " + type);
  }
  if (feature != kAveragePool && (trunk.feature_stage().empty() || trunk.feature_stage() == feature)) {
    ThrowBadFile(config_path + ": key 'network.image_feature' is \"" + feature + "\", a feature map of " + type +
                 ", but must be a vector: \"" + kAveragePool + "\", or a stage such as \"classifier.4\" of vgg16");
  }
}

void CheckFeatureMapSize(const Trunk& trunk, const std::string& key, int64_t channels, const std::string& config_path) {
  if (trunk.feature_stage().empty() || trunk.feature_channels() == channels) return;
  ThrowBadFile(config_path + ": key 'network." + key + "' is " + std::to_string(channels) + ", but must be " +
               std::to_string(trunk.feature_channels()) + ", the number of channels of stage '" +
               trunk.feature_stage() + "' of " + trunk.options().type);
}

}  // namespace wherefore
