// Whole commands, by what they print and write.

#include "tools/programs/program.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <sstream>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <nlohmann/json.hpp>

#include "explain/methods/methods.h"
#include "models/families.h"
#include "models/files/files.h"
#include "models/files/fingerprint.h"
#include "neurons/concepts.h"
#include "neurons/sentence.h"
#include "tests/support/devices.h"
#include "tests/support/json_numbers.h"
#include "tests/support/numbers.h"
#include "tests/support/run_main.h"
#include "tests/support/shared_data.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/explanation_json.h"
#include "tools/report/npy.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Small models, and photographs of 90 x 60 pixels, made once.
class ProgramTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = std::make_unique<TemporaryDirectory>();
    SaveSmallModels(data_->path());
    const auto values = (at::arange(60 * 90 * 3, at::kDouble) * 0.011).sin().reshape({60, 90, 3});
    WritePicture(Photo(), (values * 127 + 128).to(at::kByte));
    WritePicture(Data("zwei Bäume.png"), (values * -127 + 128).to(at::kByte));
    WriteFileWhole(Data("notes.txt"), "Dear diary,");
  }
  static void TearDownTestSuite() { data_.reset(); }

  static std::string Data(const std::string& name) { return data_->PathOf(name); }
  static std::string Photo() { return Data("photo.png"); }

  static Outcome Caption(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--model", Data("caption")});
    return RunMain(RunExplainCaption, arguments);
  }
  static Outcome Vqa(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--model", Data("vqa")});
    return RunMain(RunExplainVqa, arguments);
  }
  static Outcome Image(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--model", Data("classification")});
    return RunMain(RunExplainImage, arguments);
  }

  std::string Out(const std::string& name = "") const { return out_.PathOf("out" + name); }
  nlohmann::json Explanation() const { return ReadJson(Out("/explanation.json")); }

  TemporaryDirectory out_;
  static std::unique_ptr<TemporaryDirectory> data_;
};

std::unique_ptr<TemporaryDirectory> ProgramTest::data_;

std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

TEST_F(ProgramTest, ExplainsByEveryMethodInEveryTask) {
  std::vector<std::string> options = {Photo(), "--json"};
  for (const auto& method : Methods()) options.insert(options.end(), {"--method", method.name});
  for (const char* option : {"rise-masks=5", "steps=3", "samples=2", "occlusion-patch=32", "occlusion-stride=32"}) {
    options.insert(options.end(), {"--method-option", option});
  }
  auto asked = options;
  asked.insert(asked.end(), {"--question", "a dog"});
  for (const auto& run : {Image(options), Caption(options), Vqa(asked)}) {
    ASSERT_EQ(run.code, 0) << run.err;
    const auto explanations = nlohmann::json::parse(run.out);
    ASSERT_EQ(explanations.size(), Methods().size());
    for (std::size_t i = 0; i < Methods().size(); ++i) {
      EXPECT_EQ(explanations[i]["method"], Methods()[i].name);
      EXPECT_EQ(explanations[i]["targets"].size(), explanations[0]["targets"].size());
    }
  }
}

TEST_F(ProgramTest, WritesSeveralMethodsSideBySide) {
  const auto run = Image({Photo(), "--out", Out(), "--method", "layer-cam", "--method", "occlusion"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(StartsWith("by layer-cam\n"), HasSubstr("\nby occlusion\n")));
  EXPECT_THAT(NamesIn(Out()), testing::UnorderedElementsAre("layer-cam", "occlusion", "overview.png", "report.html"));
  EXPECT_THAT(NamesIn(Out("/occlusion")), testing::IsSupersetOf({"explanation.json", "maps.npy", "report.html"}));
  EXPECT_EQ(ReadJson(Out("/occlusion/explanation.json"))["method"], "occlusion");
}

TEST_F(ProgramTest, ExplainsACaptionOnTheTerminalAndInFiles) {
  const auto run = Caption({Photo(), "--caption", "a dogs runs", "--phrase", "a dogs", "--out", Out()});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, AllOf(StartsWith("a dogs runs\n\n"), HasSubstr("\n  dogs "), HasSubstr("(whole caption)")));
  EXPECT_THAT(run.err, HasSubstr("wrote " + Out("/report.html")));
  EXPECT_THAT(NamesIn(Out()), ElementsAre("explanation.json", "maps.npy", "overlay-01-a.png", "overlay-02-dogs.png",
                                          "overlay-03-runs.png", "overlay-04-a-dogs.png", "overlay-05-caption.png",
                                          "overview.png", "report.html"));
}

