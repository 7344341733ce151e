#include "models/format1/format1.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "models/format1/kinds.h"
#include "models/recurrent/aoa_net.h"
#include "models/recurrent/film.h"
#include "models/recurrent/lstm_q_norm_i.h"
#include "models/recurrent/show_and_tell.h"
#include "models/recurrent/show_attend_and_tell.h"
#include "models/recurrent/up_down.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

json ImageJson() {
  return {{"width", 224},     {"height", 192},          {"resize", "stretch"},
          {"filter", "area"}, {"mean", {0.5, 0.25, 0}}, {"std", {0.5, 0.25, 1}}};
}

json ClassifierJson() {
  return {{"format", 1},
          {"name", "small"},
          {"task", "classification"},
          {"network", {{"type", "mobilenet_v2"}, {"padding", "tf_same"}, {"classes", 7}}},
          {"weights", "model.safetensors"},
          {"image", ImageJson()},
          {"labels", "labels.txt"},
          {"layer", "features.18"}};
}

json CaptionerJson() {
  return {{"format", 1},
          {"name", "small"},
          {"task", "caption"},
          {"network",
           {{"type", "show-and-tell"},
            {"trunk", {{"type", "mobilenet_v2"}}},
            {"image_feature", "average_pool"},
            {"image_feature_size", 1280},
            {"embedding_size", 12},
            {"hidden_size", 13},
            {"layers", 2},
            {"vocabulary_size", 40}}},
          {"weights", "w/model.safetensors"},
          {"image", ImageJson()},
          {"text",
           {{"type", "sentencepiece"},
            {"file", "tokenizer.model"},
            {"lowercase", false},
            {"begin", 1},
            {"end", 39},
            {"max_length", 20}}},
          {"layer", "features.18"}};
}

json VqaJson() {
  json config = CaptionerJson();
  config["task"] = "vqa";
  config["network"]["type"] = "lstm-q-norm-i";
  config["network"]["fusion_size"] = 14;
  config["network"]["answers"] = 5;
  config["text"].erase("begin");
  config["text"].erase("end");
  config["answers"] = "answers.txt";
  return config;
}

json AttendingJson() {
  json config = CaptionerJson();
  config["network"] = {{"type", "show-attend-and-tell"},
                       {"trunk", {{"type", "resnet50"}}},
                       {"annotation_stage", "layer3"},
                       {"annotation_channels", 1024},
                       {"attention_size", 11},
                       {"embedding_size", 12},
                       {"hidden_size", 13},
                       {"vocabulary_size", 40}};
  return config;
}

json FilmJson() {
  json config = VqaJson();
  config["network"] = {{"type", "film"},
                       {"trunk", {{"type", "resnet50"}}},
                       {"feature_stage", "layer2"},
                       {"feature_channels", 512},
                       {"embedding_size", 12},
                       {"hidden_size", 13},
                       {"modules", 3},
                       {"module_dim", 14},
                       {"classifier_channels", 15},
                       {"classifier_hidden", 16},
                       {"vocabulary_size", 40},
                       {"answers", 5}};
  return config;
}

/// The kind that a configuration names; that of classifiers where it names none.
Format1Kind KindOf(const JsonValue& document) {
  const auto* network = document.Find("network");
  const auto* type = network == nullptr ? nullptr : network->Find("type");
  for (const auto& kind :
       {ShowAndTellKind(), ShowAttendAndTellKind(), UpDownKind(), AoaNetKind(), LstmQNormIKind(), FilmKind()}) {
    if (type != nullptr && type->string == kind.type) return kind;
  }
  return ClassifierKind();
}

/// Reads a configuration as LoadModel() does.
Format1Config Parse(const std::string& text) {
  const ModelFiles files = {"d", ParseJson(text.data(), text.size(), "d/config.json")};
  CheckFormat1Type(files, Families());
  return ReadFormat1(files.config, "d/config.json", KindOf(files.config));
}
Format1Config Parse(const json& config) { return Parse(config.dump()); }

