#include "neurons/concepts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "explain/error.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

LayerConcepts Example() {
  LayerConcepts layer;
  layer.layer = "layer4";
  layer.channels = 6;
  layer.data_set = "500 scenes of seed 1, \"é\"";
  layer.images = 500;
  layer.definition = "2017";
  layer.chance_iou = 0.1 / 3;
  layer.fingerprint = "0123abcd";
  layer.named = {{0, "red", "color", 0.04, 1.5},
                 {2, "red", "color", 0.2, -1e-30},
                 {3, "ring", "shape", 0.039, 7},
                 {5, "heart", "shape", 1, 0}};
  return layer;
}

/// The error text where the example's JSON text is changed so.
std::string Refused(const std::function<void(nlohmann::json&)>& change) {
  auto document = nlohmann::json::parse(FormatConcepts(Example()));
  change(document);
  const auto text = ErrorText(ErrorKind::kBadFile, [&] { ParseConcepts(document.dump(), "models/x/concepts.json"); });
  EXPECT_THAT(text, HasSubstr("models/x/concepts.json: "));
  return text;
}

TEST(ConceptsTest, ReadsWhatItWrites) {
  const auto layer = Example();
  const auto text = FormatConcepts(layer);
  EXPECT_EQ(nlohmann::json::parse(text)["format"], 1);
  const auto read = ParseConcepts(text, "concepts.json");
  EXPECT_EQ(FormatConcepts(read), text);
  EXPECT_EQ(read.layer, layer.layer);
  EXPECT_EQ(read.channels, layer.channels);
  EXPECT_EQ(read.data_set, layer.data_set);
  EXPECT_EQ(read.images, layer.images);
  EXPECT_EQ(read.definition, layer.definition);
  EXPECT_EQ(read.least_iou, layer.least_iou);
  EXPECT_EQ(read.chance_iou, layer.chance_iou);
  EXPECT_EQ(read.fingerprint, layer.fingerprint);
  ASSERT_EQ(read.named.size(), layer.named.size());
  for (std::size_t i = 0; i < read.named.size(); ++i) {
    EXPECT_EQ(read.named[i].channel, layer.named[i].channel);
    EXPECT_EQ(read.named[i].name, layer.named[i].name);
    EXPECT_EQ(read.named[i].category, layer.named[i].category);
    EXPECT_EQ(read.named[i].iou, layer.named[i].iou);
    EXPECT_EQ(read.named[i].threshold, layer.named[i].threshold);
  }
}

/// The example, with formulas of two and three concepts.
LayerConcepts Compound() {
  auto layer = Example();
  layer.named[0].formula = {{FormulaOperator::kAnd, "red", "color"}, {FormulaOperator::kAndNot, "large", "size"}};
  layer.named[2].formula = {{FormulaOperator::kAnd, "ring", "shape"},
                            {FormulaOperator::kOr, "heart", "shape"},
                            {FormulaOperator::kAnd, "red", ""}};
  for (const std::size_t i : {0, 2}) {
    layer.named[i].name = FormulaText(layer.named[i].formula);
    layer.named[i].category = kCompound;
  }
  return layer;
}

TEST(ConceptsTest, ReadsFormulas) {
  const auto text = FormatConcepts(Compound());
  const auto document = nlohmann::json::parse(text);
  EXPECT_EQ(document["named"][0]["name"], "red and not large");
  EXPECT_EQ(document["named"][2]["name"], "(ring or heart) and red");
  EXPECT_EQ(document["named"][0]["formula"][1],
            (nlohmann::json{{"operator", "and not"}, {"concept", "large"}, {"category", "size"}}));
  EXPECT_FALSE(document["named"][0]["formula"][0].contains("operator"));
  EXPECT_FALSE(document["named"][1].contains("formula"));
  const auto read = ParseConcepts(text, "f");
  EXPECT_EQ(FormatConcepts(read), text);
  ASSERT_EQ(read.named[2].formula.size(), 3U);
  EXPECT_EQ(read.named[2].formula[1].combined, FormulaOperator::kOr);
  EXPECT_EQ(read.named[2].formula[1].name, "heart");
  EXPECT_EQ(FormulaText(read.named[2].formula), read.named[2].name);
  EXPECT_TRUE(read.named[1].formula.empty());
}

TEST(ConceptsTest, SaysNothingNewWhereThereIsNothingNew) {
  const auto document = nlohmann::json::parse(FormatConcepts(Example()));
  EXPECT_FALSE(document.contains("measure"));
  EXPECT_EQ(document["named"][0].size(), 5U);
}

TEST(ConceptsTest, ReadsOtherMeasuresThanIou) {
  auto layer = Example();
  layer.definition = "clip-dissect";
  layer.measure = "SoftWPMI";
  layer.least_iou = -2;
  layer.chance_iou = 1.5;
  layer.named[0].iou = 4.2;
  const auto read = ParseConcepts(FormatConcepts(layer), "f");
  EXPECT_EQ(read.measure, "SoftWPMI");
  EXPECT_EQ(read.least_iou, -2);
  EXPECT_EQ(read.chance_iou, 1.5);
  EXPECT_EQ(read.named[0].iou, 4.2);
}

TEST(ConceptsTest, KnowsTheDefinitionOf2020WithFormulasToo) {
  auto layer = Example();
  layer.definition = "2020, formulas of up to 3 concepts";
  EXPECT_FALSE(IsDetector(layer, layer.named[0]));
  layer.definition = "2017, formulas of up to 3 concepts";
  EXPECT_TRUE(IsDetector(layer, layer.named[0]));
}