TEST_F(ProgramTest, WritesMapsAndTargetsInTheSameOrder) {
  EXPECT_EQ(Caption({Photo(), "--caption", "a dogs runs", "--out", Out()}).code, 0);
  const auto maps = ParseNpy(ReadFile(Out("/maps.npy")));
  const auto json = Explanation();
  EXPECT_THAT(maps.sizes().vec(), ElementsAre(4, 2, 2));
  EXPECT_EQ(json["maps"]["shape"], nlohmann::json({4, 2, 2}));
  ASSERT_EQ(json["targets"].size(), 4U);
  for (int64_t t = 0; t < 4; ++t) {
    const auto& map = json["targets"][static_cast<std::size_t>(t)]["map"];
    EXPECT_NEAR(map["maximum"], maps[t].max().item<double>(), 1e-9);
    EXPECT_NEAR(map["minimum"], maps[t].min().item<double>(), 1e-9);
    EXPECT_NEAR(map["mean"], maps[t].mean().item<double>(), 1e-7);
    EXPECT_EQ(map["peak"]["row"].get<int64_t>() * 2 + map["peak"]["column"].get<int64_t>(),
              maps[t].argmax().item<int64_t>());
  }
  EXPECT_LT(maps.min().item<double>(), 0) << "maps are written signed, before any ReLU";
}

TEST_F(ProgramTest, ExplainsByTheModelsOwnMethodWhereNoneIsGiven) {
  const auto directory = out_.PathOf("model");
  std::filesystem::copy(Data("caption"), directory);
  auto config = ReadJson(directory + "/config.json");
  config["method"] = "rise";
  WriteFileWhole(directory + "/config.json", config.dump());
  const auto explain = [&](const std::string& option) {
    return RunMain(RunExplainCaption,
                   {Photo(), "--caption", "a dog", "--model", directory, "--method-option", option, "--out", Out()});
  };
  const auto run = explain("rise-masks=3");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Explanation()["method"], "rise");
  const auto refused = explain("steps=3");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("add --method integrated-gradients"));
}

TEST_F(ProgramTest, DescribesWhatItDidInJson) {
  EXPECT_EQ(Caption({Photo(), "--caption", "a dogs runs", "--out", Out()}).code, 0);
  const auto json = Explanation();
  EXPECT_EQ(json["schema"], kExplanationSchema);
  EXPECT_EQ(json["task"], "caption");
  EXPECT_EQ(json["model"], "small");
  EXPECT_EQ(json["layer"], "features.18");
  EXPECT_EQ(json["method"], "grad-cam");
  EXPECT_EQ(json["device"], TestedOnCuda() ? "cuda:0" : "cpu");
  EXPECT_EQ(json["photograph"], (nlohmann::json{{"path", Photo()}, {"width", 90}, {"height", 60}}));
  EXPECT_EQ(json["written"]["text"], "a dogs runs");
  EXPECT_TRUE(json["written"]["given"]);
  const auto& word = json["written"]["words"][1];
  EXPECT_EQ(word["text"], "dogs");
  EXPECT_EQ(word["begin"], 2);
  EXPECT_EQ(word["end"], 6);
  EXPECT_EQ(word["pieces"][0]["text"], "▁dog");
  EXPECT_EQ(word["pieces"][1]["text"], "s");
  const auto& dogs = json["targets"][1];
  EXPECT_EQ(dogs["text"], "dogs");
  EXPECT_EQ(dogs["kind"], "word");
  EXPECT_EQ(dogs["score_is"], "log-probability");
  EXPECT_NEAR(dogs["score"], word["log_probability"], 1e-5);
  EXPECT_EQ(dogs["top_neurons"].size(), 5U);
  EXPECT_EQ(dogs["bottom_neurons"].size(), 5U);
  EXPECT_GE(dogs["top_neurons"][0]["weight"], dogs["top_neurons"][4]["weight"]);
}