/// The options of the network that a configuration describes.
template <class NetworkType>
auto OptionsIn(const json& config) {
  return dynamic_cast<const NetworkType&>(*Parse(config).network.make("d/config.json")).options();
}

/// What is written of a configuration that was read.
json WrittenAgain(const json& config) {
  const auto parsed = Parse(config);
  const auto text = config.dump();
  const auto kind = KindOf(ParseJson(text.data(), text.size(), "d/config.json"));
  return json::parse(FormatJson(Format1Json(parsed, kind, kind.write(*parsed.network.make("d/config.json")))));
}

std::string Refusal(const json& config) {
  return ErrorText(ErrorKind::kBadFile, [&] { Parse(config); });
}

/// The error where the value at this place is another one.
std::string RefusalOf(json config, const std::string& pointer, const json& value) {
  config[json::json_pointer(pointer)] = value;
  return Refusal(config);
}

/// The error where there is no value at this place.
std::string RefusalWithout(json config, const std::string& parent, const std::string& key) {
  config[json::json_pointer(parent)].erase(key);
  return Refusal(config);
}

TEST(ConfigTest, ReadsAClassifier) {
  const auto config = Parse(ClassifierJson());
  EXPECT_EQ(config.info.name, "small");
  EXPECT_THAT(config.info.tasks, ElementsAre(Task::kClassification));
  EXPECT_EQ(config.info.layer, "features.18");
  EXPECT_EQ(config.info.image.width, 224);
  EXPECT_EQ(config.info.image.height, 192);
  EXPECT_THAT(config.info.image.mean, ElementsAre(0.5, 0.25, 0));
  EXPECT_THAT(config.info.image.std, ElementsAre(0.5, 0.25, 1));
  EXPECT_EQ(config.weights, "model.safetensors");
  EXPECT_EQ(config.word_list, "labels.txt");
  const auto trunk = OptionsIn<Trunk>(ClassifierJson());
  EXPECT_EQ(trunk.type, "mobilenet_v2");
  EXPECT_EQ(trunk.padding, Padding::kTensorflowSame);
  EXPECT_EQ(trunk.classes, 7);
  EXPECT_EQ(trunk.until, "");
}

TEST(ConfigTest, ReadsTheDefaultMethod) {
  EXPECT_EQ(Parse(ClassifierJson()).info.method, "grad-cam");
  auto config = ClassifierJson();
  config["method"] = "layer-cam";
  EXPECT_EQ(Parse(config).info.method, "layer-cam");
}

TEST(ConfigTest, ReadsACaptioner) {
  const auto config = Parse(CaptionerJson());
  const auto network = OptionsIn<ShowAndTell>(CaptionerJson());
  EXPECT_EQ(network.trunk.padding, Padding::kSymmetric);
  EXPECT_EQ(network.image_feature_size, 1280);
  EXPECT_EQ(network.embedding_size, 12);
  EXPECT_EQ(network.hidden_size, 13);
  EXPECT_EQ(network.layers, 2);
  EXPECT_EQ(network.vocabulary_size, 40);
  EXPECT_FALSE(config.text.lowercase);
  EXPECT_THAT(config.decoding.begin, ElementsAre(1));
  EXPECT_THAT(config.decoding.ends, ElementsAre(39));
  EXPECT_EQ(config.decoding.max_length, 20);
  EXPECT_EQ(config.text.max_length, 20);
}

TEST(ConfigTest, ReadsAVqaModel) {
  const auto config = Parse(VqaJson());
  const auto network = OptionsIn<LstmQNormI>(VqaJson());
  EXPECT_EQ(network.fusion_size, 14);
  EXPECT_EQ(network.answers, 5);
  EXPECT_EQ(config.word_list, "answers.txt");
}

