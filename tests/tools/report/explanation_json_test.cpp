#include "tools/report/explanation_json.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tasks/explain.h"
#include "tasks/name_channels.h"
#include "tests/support/json_numbers.h"
#include "tests/support/json_schema.h"
#include "tests/support/small_models.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Json = nlohmann::json;

const Json& Schema() {
  static const Json schema = ReadJson(WHEREFORE_SOURCE_DIR "/tools/report/explanation.schema.json");
  return schema;
}

Json JsonOf(const Explanation& explanation) {
  ExplainedPhotograph explained;
  explained.photograph.path = "Bäume.jpg";
  explained.photograph.pixels = at::zeros({30, 40, 3}, at::kByte);
  explained.explanation = explanation;
  return Json::parse(ExplanationJson(explained));
}

Request Asking(const std::string& question) {
  Request request;
  request.question = question;
  return request;
}

Request Saying(const std::string& text) {
  Request request;
  request.text = text;
  return request;
}

Explanation OwnCaption() {
  auto model = SmallCaptioner();
  model.network->named_parameters()["output.bias"][5] += 30;  // "dog", to the greatest length
  return Explain(model, SmallImage());
}

/// Of answers, with every figure of the channels' names.
Explanation NamedAnswers() {
  auto request = Asking("a dogs runs");
  request.ablate_channels = true;
  auto explanation = Explain(SmallFilmModel(), SmallImage(), request);
  LayerConcepts names;
  names.layer = kSmallStage;
  names.channels = kSmallStageChannels;
  for (int64_t channel = 0; channel < names.channels; ++channel) {
    names.named.push_back({channel, channel % 2 == 0 ? "even" : "odd", "number", 0.2, 0});
  }
  NameChannels(&explanation, names);
  return explanation;
}

/// An explanation of each kind that programs write.
std::vector<std::pair<std::string, Json>> EveryKind() {
  auto contrast = Asking("a dog");
  contrast.labels = {"no"};
  contrast.versus = "yes";
  auto several = Request();
  several.top = 3;
  auto pixels = Request();
  pixels.method = "gradient";
  auto phrase = Saying("a  zebra runs");
  phrase.phrases = {"zebra runs"};
  return {{"classes", JsonOf(Explain(SmallClassifier(), SmallImage(), several))},
          {"pixels", JsonOf(Explain(SmallClassifier(), SmallImage(), pixels))},
          {"answers", JsonOf(Explain(SmallVqaModel(), SmallImage(), Asking("a dogs runs")))},
          {"contrast", JsonOf(Explain(SmallVqaModel(), SmallImage(), contrast))},
          {"names", JsonOf(NamedAnswers())},
          {"given", JsonOf(Explain(SmallCaptioner(), SmallImage(), phrase))},
          {"own", JsonOf(OwnCaption())}};
}

TEST(ExplanationJsonTest, IsAsItsSchemaSays) {
  for (const auto& [kind, json] : EveryKind()) {
    EXPECT_THAT(SchemaProblems(json, Schema()), IsEmpty()) << kind;
    EXPECT_EQ(json["schema"], kExplanationSchema) << kind;
    EXPECT_EQ(json["targets"].size(), json["maps"]["shape"][0]) << kind;
  }
  EXPECT_EQ(Schema()["properties"]["schema"]["const"], kExplanationSchema);
}

TEST(ExplanationJsonTest, HasWhatBelongsToItsKindAlone) {
  for (const auto& [kind, json] : EveryKind()) {
    const bool writes = kind == "given" || kind == "own";
    EXPECT_EQ(json.contains("written"), writes) << kind;
    EXPECT_EQ(json.contains("predictions"), !writes) << kind;
    EXPECT_EQ(json.contains("question"), kind == "answers" || kind == "contrast" || kind == "names") << kind;
    EXPECT_EQ(json["targets"][0].contains("index"), !writes) << kind;
    EXPECT_EQ(json["targets"][0].contains("first_word"), writes) << kind;
    EXPECT_EQ(json["targets"][0].contains("word_importance"), json.contains("question")) << kind;
  }
}

void ExpectWordsInText(const Json& text) {
  const auto whole = text["text"].get<std::string>();
  for (const auto& word : text["words"]) {
    const auto begin = word["begin"].get<std::size_t>();
    EXPECT_EQ(whole.substr(begin, word["end"].get<std::size_t>() - begin), word["text"]);
  }
}

TEST(ExplanationJsonTest, SaysWhereWordsAndPhrasesStand) {
  const auto json = JsonOf(Explain(SmallCaptioner(), SmallImage(), [] {
    auto request = Saying("a  Bär dogs");
    request.phrases = {"Bär dogs"};
    return request;
  }()));
  const auto& written = json["written"];
  EXPECT_EQ(written["text"], "a  Bär dogs");
  ExpectWordsInText(written);
  const auto& dogs = written["words"][2];
  EXPECT_EQ(dogs["begin"], 8) << "the letter ä has two bytes";
  EXPECT_EQ(dogs["end"], 12);
  EXPECT_EQ(dogs["pieces"].size(), 2U);
  const auto& phrase = json["targets"][3];
  EXPECT_EQ(phrase["kind"], "phrase");
  EXPECT_EQ(phrase["text"], "Bär dogs");
  EXPECT_EQ(phrase["begin"], 3);
  EXPECT_EQ(phrase["end"], 12);
  EXPECT_EQ(phrase["first_word"], 1);
  EXPECT_EQ(phrase["word_count"], 2);
  EXPECT_EQ(json["targets"][4]["kind"], "text");
  EXPECT_NEAR(dogs["log_probability"], json["targets"][2]["score"], 1e-5);
  ExpectWordsInText(JsonOf(Explain(SmallVqaModel(), SmallImage(), Asking("a  dog")))["question"]);
}