TEST_F(ProgramTest, DrawsOverlaysOfThePhotographsSize) {
  EXPECT_EQ(Caption({Photo(), "--caption", "a dogs runs", "--out", Out()}).code, 0);
  for (const char* name : {"overlay-01-a.png", "overlay-02-dogs.png", "overlay-04-caption.png"}) {
    EXPECT_THAT(DecodePicture(ReadFile(Out("/") + name)).sizes(), ElementsAre(60, 90, 3)) << name;
  }
}

TEST_F(ProgramTest, AnswersAQuestionAndNamesItsWords) {
  const auto run = Vqa({Photo(), "a dogs runs", "--top", "2", "--out", Out()});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, AllOf(StartsWith("a dogs runs\n"), HasSubstr("(gradient x embedding)"), HasSubstr("\n  dogs ")));
  const auto json = Explanation();
  EXPECT_EQ(json["targets"].size(), 2U);
  EXPECT_EQ(json["targets"][0]["text"], json["predictions"][0]["text"]);
  EXPECT_EQ(json["targets"][0]["word_importance"][1]["word"], "dogs");
  EXPECT_EQ(json["question"]["asked"], "a dogs runs");
}

TEST_F(ProgramTest, ContrastsTwoAnswers) {
  const auto run = Vqa({Photo(), "a dog", "--answer", "no", "--versus", "yes", "--out", Out()});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("no rather than yes"));
  const auto json = Explanation();
  EXPECT_EQ(json["targets"][0]["kind"], "contrast");
  EXPECT_EQ(json["targets"][0]["versus"]["text"], "yes");
  EXPECT_EQ(json["targets"][0]["score_is"], "logit margin");
  EXPECT_FALSE(json["targets"][0].contains("probability"));
}

TEST_F(ProgramTest, TakesTheQuestionAsAnOptionToo) {
  const auto run = Vqa({"--question", "a dog", Photo(), Data("zwei Bäume.png")});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr(Photo() + "\na dog\n"), HasSubstr("zwei Bäume.png\na dog\n")));
}

TEST_F(ProgramTest, NamesClassesByLabelSynonymAndIndex) {
  const auto run = Image({Photo(), "--class", "Tinca tinca", "--class", "2", "--json"});
  EXPECT_EQ(run.code, 0);
  const auto json = nlohmann::json::parse(run.out);
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["targets"][0]["index"], 0);
  EXPECT_EQ(json[0]["targets"][1]["index"], 2);
}

TEST_F(ProgramTest, PrintsTheJsonThatItWrites) {
  const auto run = Image({Photo(), "--json", "--out", Out()});
  const auto printed = nlohmann::json::parse(run.out);
  ASSERT_EQ(printed.size(), 1U);
  EXPECT_EQ(printed[0], Explanation());
}

TEST_F(ProgramTest, RunsEveryMethod) {
  for (const char* method :
       {"grad-cam", "counterfactual", "hires-cam", "guided-grad-cam", "guided-backprop", "deconvnet", "gradient"}) {
    const auto run = Caption({Photo(), "--caption", "a dog", "--method", method, "--out", Out(method)});
    EXPECT_EQ(run.code, 0) << method << run.err;
    const auto json = ReadJson(Out(method) + "/explanation.json");
    EXPECT_EQ(json["method"], method);
    const auto shape = ParseNpy(ReadFile(Out(method) + "/maps.npy")).sizes().vec();
    const bool pixels =
        json["method"] != "grad-cam" && json["method"] != "counterfactual" && json["method"] != "hires-cam";
    EXPECT_THAT(shape, pixels ? ElementsAre(3, 48, 64) : ElementsAre(3, 2, 2)) << method;
  }
}

TEST_F(ProgramTest, ExplainsAtTheLayerThatIsAskedFor) {
  EXPECT_EQ(Image({Photo(), "--layer", "features.10", "--out", Out()}).code, 0);
  EXPECT_EQ(Explanation()["layer"], "features.10");
  EXPECT_EQ(Explanation()["maps"]["shape"], nlohmann::json({1, 3, 4}));
}