TEST(ConfigTest, ReadsAnAttendingCaptioner) {
  const auto network = OptionsIn<ShowAttendAndTell>(AttendingJson());
  EXPECT_EQ(network.trunk.until, "layer3");
  EXPECT_EQ(network.annotation_stage, "layer3");
  EXPECT_EQ(network.annotation_channels, 1024);
  EXPECT_EQ(network.attention_size, 11);
  EXPECT_EQ(network.embedding_size, 12);
  EXPECT_EQ(network.hidden_size, 13);
  EXPECT_EQ(network.vocabulary_size, 40);
}

TEST(ConfigTest, ReadsCaptionersThatKnowWhereEachPlaceIs) {
  auto config = AttendingJson();
  config["network"]["use_box"] = true;
  config["network"]["type"] = "up-down";
  EXPECT_TRUE(OptionsIn<UpDown>(config).use_box);
  EXPECT_EQ(WrittenAgain(config), config);
  config["network"]["type"] = "aoa-net";
  EXPECT_TRUE(OptionsIn<AoaNet>(config).use_box);
  EXPECT_EQ(WrittenAgain(config), config);
  EXPECT_FALSE(OptionsIn<ShowAttendAndTell>(AttendingJson()).use_box);
}

TEST(ConfigTest, ReadsCaptionersWithANonLocalBlock) {
  auto config = AttendingJson();
  EXPECT_EQ(OptionsIn<ShowAttendAndTell>(config).non_local_size, 0);
  config["network"]["non_local_size"] = 21;
  EXPECT_EQ(OptionsIn<ShowAttendAndTell>(config).non_local_size, 21);
  EXPECT_EQ(WrittenAgain(config), config);
  EXPECT_THAT(RefusalOf(config, "/network/non_local_size", 0), HasSubstr("non_local_size"));
}

TEST(ConfigTest, ReadsHowFilmPools) {
  auto config = FilmJson();
  EXPECT_EQ(OptionsIn<Film>(config).classifier_pooling, kMaxPooling);
  config["network"]["classifier_channels"] = 0;
  config["network"]["classifier_pooling"] = "average";
  EXPECT_EQ(OptionsIn<Film>(config).classifier_channels, 0);
  EXPECT_EQ(OptionsIn<Film>(config).classifier_pooling, kAveragePooling);
  EXPECT_EQ(WrittenAgain(config), config);
  EXPECT_THAT(RefusalOf(FilmJson(), "/network/classifier_pooling", "median"),
              HasSubstr("'network.classifier_pooling' is \"median\", but must be one of \"max\", \"average\""));
}

TEST(ConfigTest, ReadsFilm) {
  const auto network = OptionsIn<Film>(FilmJson());
  EXPECT_EQ(network.trunk.until, "layer2");
  EXPECT_EQ(network.feature_stage, "layer2");
  EXPECT_EQ(network.feature_channels, 512);
  EXPECT_EQ(network.embedding_size, 12);
  EXPECT_EQ(network.hidden_size, 13);
  EXPECT_EQ(network.modules, 3);
  EXPECT_EQ(network.module_dim, 14);
  EXPECT_EQ(network.classifier_channels, 15);
  EXPECT_EQ(network.classifier_hidden, 16);
  EXPECT_EQ(network.vocabulary_size, 40);
  EXPECT_EQ(network.answers, 5);
}

TEST(ConfigTest, TakesTheFeatureStageWhereNoneIsNamed) {
  auto attending = AttendingJson();
  attending["network"].erase("annotation_stage");
  attending["network"]["annotation_channels"] = 2048;
  EXPECT_EQ(OptionsIn<ShowAttendAndTell>(attending).trunk.until, kFeatureMap);
  EXPECT_EQ(WrittenAgain(attending), attending);
  auto film = FilmJson();
  film["network"].erase("feature_stage");
  film["network"]["feature_channels"] = 2048;
  EXPECT_EQ(OptionsIn<Film>(film).trunk.until, kFeatureMap);
  EXPECT_EQ(WrittenAgain(film), film);
}