TEST(ConceptsTest, RefusesDamagedFormulas) {
  const auto refused = [](const std::function<void(nlohmann::json&)>& change) {
    auto document = nlohmann::json::parse(FormatConcepts(Compound()));
    change(document["named"][2]["formula"]);
    return ErrorText(ErrorKind::kBadFile, [&] { ParseConcepts(document.dump(), "f.json"); });
  };
  EXPECT_THAT(refused([](auto& formula) { formula = "ring"; }),
              HasSubstr("f.json: key 'named[2].formula' is \"ring\", but must be an array of two"));
  EXPECT_THAT(refused([](auto& formula) { formula.erase(2), formula.erase(1); }), HasSubstr("an array of 1"));
  EXPECT_THAT(refused([](auto& formula) { formula[1]["operator"] = "xor"; }),
              HasSubstr("'named[2].formula[1].operator' is \"xor\", but must be \"and\", \"or\" or \"and not\""));
  EXPECT_THAT(refused([](auto& formula) { formula[1].erase("operator"); }),
              HasSubstr("formula[1].operator' is missing"));
  EXPECT_THAT(refused([](auto& formula) { formula[0]["operator"] = "or"; }), HasSubstr("unknown key"));
  EXPECT_THAT(refused([](auto& formula) { formula[2]["concept"] = ""; }), HasSubstr("not empty"));
  EXPECT_THAT(refused([](auto& formula) { formula[2] = 1; }), HasSubstr("formula[2]' is 1, but must be an object"));
}

TEST(ConceptsTest, ReadsLayersWithoutNames) {
  auto layer = Example();
  layer.named.clear();
  EXPECT_TRUE(ParseConcepts(FormatConcepts(layer), "f").named.empty());
}

TEST(ConceptsTest, CountsUniqueDetectors) {
  auto layer = Example();
  using Counts = std::map<std::string, int64_t>;
  EXPECT_EQ(UniqueDetectors(layer), (Counts{{"color", 1}, {"shape", 1}}));
  EXPECT_TRUE(IsDetector(layer, layer.named[0]));
  layer.definition = "2020";
  EXPECT_FALSE(IsDetector(layer, layer.named[0]));
  layer.least_iou = 0.03;
  EXPECT_EQ(UniqueDetectors(layer), (Counts{{"color", 1}, {"shape", 2}}));
  layer.named.clear();
  EXPECT_TRUE(UniqueDetectors(layer).empty());
}

TEST(ConceptsTest, RefusesDamagedFiles) {
  EXPECT_THAT(Refused([](auto& json) { json["format"] = 2; }), HasSubstr("key 'format' is 2, but must be 1"));
  EXPECT_THAT(Refused([](auto& json) { json.erase("layer"); }), HasSubstr("key 'layer' is missing"));
  EXPECT_THAT(Refused([](auto& json) { json["layers"] = 1; }), HasSubstr("unknown key 'layers'; did you mean 'layer'"));
  EXPECT_THAT(Refused([](auto& json) { json["layer"] = ""; }), HasSubstr("not empty"));
  EXPECT_THAT(Refused([](auto& json) { json["channels"] = 2.5; }), HasSubstr("key 'channels' is 2.5, but must be an"));
  EXPECT_THAT(Refused([](auto& json) { json["channels"] = UINT64_MAX; }), HasSubstr("channels"));
  EXPECT_THAT(Refused([](auto& json) { json["images"] = 0; }), HasSubstr("key 'images' is 0"));
  EXPECT_THAT(Refused([](auto& json) { json["least_iou"] = "x"; }), HasSubstr("key 'least_iou' is \"x\""));
  EXPECT_THAT(Refused([](auto& json) { json["chance_iou"] = 1.5; }), HasSubstr("a number from 0 to 1"));
  EXPECT_THAT(Refused([](auto& json) { json["named"] = 3; }), HasSubstr("key 'named' is 3, but must be an array"));
  EXPECT_THAT(Refused([](auto& json) { json["named"][1] = 3; }), HasSubstr("key 'named[1]' is 3"));
  EXPECT_THAT(Refused([](auto& json) { json["named"][1]["channel"] = 6; }),
              HasSubstr("key 'named[1].channel' is 6, but must be an integer from 0 to 5"));
  EXPECT_THAT(Refused([](auto& json) { json["named"][1]["channel"] = 0; }), HasSubstr("more than 0"));
  EXPECT_THAT(Refused([](auto& json) { json["named"][1]["name"] = nullptr; }), HasSubstr("'named[1].name' is null"));
  EXPECT_THAT(Refused([](auto& json) { json["named"][3]["iou"] = -0.1; }), HasSubstr("named[3].iou"));
  EXPECT_THAT(Refused([](auto& json) { json["named"][3]["threshold"] = nullptr; }), HasSubstr("named[3].threshold"));
}

TEST(ConceptsTest, RefusesWhatIsNoJson) {
  const auto text = [](const std::string& json) {
    return ErrorText(ErrorKind::kBadFile, [&] { ParseConcepts(json, "f.json"); });
  };
  EXPECT_THAT(text(""), HasSubstr("f.json: not valid JSON: "));
  EXPECT_THAT(text("{\"format\": 1"), HasSubstr("not valid JSON"));
  EXPECT_THAT(text("[1]"), HasSubstr("the document is an array of 1"));
  EXPECT_THAT(text("{\"format\": 1, \"format\": 1}"), HasSubstr("key \"format\" appears twice"));
  EXPECT_THAT(text(std::string(100'000, '[')), HasSubstr("not valid JSON"));
  EXPECT_THAT(text("{\"format\": 1, \"layer\": \"\xff\"}"), HasSubstr("not valid JSON"));
  EXPECT_THAT(text("1e999"), HasSubstr("not valid JSON"));
}

TEST(ConceptsTest, RefusesToWriteWhatIsNotUtf8) {
  auto layer = Example();
  layer.named[0].name = "\xff";
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { FormatConcepts(layer); }), HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace wherefore