TEST_F(ProgramTest, ListsAndExplainsTheLayersOfAnyNetwork) {
  const auto caption = RunMain(RunExplainCaption, {"--list-layers", "--model", Data("attention")});
  EXPECT_THAT(caption.out, HasSubstr("1 x 32 x 6 x 8   default"));
  const auto vqa = RunMain(RunExplainVqa, {"--list-layers", "--model", Data("film")});
  EXPECT_THAT(vqa.out, AllOf(HasSubstr("features.6 "), HasSubstr("stem "), HasSubstr("function_modules.1 ")));
  const auto run = RunMain(
      RunExplainVqa, {Photo(), "a dog", "--model", Data("film"), "--layer", "function_modules.1", "--out", Out()});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(Explanation()["layer"], "function_modules.1");
  EXPECT_EQ(Explanation()["maps"]["shape"], nlohmann::json({1, 6, 8}));
}

TEST_F(ProgramTest, ListsLayersMethodsOptionsAndVersion) {
  const auto layers = Image({"--list-layers"});
  EXPECT_EQ(layers.code, 0);
  EXPECT_THAT(layers.out,
              AllOf(HasSubstr("features.18 "), HasSubstr("1 x 1280 x 2 x 2   default"), HasSubstr("(no feature map)")));
  EXPECT_THAT(Image({"--list-methods"}).out, AllOf(HasSubstr("grad-cam "), HasSubstr("deconvnet ")));
  EXPECT_THAT(RunMain(RunExplainVqa, {"--version"}).out, StartsWith("explain-vqa "));
  for (const auto main : {RunExplainCaption, RunExplainVqa, RunExplainImage}) {
    const auto help = RunMain(main, {"--help"});
    EXPECT_EQ(help.code, 0);
    for (const char* option : {"--model", "--layer", "--method", "--out", "--device", "--threads", "--json",
                               "--list-layers", "--help", "--version"}) {
      EXPECT_THAT(help.out, HasSubstr(option));
    }
  }
}

TEST_F(ProgramTest, ComputesInTheDtypeThatIsAskedFor) {
  const auto score = [](const std::string& dtype) {
    const auto outcome = Caption({Photo(), "--json", "--caption", "a dogs runs", "--dtype", dtype});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out).at(0)["targets"].back()["score"].get<double>();
  };
  const double exact = score("float32");
  EXPECT_NEAR(score("bfloat16"), exact, 0.05 * std::abs(exact));
  // A pretended GPU has the CPU's kernels, of which some LibTorch have none for float16.
  if (!TestedOnCuda()) {
    EXPECT_NEAR(score("float16"), exact, 0.005 * std::abs(exact));
  }
  const auto refused = Caption({Photo(), "--dtype", "float8"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("there is no dtype 'float8'"));
}