TEST(ConfigTest, BuildsNoMoreOfTheTrunkThanTheFeatureNeeds) {
  auto config = CaptionerJson();
  EXPECT_EQ(OptionsIn<ShowAndTell>(config).trunk.until, kFeatureMap);
  config["network"]["trunk"]["type"] = "vgg11";
  config["network"]["image_feature"] = "classifier.4";
  config["network"]["image_feature_size"] = 4096;
  EXPECT_EQ(OptionsIn<ShowAndTell>(config).trunk.until, "classifier.4");
}

TEST(ConfigTest, WritesWhatItReads) {
  auto cropped = ClassifierJson();
  cropped["image"]["resize"] = "center_crop";
  cropped["image"]["shorter_side"] = 256;
  cropped["network"] = {{"type", "googlenet"}, {"transform_input", true}, {"classes", 3}};
  cropped["method"] = "hires-cam";
  for (const json& config : {ClassifierJson(), cropped, CaptionerJson(), VqaJson(), AttendingJson(), FilmJson()}) {
    EXPECT_EQ(WrittenAgain(config), config);
  }
}

TEST(ConfigTest, RefusesWhatIsNoJsonObject) {
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [] { Parse(std::string("{")); }),
              HasSubstr("d/config.json: not valid JSON: parse error at line 1, column 2"));
  EXPECT_EQ(Refusal(json::array()), "d/config.json: the document is an array of 0, but must be an object");
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [] { Parse(std::string(R"({"format":1,"format":1})")); }),
            R"(d/config.json: key "format" appears twice)");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [] { Parse(std::string(100, '[')); }), HasSubstr("nested deeper than 16"));
}

TEST(ConfigTest, RefusesAnotherFormat) {
  EXPECT_EQ(RefusalOf(ClassifierJson(), "/format", 2),
            "d/config.json: key 'format' is 2, but must be 1, the one that this version reads");
  EXPECT_EQ(RefusalOf(ClassifierJson(), "/format", "1"),
            "d/config.json: key 'format' is \"1\", but must be 1, the one that this version reads");
}

TEST(ConfigTest, NamesAnUnknownKeyAndTheNearest) {
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/lables", 1),
              HasSubstr("d/config.json: unknown key 'lables'; did you mean 'labels'"));
  EXPECT_EQ(RefusalOf(CaptionerJson(), "/network/trunk/pading", "tf_same"),
            "d/config.json: unknown key 'network.trunk.pading'; did you mean 'padding'?");
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/image/widht", 3), HasSubstr("unknown key 'image.widht'"));
  EXPECT_THAT(RefusalOf(VqaJson(), "/text/begin", 2), HasSubstr("unknown key 'text.begin'"));
  EXPECT_THAT(RefusalOf(CaptionerJson(), "/network/trunk/classes", 7),
              HasSubstr("unknown key 'network.trunk.classes'"));
  EXPECT_THAT(RefusalOf(CaptionerJson(), "/answers", "answers.txt"), HasSubstr("unknown key 'answers'"));
}