TEST(ExplanationJsonTest, HasNoProbabilityOfALabelThatIsTheOnlyOne) {
  auto explanation = Explain(SmallClassifier(), SmallImage());
  explanation.said = std::vector<Prediction>{{0, "a cat", 3.5, std::nullopt}};
  explanation.targets[0].about = LabelTarget{0, "a cat", std::nullopt};
  const auto json = JsonOf(explanation);
  EXPECT_THAT(SchemaProblems(json, Schema()), IsEmpty());
  EXPECT_FALSE(json["predictions"][0].contains("probability"));
  EXPECT_FALSE(json["targets"][0].contains("probability"));
}

TEST(ExplanationJsonTest, HasNoEndWhereTheTextWasCut) {
  EXPECT_TRUE(JsonOf(OwnCaption())["written"]["end_log_probability"].is_null());
  EXPECT_TRUE(
      JsonOf(Explain(SmallCaptioner(), SmallImage(), Saying("a dog")))["written"]["end_log_probability"].is_number());
}

/// What the schema says of the document after a change.
template <class Change>
std::vector<std::string> AfterChange(Json json, const Change& change) {
  change(json);
  return SchemaProblems(json, Schema());
}

TEST(ExplanationJsonTest, SchemaRefusesWhatIsOfAnotherKind) {
  const auto answers = JsonOf(Explain(SmallVqaModel(), SmallImage(), Asking("a dog")));
  const auto caption = JsonOf(Explain(SmallCaptioner(), SmallImage(), Saying("a dog")));
  EXPECT_THAT(AfterChange(answers, [](Json& json) { json["schema"] = 1; }), ElementsAre("/schema is not the constant"));
  EXPECT_THAT(AfterChange(answers, [](Json& json) { json.erase("predictions"); }), ElementsAre(" lacks predictions"));
  EXPECT_THAT(AfterChange(caption, [](Json& json) { json["more"] = 1; }), ElementsAre("/more is not known"));
  EXPECT_THAT(AfterChange(caption, [](Json& json) { json["targets"][0]["index"] = 1; }),
              ElementsAre("/targets/0/index is not known"));
  EXPECT_THAT(AfterChange(caption, [](Json& json) { json["targets"][1].erase("begin"); }),
              ElementsAre("/targets/1 lacks begin"));
  EXPECT_THAT(AfterChange(caption, [](Json& json) { json["written"]["words"][0]["begin"] = -1; }),
              ElementsAre("/written/words/0/begin is too low"));
  EXPECT_THAT(AfterChange(answers, [&](Json& json) { json["written"] = caption["written"]; }),
              ElementsAre("/written must not be there"));
  EXPECT_THAT(AfterChange(answers, [&](Json& json) { json["targets"] = caption["targets"]; }), testing::Not(IsEmpty()));
  EXPECT_THAT(AfterChange(answers, [](Json& json) { json["targets"][0]["probability"] = 1.5; }),
              ElementsAre("/targets/0/probability is too high"));
  EXPECT_THAT(AfterChange(answers, [](Json& json) { json["maps"]["shape"].push_back(1); }),
              ElementsAre("/maps/shape is too long"));
  EXPECT_THAT(AfterChange(answers, [](Json& json) { json["warnings"] = "none"; }),
              ElementsAre("/warnings is no array"));
}

TEST(JsonSchemaTest, RefusesKeywordsThatItDoesNotKnow) {
  const auto refusal = [](const char* schema) -> std::string {
    try {
      SchemaProblems(Json::object(), Json::parse(schema));
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal(R"({"properties": {"a": {"pattern": "x"}}})"), "unknown keyword 'pattern'");
  EXPECT_EQ(refusal(R"({"$defs": {"a": {"oneOf": [{"not": false}]}}})"), "unknown keyword 'not'");
  EXPECT_EQ(refusal(R"({"items": {"format": "date"}})"), "unknown keyword 'format'");
  EXPECT_EQ(refusal(R"({"additionalProperties": {"type": "string"}})"), "additionalProperties is a schema");
  EXPECT_EQ(refusal(R"({"$ref": "#/$defs/none"})"), "no '#/$defs/none'");
  EXPECT_EQ(refusal(R"({"type": "object"})"), "");
}

TEST(JsonSchemaTest, WantsExactlyOneAlternative) {
  const auto schema = Json::parse(R"({"oneOf": [{"type": "integer"}, {"type": "number"}]})");
  EXPECT_THAT(SchemaProblems(1.5, schema), IsEmpty());
  EXPECT_THAT(SchemaProblems(1, schema), ElementsAre(" is of several alternatives"));
  EXPECT_THAT(SchemaProblems("1", schema), ElementsAre(" is no integer"));
}

}  // namespace
}  // namespace wherefore