TEST_F(ProgramTest, BeginsACaptionAsItIsPrompted) {
  const auto prompted = Caption({Photo(), "--json", "--prompt", "runs a", "--beam", "2"});
  EXPECT_EQ(prompted.code, 0) << prompted.err;
  const auto caption = nlohmann::json::parse(prompted.out).at(0)["written"];
  EXPECT_THAT(caption["text"].get<std::string>(), StartsWith("runs a"));
  EXPECT_FALSE(caption["given"].get<bool>());
  const auto unknown = Caption({Photo(), "--prompt", "a zebra"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("the model's vocabulary lacks 'zebra'"));
  EXPECT_EQ(Caption({Photo(), "--prompt", "a", "--caption", "a dog"}).code, 2);
  EXPECT_THAT(Caption({Photo(), "--prompt", " "}).err, HasSubstr("which has no word"));
  EXPECT_THAT(Caption({Photo(), "--prompt", ""}).err, HasSubstr("--prompt was given without a value"));
}

TEST_F(ProgramTest, ListsTheNetworksThatItReads) {
  const auto listed = RunMain(RunExplainVqa, {"--list-networks"});
  EXPECT_EQ(listed.code, 0);
  for (const auto& family : Families()) EXPECT_THAT(listed.out, HasSubstr(family.name + "  (" + family.form + "; "));
}

TEST_F(ProgramTest, SetsTheThreads) {
  const int before = at::get_num_threads();
  EXPECT_EQ(Image({Photo(), "--threads", std::to_string(before + 1)}).code, 0);
  EXPECT_EQ(at::get_num_threads(), before + 1);
  at::set_num_threads(before);
}

TEST_F(ProgramTest, GoesOnWithTheOthersWhereOnePhotographCannotBeRead) {
  const auto run = Image({Photo(), Data("notes.txt"), Data("zwei Bäume.png"), "--out", Out(), "--json"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, AllOf(HasSubstr("[2/3] "), HasSubstr("notes.txt' is no image that can be read")));
  EXPECT_EQ(nlohmann::json::parse(run.out).size(), 2U);
  EXPECT_THAT(NamesIn(Out()), ElementsAre("index.html", "photo", "zwei-B-ume"));
  const auto index = ReadFile(Out("/index.html"));
  EXPECT_THAT(index, AllOf(HasSubstr("href=\"photo/report.html\""), HasSubstr("src=\"zwei-B-ume/overview.png\""),
                           Not(HasSubstr("notes"))));
}

TEST_F(ProgramTest, GoesOnWhereAModelsOwnCaptionLacksThePhrase) {
  const auto run = Caption({Photo(), Data("zwei Bäume.png"), "--phrase", "runs a dogs runs", "--json"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, AllOf(HasSubstr("[2/2] "), HasSubstr("is no part of the caption")));
  EXPECT_EQ(run.out, "[]\n");
}

TEST_F(ProgramTest, RemovesTheOverlaysOfAnEarlierExplanation) {
  WriteFileWhole(out_.PathOf("keep"), "");
  EXPECT_EQ(Caption({Photo(), "--caption", "a dogs runs", "--out", out_.path()}).code, 0);
  EXPECT_EQ(Caption({Photo(), "--caption", "a", "--out", out_.path()}).code, 0);
  EXPECT_THAT(NamesIn(out_.path()), ElementsAre("explanation.json", "keep", "maps.npy", "overlay-01-a.png",
                                                "overlay-02-caption.png", "overview.png", "report.html"));
}

TEST_F(ProgramTest, KeepsResultsAndMessagesApart) {
  const auto run = Caption({Photo(), "--caption", "a zebra runs"});
  EXPECT_THAT(run.err, HasSubstr("warning: the model's vocabulary lacks 'zebra'"));
  EXPECT_THAT(run.out, Not(HasSubstr("warning")));
}

TEST_F(ProgramTest, SaysWhereItsResultsCannotBePrinted) {
  std::ostringstream err;
  std::ostream full(nullptr);
  const char* const argv[] = {"explain-image", "--version"};
  EXPECT_EQ(RunExplainImage(2, argv, full, err), 1);
  EXPECT_THAT(err.str(), HasSubstr("standard output cannot be written"));
}

/// Programs with a concepts.json: every fourth channel of "features.18" of the small classifier is "round".
class NamedProgramTest : public ProgramTest {
 protected:
  static LayerConcepts Names() {
    LayerConcepts names;
    names.layer = "features.18";
    names.channels = 1280;
    names.data_set = "3 pictures";
    names.images = 3;
    names.definition = "2017";
    names.chance_iou = 0.05;
    names.fingerprint = Fingerprint(*LoadModel(Data("classification")).network);
    for (int64_t channel = 0; channel < 1280; channel += 4) names.named.push_back({channel, "round", "shape", 0.2, 1});
    return names;
  }

  /// Writes the names and gives their path.
  std::string File(const LayerConcepts& names) const {
    const auto path = out_.PathOf("names.json");
    WriteFileWhole(path, FormatConcepts(names));
    return path;
  }

  std::string Templates(const SentenceTemplates& texts) const {
    const auto path = out_.PathOf("texts.json");
    WriteFileWhole(path, nlohmann::json(texts).dump());
    return path;
  }
};

TEST_F(NamedProgramTest, SaysWhatTheChannelsStandFor) {
  const auto run =
      Image({Photo(), "--class", "x", "--concepts", File(Names()), "--importance", "alpha", "--out", Out()});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, Not(HasSubstr("warning")));
  EXPECT_THAT(run.out,
              HasSubstr("\nWhat the channels of layer 'features.18' stand for (importance: alpha):\n  The class "
                        "'x' was supported by the channels for round ("));
  const auto json = Explanation();
  EXPECT_EQ(json["neuron_names"]["data_set"], "3 pictures");
  EXPECT_EQ(json["neuron_names"]["importance"], "alpha");
  const auto& neurons = json["targets"][0]["neurons"];
  EXPECT_THAT(run.out, HasSubstr(neurons["sentence"].get<std::string>()));
  for (const char* side : {"supporting", "opposing"}) {
    ASSERT_EQ(neurons[side]["concepts"].size(), 1U) << side;
    const auto& round = neurons[side]["concepts"][0];
    EXPECT_EQ(round["name"], "round");
    EXPECT_EQ(round["category"], "shape");
    EXPECT_NEAR(round["share"].get<double>() + neurons[side]["unnamed_share"].get<double>(), 1, 1e-9);
    double weight = 0;
    for (const auto& channel : round["channels"]) {
      weight += channel["weight"].get<double>();
      EXPECT_EQ(channel["weight"], channel["alpha"]);
      EXPECT_EQ(channel["iou"], 0.2);
    }
    EXPECT_NEAR(round["weight"], weight, 1e-9);
  }
  EXPECT_EQ(json["targets"][0]["top_neurons"].size(), 5U);
  EXPECT_THAT(ReadFile(Out("/report.html")), HasSubstr("\"round\""));
}

TEST_F(NamedProgramTest, FindsTheNamesInTheModelsDirectory) {
  const auto path = Data("classification/concepts.json");
  WriteFileWhole(path, FormatConcepts(Names()));
  const auto run = Image({Photo(), "--importance", "gradient-x-activation"});
  const auto gradient = Image({Photo(), "--method", "gradient"});
  std::filesystem::remove(path);
  EXPECT_THAT(run.out, HasSubstr("(importance: gradient-x-activation)"));
  EXPECT_THAT(gradient.out, HasSubstr("stand for")) << "also by methods without a layer of their own";
  EXPECT_THAT(Image({Photo()}).out, Not(HasSubstr("stand for")));
}

TEST_F(NamedProgramTest, SpeaksOfTheLayerThatHasNamesWhateverIsExplained) {
  auto names = Names();
  names.layer = "features.17";
  names.channels = 320;
  auto& named = names.named;
  named.erase(std::remove_if(named.begin(), named.end(), [](const auto& item) { return item.channel >= 320; }),
              named.end());
  const auto run = Image({Photo(), "--concepts", File(names), "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const auto json = nlohmann::json::parse(run.out)[0];
  EXPECT_EQ(json["layer"], "features.18");
  EXPECT_EQ(json["neuron_names"]["layer"], "features.17");
  EXPECT_TRUE(json["targets"][0].contains("neurons"));
}

TEST_F(NamedProgramTest, RefusesNamesOfOtherModels) {
  auto names = Names();
  names.fingerprint = "0123";
  auto run = Image({Photo(), "--concepts", File(names)});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, AllOf(StartsWith("error: " + out_.PathOf("names.json") +
                                        ": these names are of the channels of "
                                        "another model: key 'fingerprint' is '0123', but '"),
                             HasSubstr(Names().fingerprint), HasSubstr("run dissect-neurons for this model again")));
  names = Names();
  names.channels = 1279;
  run = Image({Photo(), "--concepts", File(names)});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("key 'channels' is 1279, but layer 'features.18' has 1280; run dissect-neurons"));
  run = Image({Photo(), "--concepts", Data("notes.txt")});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("notes.txt: not valid JSON"));
  EXPECT_EQ(Image({Photo(), "--concepts", Data("none.json")}).code, 1);
  EXPECT_EQ(Image({Photo(), "--concepts", ""}).code, 2);
}

TEST_F(NamedProgramTest, TakesTextsOfTheUsersOwn) {
  auto texts = DefaultSentenceTemplates();
  texts["class"] = "Dass es '{target}' sei,";
  const auto file = File(Names());
  EXPECT_THAT(Image({Photo(), "--class", "x", "--concepts", file, "--sentence-templates", Templates(texts)}).out,
              HasSubstr("\n  Dass es 'x' sei, was supported by"));
  EXPECT_EQ(Image({Photo(), "--sentence-templates", Templates(texts)}).code, 2) << "there are no names";
  texts["class"] = "{klasse}";
  const auto run = Image({Photo(), "--concepts", file, "--sentence-templates", Templates(texts)});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("texts.json: key 'class' has the placeholder '{klasse}', but takes only {target}"));
  WriteFileWhole(out_.PathOf("texts.json"), "{\"word\": 3}");
  EXPECT_THAT(Image({Photo(), "--concepts", file, "--sentence-templates", out_.PathOf("texts.json")}).err,
              HasSubstr("texts.json: key \"word\" is 3, but must be a string"));
}