TEST(ConfigTest, NamesEveryKeyThatIsMissing) {
  for (const char* key : {"format", "name", "task", "network", "weights", "image", "labels", "layer"}) {
    EXPECT_EQ(RefusalWithout(ClassifierJson(), "", key), std::string("d/config.json: key '") + key + "' is missing");
  }
  for (const char* key : {"type", "trunk", "image_feature", "image_feature_size", "embedding_size", "hidden_size",
                          "layers", "vocabulary_size", "fusion_size", "answers"}) {
    EXPECT_EQ(RefusalWithout(VqaJson(), "/network", key),
              std::string("d/config.json: key 'network.") + key + "' is missing");
  }
  for (const auto& config : {AttendingJson(), FilmJson()}) {
    for (const auto& item : config["network"].items()) {
      if (item.key() == "annotation_stage" || item.key() == "feature_stage") continue;
      EXPECT_EQ(RefusalWithout(config, "/network", item.key()),
                "d/config.json: key 'network." + item.key() + "' is missing");
    }
  }
  for (const char* key : {"type", "file", "lowercase", "begin", "end", "max_length"}) {
    EXPECT_EQ(RefusalWithout(CaptionerJson(), "/text", key),
              std::string("d/config.json: key 'text.") + key + "' is missing");
  }
  for (const char* key : {"width", "height", "resize", "filter", "mean", "std"}) {
    EXPECT_EQ(RefusalWithout(VqaJson(), "/image", key),
              std::string("d/config.json: key 'image.") + key + "' is missing");
  }
  EXPECT_EQ(RefusalWithout(CaptionerJson(), "/network/trunk", "type"),
            "d/config.json: key 'network.trunk.type' is missing");
}

TEST(ConfigTest, PointsAtAMisspeltKeyBeforeTheMissingOne) {
  auto config = CaptionerJson();
  config["network"].erase("vocabulary_size");
  config["network"]["vocabulary_sise"] = 40;
  EXPECT_EQ(Refusal(config), "d/config.json: unknown key 'network.vocabulary_sise'; did you mean 'vocabulary_size'?");
}

TEST(ConfigTest, RefusesWrongTypes) {
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/network/type", 5),
              HasSubstr("d/config.json: key 'network.type' is 5, but must be one of \"alexnet\""));
  EXPECT_EQ(RefusalOf(ClassifierJson(), "/network", "mobilenet_v2"),
            "d/config.json: key 'network' is \"mobilenet_v2\", but must be an object");
  EXPECT_EQ(RefusalOf(ClassifierJson(), "/image/width", "wide"),
            "d/config.json: key 'image.width' is \"wide\", but must be an integer from 1 to 16384");
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/image/width", 224.0), HasSubstr("'image.width' is 224.0"));
  EXPECT_EQ(RefusalOf(CaptionerJson(), "/text/lowercase", 1),
            "d/config.json: key 'text.lowercase' is 1, but must be true or false");
  EXPECT_EQ(RefusalOf(ClassifierJson(), "/name", nullptr), "d/config.json: key 'name' is null, but must be a string");
  EXPECT_EQ(RefusalOf(ClassifierJson(), "/layer", ""),
            "d/config.json: key 'layer' is \"\", but must be a string that is not empty");
  EXPECT_EQ(RefusalOf(ClassifierJson(), "/image/mean", {0.5, 0.5}),
            "d/config.json: key 'image.mean' is an array of 2, but must be an array of 3 numbers from 0 to 1");
  EXPECT_EQ(RefusalOf(ClassifierJson(), "/image/mean/1", true),
            "d/config.json: key 'image.mean' holds true, but must be an array of 3 numbers from 0 to 1");
}

TEST(ConfigTest, RefusesValuesOutOfRange) {
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/image/std/2", 0), HasSubstr("'image.std' holds 0, but must be"));
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/image/mean/0", 123.7), HasSubstr("'image.mean' holds 123.7"));
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/network/classes", 0), HasSubstr("'network.classes' is 0, but must be"));
  EXPECT_THAT(RefusalOf(VqaJson(), "/network/hidden_size", -1), HasSubstr("'network.hidden_size' is -1"));
  EXPECT_THAT(RefusalOf(VqaJson(), "/network/layers", 1e300), HasSubstr("'network.layers' is 1e+300"));
  EXPECT_EQ(RefusalOf(CaptionerJson(), "/text/end", 40),
            "d/config.json: key 'text.end' is 40, but must be an integer from 0 to 39");
  EXPECT_THAT(RefusalOf(FilmJson(), "/network/modules", 17), HasSubstr("'network.modules' is 17"));
  EXPECT_THAT(RefusalOf(AttendingJson(), "/network/attention_size", 0), HasSubstr("'network.attention_size' is 0"));
  EXPECT_THAT(RefusalOf(CaptionerJson(), "/text/begin", -1), HasSubstr("'text.begin' is -1"));
  EXPECT_THAT(RefusalOf(CaptionerJson(), "/text/end", 1), HasSubstr("'text.end' is 1, but must be another id than"));
  EXPECT_THAT(RefusalOf(CaptionerJson(), "/text/max_length", 0), HasSubstr("'text.max_length' is 0"));
}