struct Wrong {
  std::vector<std::string> arguments;
  int code;
  std::string text;
};

class ProgramErrorTest : public ProgramTest {
 protected:
  void Expect(Outcome (*run)(std::vector<std::string>), const std::vector<Wrong>& all) const {
    for (const auto& wrong : all) {
      auto arguments = wrong.arguments;
      arguments.insert(arguments.end(), {"--out", Out()});
      const auto outcome = run(arguments);
      EXPECT_EQ(outcome.code, wrong.code) << wrong.text;
      EXPECT_THAT(outcome.err, AllOf(StartsWith("error: "), HasSubstr(wrong.text)));
      EXPECT_THAT(outcome.out, IsEmpty()) << wrong.text;
      EXPECT_FALSE(std::filesystem::exists(Out())) << wrong.text;
    }
  }
};

TEST_F(ProgramErrorTest, NamesWhatIsWrongWithTheUseOfAnyProgram) {
  Expect(Image,
         {{{}, 2, "no photograph was given; usage: explain-image PHOTO..."},
          {{Photo(), "--claas", "x"}, 2, "there is no option '--claas'; did you mean '--class'? --help shows"},
          {{Photo(), "--zzzzzzzz"}, 2, "there is no option '--zzzzzzzz'. --help shows all"},
          {{Photo(), "--top"}, 2, "--help shows how"},
          {{Photo(), "--top", "many"}, 2, "--help shows how"},
          {{Photo(), "--top", "0"}, 2, "give 1 to 3"},
          {{Photo(), "--threads", "0"}, 2, "--threads must be at least 1, not 0"},
          {{Photo(), "--method", "gradient", "--method", "gradient"}, 2, "--method gradient was given twice"},
          {{Photo(), "--method-option", "steps"}, 2, "'steps', but must be a name and a number"},
          {{Photo(), "--method-option", "steps=2x"}, 2, "'steps=2x', but must be a name and a number"},
          {{Photo(), "--method-option", "step=2"}, 2, "no method option 'step'; did you mean 'steps'"},
          {{Photo(), "--method-option", "steps=2"}, 2, "add --method integrated-gradients, or leave it out"},
          {{Photo(), "--method", "gradcam"}, 2, "there is no method 'gradcam'; did you mean 'grad-cam'"},
          {{Photo(), "--method", "zzz"}, 2, "there is no method 'zzz'. Methods: grad-cam, "},
          {{Photo(), "--layer", "features.81"}, 2, "the model has no layer 'features.81'; did you mean"},
          {{Photo(), "--layer", "classifier.0"}, 2, "layer 'classifier.0' gives no feature map"},
          {{Photo(), "--layer", "classifier.0", "--method", "occlusion"}, 2, "'classifier.0' gives no feature map"},
          {{Photo(), "--scale", "log"}, 2, "--scale takes per-map or shared, not 'log'"},
          {{Photo(), "--importance", "beta"},
           2,
           "--importance takes alpha, gradient-x-activation or ablation, not 'beta'"},
          {{Photo(), "--upsampling", "cubic"}, 2, "--upsampling takes half-pixel or align-corners"},
          {{Photo(), "--colormap", "jet"}, 2, "there is no colour map 'jet'. Colour maps: viridis"},
          {{Photo(), "--device", "gpu"}, 2, "unknown device 'gpu'"}});
}

TEST_F(ProgramErrorTest, NamesWhatIsWrongWithAPhotograph) {
  WriteFileWhole(Data("empty.jpg"), "");
  Expect(Image, {{{Data("none.jpg")}, 1, "none.jpg"},
                 {{Data("empty.jpg")}, 1, "empty.jpg' is empty (0 bytes)"},
                 {{data_->path()}, 1, "directory"},
                 {{Data("notes.txt")}, 1, "notes.txt' is no image that can be read"}});
}

TEST_F(ProgramErrorTest, NamesWhatIsWrongWithWords) {
  Expect(Caption, {{{Photo(), "--caption", ""}, 2, "the caption is empty"},
                   {{Photo(), "--caption", "zebra"}, 2, "knows none of the words of the caption 'zebra'"},
                   {{Photo(), "--caption", "\xFF"}, 2, "UTF-8"},
                   {{Photo(), "--caption", "a dog", "--phrase", "a cat"}, 2, "'a cat' is no part of the caption"},
                   {{Photo(), "--beam", "3", "--caption", "a dog"}, 2, "--beam is for the model's own caption"},
                   {{Photo(), "--beam", "0"}, 2, "--beam must be at least 1, not 0"}});
  Expect(Vqa, {{{Photo(), ""}, 2, "the question is empty"},
               {{Photo()}, 2, "a photograph and a question are needed, but only '" + Photo() + "' was given"},
               {{Photo(), Photo()}, 2, "stands where the question should, but is a file"},
               {{Photo(), "a dog", "--top", "2", "--answer", "no"}, 2, "--top is for the model's own best"},
               {{Photo(), std::string(5000, 'z')}, 2, "knows none of the words of the question"},
               {{Photo(), "zebra?"}, 2, "knows none of the words of the question"},
               {{Photo(), "a dog", "--answer", "dig"}, 2, "the model has no answer 'dig'; did you mean 'dog'"},
               {{Photo(), "a dog", "--answer", "no", "--versus", "no"}, 2, "cannot be contrasted with itself"}});
  Expect(Image, {{{Photo(), "--class", "trench"}, 2, "the model has no class 'trench'; did you mean 'tench'"}});
}