TEST(ConfigTest, OffersTheNearestOfTheKnownNames) {
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/network/type", "mobilenetv2"),
              AllOf(HasSubstr("but must be one of \"alexnet\""), HasSubstr("did you mean 'mobilenet_v2'")));
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/task", "captioning"), HasSubstr("did you mean 'caption'"));
  EXPECT_THAT(RefusalOf(VqaJson(), "/network/type", "show-and-tell"),
              HasSubstr("'network.type' is \"show-and-tell\", but must be one of \"lstm-q-norm-i\", \"film\""));
  EXPECT_THAT(RefusalOf(CaptionerJson(), "/network/type", "film"),
              HasSubstr("but must be one of \"show-and-tell\", \"show-attend-and-tell\", \"up-down\", \"aoa-net\""));
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/image/resize", "crop"), HasSubstr("\"stretch\", \"center_crop\""));
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/method", "gradcam"), HasSubstr("did you mean 'grad-cam'"));
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/image/filter", "cubic"), HasSubstr("\"area\", \"bilinear\""));
  EXPECT_THAT(RefusalOf(VqaJson(), "/text/type", "bpe"), HasSubstr("\"sentencepiece\", \"words\""));
}

TEST(ConfigTest, RefusesOptionsThatTheTrunkLacks) {
  EXPECT_THAT(RefusalOf(CaptionerJson(), "/network/trunk", {{"type", "resnet50"}, {"padding", "tf_same"}}),
              HasSubstr("'network.trunk.padding' is \"tf_same\", but must be \"symmetric\" for \"resnet50\""));
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/network/transform_input", true),
              HasSubstr("'network.transform_input' is true, but must be false for \"mobilenet_v2\""));
}

TEST(ConfigTest, CropsOnlyWhatTheResizedImageHolds) {
  auto config = ClassifierJson();
  config["image"]["shorter_side"] = 256;
  EXPECT_THAT(Refusal(config), HasSubstr("'image.shorter_side' is 256, but must be left out unless"));
  config["image"]["resize"] = "center_crop";
  EXPECT_EQ(Parse(config).info.image.shorter_side, 256);
  config["image"]["shorter_side"] = 223;
  EXPECT_THAT(Refusal(config), HasSubstr("must be an integer from 224 to 16384"));
  config["image"].erase("shorter_side");
  EXPECT_THAT(Refusal(config), HasSubstr("'image.shorter_side' is missing"));
}

TEST(ConfigTest, KeepsFileNamesInsideTheDirectory) {
  for (const char* name : {"/etc/passwd", "../model.safetensors", "a/../../b", "..", "a/", "."}) {
    EXPECT_THAT(RefusalOf(ClassifierJson(), "/weights", name),
                HasSubstr("must be the name of a file inside the directory"))
        << name;
  }
  EXPECT_THAT(RefusalOf(ClassifierJson(), "/labels", "../l"), HasSubstr("key 'labels'"));
  EXPECT_THAT(RefusalOf(VqaJson(), "/answers", "../l"), HasSubstr("key 'answers'"));
  EXPECT_THAT(RefusalOf(VqaJson(), "/text/file", "../l"), HasSubstr("key 'text.file'"));
  EXPECT_THAT(RefusalOf(VqaJson(), "/weights", std::string("a\0b", 3)), HasSubstr("inside the directory"));
}

}  // namespace
}  // namespace wherefore