TEST_F(ProgramErrorTest, NamesWhatIsWrongWithTheModel) {
  const auto with_model = [&](const std::string& model) {
    return RunMain(RunExplainImage, {Photo(), "--model", model});
  };
  EXPECT_EQ(RunMain(RunExplainImage, {Photo()}).code, 2);
  EXPECT_THAT(RunMain(RunExplainImage, {Photo()}).err, HasSubstr("no model was given"));
  EXPECT_EQ(with_model(Data("none")).code, 1);
  EXPECT_THAT(with_model(Data("none")).err, HasSubstr("there is nothing of that name"));
  EXPECT_EQ(with_model(Data("vqa")).code, 2);
  EXPECT_THAT(with_model(Data("vqa")).err, HasSubstr("use the program explain-vqa"));
}

TEST_F(ProgramErrorTest, FindsOutThatItCannotWriteBeforeItLoadsTheModel) {
  WriteFileWhole(out_.PathOf("file"), "");
  const auto run = RunMain(RunExplainImage, {Photo(), "--model", "none", "--out", out_.PathOf("file")});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("file' is a file; name another directory"));
}

TEST_F(ProgramErrorTest, SaysThatThereIsNoCuda) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "there is CUDA here";
  Expect(Image, {{{Photo(), "--device", "cuda"}, 2, "LibTorch finds no CUDA GPU"}});
}

/// Real photographs with real models: what README's first command does.
TEST(ProgramSharedTest, ExplainsPhotographsWithTheModelsBesideTheProject) {
  WHEREFORE_NEEDS_SHARED("models/photo-caption");
  const TemporaryDirectory directory;
  const auto photo = SharedPath("photos/single/pets.jpg");
  const auto caption = RunMain(
      RunExplainCaption, {photo, "--model", SharedPath("models/photo-caption"), "--out", directory.PathOf("caption")});
  EXPECT_EQ(caption.code, 0) << caption.err;
  EXPECT_THAT(caption.out, HasSubstr("dog"));
  const auto vqa = RunMain(RunExplainVqa, {photo, "What animal is this?", "--model", SharedPath("models/photo-vqa"),
                                           "--out", directory.PathOf("vqa")});
  EXPECT_EQ(vqa.code, 0) << vqa.err;
  EXPECT_EQ(ReadJson(directory.PathOf("vqa/explanation.json"))["targets"][0]["text"], "dog");
  const auto image = RunMain(RunExplainImage, {photo, "--model", SharedPath("models/imagenet-mobilenet-v2"), "--out",
                                               directory.PathOf("image")});
  EXPECT_EQ(image.code, 0) << image.err;
  EXPECT_THAT(image.out, HasSubstr("Boston bull"));
  for (const char* task : {"caption", "vqa", "image"}) {
    EXPECT_GT(std::filesystem::file_size(directory.PathOf(task) + "/report.html"), 100'000U) << task;
  }
}

}  // namespace
}  // namespace wherefore
