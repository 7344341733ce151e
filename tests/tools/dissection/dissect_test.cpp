#include "tools/dissection/dissect.h"

#include <filesystem>
#include <map>
#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/fingerprint.h"
#include "tests/support/browser.h"
#include "tests/support/error_text.h"
#include "tests/support/run_main.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"
#include "tools/command_line/shipped_model.h"
#include "tools/data/scene_images.h"
#include "tools/dissection/dissection_page.h"
#include "tools/photographs/photograph.h"
#include "tools/programs/program.h"
#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Scenes of which one cannot be read.
class Spoiled : public LabeledImages {
 public:
  Spoiled(const LabeledImages& data, int64_t reads) : data_(data), reads_(reads) {}

  std::string Name() const override { return data_.Name(); }
  const std::vector<Concept>& concepts() const override { return data_.concepts(); }
  int64_t size() const override { return data_.size(); }

  LabeledImage At(int64_t index) const override {
    if (reads_-- == 0) ThrowBadFile("the plug was pulled");
    return data_.At(index);
  }

 private:
  const LabeledImages& data_;
  mutable int64_t reads_;
};

class DissectTest : public testing::Test {
 protected:
  DissectTest() { SaveSmallModels(directory_.path()); }

  DissectedLayer Layer(const std::string& model, const std::string& layer = "") const {
    return {LoadModel(directory_.PathOf(model)), layer, c10::kCPU};
  }

  TemporaryDirectory directory_;
  std::ostringstream err_;
};

TEST_F(DissectTest, TakesNoInputOfWordsForALayer) {
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Layer("vqa", kPromptInput); }),
              testing::HasSubstr("is an input of words"));
}

TEST_F(DissectTest, KnowsTheLayerOfAModelOfAnyTask) {
  const auto of_classifier = Layer("classification", "features.0");
  EXPECT_EQ(of_classifier.layer(), "features.0");
  EXPECT_FALSE(of_classifier.depends_on_question());
  EXPECT_EQ(of_classifier.fingerprint(), Fingerprint(*SmallClassifier().network));
  EXPECT_EQ(Layer("attention", kSmallStage).channels(), kSmallStageChannels);

  const auto of_film = Layer("film", "function_modules.1");
  EXPECT_TRUE(of_film.depends_on_question());
  EXPECT_FALSE(Layer("film", kSmallStage).depends_on_question());
  const auto image = SmallImage();
  const auto both = of_film.Activations(at::cat({image, image, image}), {"a dog", "runs", "a dog"});
  EXPECT_TRUE(at::equal(both[0], both[2]));
  EXPECT_FALSE(at::equal(both[0], both[1]));
  EXPECT_TRUE(at::allclose(both[1], of_film.Activations(image, {"runs"})[0]));

  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Layer("film", "function_modules.9"); }),
              HasSubstr("function_modules.9"));
}

/// Channels of the first convolution that see one colour, among those that training has left there.
TEST_F(DissectTest, FindsDetectorsPlantedInARealNetwork) {
  auto model = LoadModel(ShippedModel(Task::kCaption));
  const std::vector<std::pair<int64_t, std::string>> planted = {{3, "red"}, {17, "green"}, {40, "blue"}};
  {
    const at::NoGradGuard no_grad;
    auto parameters = model.network->named_parameters();
    auto buffers = model.network->named_buffers();
    for (const auto& [channel, color] : planted) {
      auto filter = parameters["trunk.conv1.weight"][channel];
      filter.zero_();
      // Its own colour minus the others, of the nearest nine pixels.
      const int64_t own = color == "red" ? 0 : color == "green" ? 1 : 2;
      for (int64_t c = 0; c < 3; ++c) filter[c].slice(0, 2, 5).slice(1, 2, 5).fill_(c == own ? 1 : -1);
      parameters["trunk.bn1.weight"][channel] = 1;
      parameters["trunk.bn1.bias"][channel] = 0;
      buffers["trunk.bn1.running_mean"][channel] = 0;
      buffers["trunk.bn1.running_var"][channel] = 1;
    }
  }
  SaveModel(model, directory_.PathOf("planted"));
  const auto layer = Layer("planted", "relu");
  const auto data = DrawnScenes(40, SceneLabels::kAll);
  const auto result = Dissect(layer, *data, {}, err_);
  for (const auto& [channel, color] : planted) {
    const auto& names = result.concepts.named;
    const auto found = std::find_if(names.begin(), names.end(),
                                    [c = channel](const ChannelConcept& item) { return item.channel == c; });
    ASSERT_NE(found, names.end());
    EXPECT_EQ(found->name, color);
    EXPECT_EQ(found->category, "color");
    EXPECT_TRUE(IsDetector(result.concepts, *found)) << found->iou;
    EXPECT_GT(found->iou, result.concepts.chance_iou);
  }
  EXPECT_EQ(result.concepts.layer, "relu");
  EXPECT_EQ(result.concepts.data_set, "40 scenes");
  EXPECT_EQ(result.concepts.fingerprint, Fingerprint(*LoadModel(directory_.PathOf("planted")).network));
}

TEST_F(DissectTest, ShowsWhereAChannelFiresInItsStrongestImages) {
  const auto layer = Layer("attention", kSmallStage);
  const auto data = DrawnScenes(6, SceneLabels::kAll);
  DissectRequest request;
  request.strongest = 2;
  const auto result = Dissect(layer, *data, request, err_);
  ASSERT_EQ(result.strongest.size(), static_cast<std::size_t>(kSmallStageChannels));
  for (const auto& image : result.images) EXPECT_EQ(image.sizes().vec(), (std::vector<int64_t>{48, 64, 3}));
  std::size_t outlined = 0;
  for (const auto& named : result.concepts.named) {
    const auto& strongest = result.strongest[static_cast<std::size_t>(named.channel)];
    ASSERT_EQ(strongest.size(), 2U);
    EXPECT_NE(strongest[0].image, strongest[1].image);
    EXPECT_THAT(strongest[0].outline, testing::MatchesRegex("(M[0-9MLZ ]*Z)?"));
    if (!strongest[0].outline.empty()) ++outlined;
  }
  // A narrow peak is lower once it is enlarged, and may not reach the threshold then.
  EXPECT_GE(outlined, result.concepts.named.size() * 3 / 4);
}

TEST_F(DissectTest, IsTheSameResumedAsInOne) {
  const auto layer = Layer("attention", kSmallStage);
  const auto data = DrawnScenes(7, SceneLabels::kAll);
  DissectRequest request;
  request.batch = 2;
  const auto in_one = Dissect(layer, *data, request, err_);
  // Killed in the first pass, in the second, and then left alone.
  request.checkpoint = directory_.PathOf("dissection.pt");
  request.between_checkpoints = 0;
  for (const int64_t reads : {3, 8}) {
    const Spoiled spoiled(*data, reads);
    EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { Dissect(layer, spoiled, request, err_); }), "the plug was pulled");
    EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                          [&] {
                            auto anew = request;
                            anew.resume = false;
                            Dissect(layer, *data, anew, err_);
                          }),
                HasSubstr("--resume"));
    request.resume = true;
  }
  auto other = request;
  other.options = DissectionOptions::Published("2020");
  ErrorText(ErrorKind::kUsage, [&] { Dissect(layer, *data, other, err_); });
  const auto resumed = Dissect(layer, *data, request, err_);
  EXPECT_EQ(FormatConcepts(resumed.concepts), FormatConcepts(in_one.concepts));
  EXPECT_EQ(DissectionHtml(resumed, "m"), DissectionHtml(in_one, "m"));
  EXPECT_THAT(directory_.Names(), testing::Not(testing::Contains("dissection.pt")));
}

TEST_F(DissectTest, NamesByFormulasResumedOrNot) {
  const auto layer = Layer("attention", kSmallStage);
  const auto data = DrawnScenes(8, SceneLabels::kAll);
  DissectRequest request;
  request.batch = 4;
  const auto single = Dissect(layer, *data, request, err_);
  EXPECT_TRUE(single.steps.empty());
  request.compositional = 3;
  const auto in_one = Dissect(layer, *data, request, err_);
  ASSERT_EQ(in_one.steps.size(), 3U);
  EXPECT_GT(in_one.steps[2].mean_iou, in_one.steps[0].mean_iou);
  EXPECT_GE(in_one.concepts.chance_iou, single.concepts.chance_iou);
  ASSERT_EQ(in_one.concepts.named.size(), single.concepts.named.size());
  std::size_t compound = 0;
  for (std::size_t i = 0; i < single.concepts.named.size(); ++i) {
    EXPECT_GE(in_one.concepts.named[i].iou, single.concepts.named[i].iou);
    if (in_one.concepts.named[i].category == kCompound) ++compound;
  }
  EXPECT_GT(compound, 0U);
  request.checkpoint = directory_.PathOf("dissection.pt");
  request.between_checkpoints = 0;
  // In the masks' pass, in the first for formulas and in the second.
  for (const int64_t reads : {12, 9, 13}) {
    const Spoiled spoiled(*data, reads);
    EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { Dissect(layer, spoiled, request, err_); }), "the plug was pulled");
    request.resume = true;
  }
  auto other = request;
  other.beam = 3;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Dissect(layer, *data, other, err_); }), HasSubstr("formulas"));
  EXPECT_EQ(DissectionHtml(Dissect(layer, *data, request, err_), "m"), DissectionHtml(in_one, "m"));
}

/// Scenes as a folder of pictures, scored by what a channel does with them.
TEST_F(DissectTest, ProgramNamesChannelsByScores) {
  const auto model = directory_.PathOf("attention");
  const auto pictures = directory_.PathOf("pictures");
  const auto out = directory_.PathOf("out");
  MakeDirectory(pictures);
  const auto layer = Layer("attention", kSmallStage);
  const auto data = DrawnScenes(20, SceneLabels::kAll);
  std::string rows;
  for (int64_t i = 0; i < data->size(); ++i) {
    const auto name = std::to_string(100 + i) + ".png";
    WriteFileWhole(pictures + "/" + name, EncodePng(data->At(i).pixels));
    const auto input = Preprocess(LoadPhotograph(pictures + "/" + name), layer.info().image);
    const auto means = layer.Activations(input, {""}).mean({2, 3});
    rows += name + "," + std::to_string(means[0][5].item<float>()) + "," + std::to_string(means[0][9].item<float>()) +
            "," + std::to_string(i % 7) + "\n";
  }
  const auto scores = directory_.PathOf("scores.csv");
  WriteFileWhole(scores, "image,what five sees,what nine sees,nothing\n" + rows);
  const std::vector<std::string> arguments = {"--model", model,    "--layer",  kSmallStage, "--out",        out,
                                              "--data",  pictures, "--scores", scores,      "--similarity", "cosine"};
  const auto outcome = RunMain(RunDissectNeurons, arguments);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("correlation"), HasSubstr("of concept")));
  const auto names = ParseConcepts(ReadFile(model + "/concepts.json"), "concepts.json");
  EXPECT_EQ(names.definition, "clip-dissect");
  EXPECT_EQ(names.measure, "correlation");
  EXPECT_EQ(names.data_set, "pictures: 20 pictures, scores of 3 concepts");
  EXPECT_EQ(names.fingerprint, layer.fingerprint());
  std::map<int64_t, ChannelConcept> named;
  for (const auto& one : names.named) named[one.channel] = one;
  EXPECT_EQ(named.at(5).name, "what five sees");
  EXPECT_EQ(named.at(9).name, "what nine sees");
  EXPECT_GT(named.at(5).iou, 0.999);
  EXPECT_GT(named.at(5).iou, names.chance_iou);
  EXPECT_THAT(ReadFile(out + "/dissection.html"), HasSubstr("CLIP-Dissect over pictures"));

  const auto refuse = [&](std::vector<std::string> more, int code, const std::string& text) {
    more.insert(more.end(), arguments.begin(), arguments.end());
    const auto refused = RunMain(RunDissectNeurons, more);
    EXPECT_EQ(refused.code, code);
    EXPECT_THAT(refused.err, HasSubstr(text));
  };
  auto lower = arguments;
  lower.insert(lower.end(), {"--least-iou", "-0.5"});
  ASSERT_EQ(RunMain(RunDissectNeurons, lower).code, 0);
  EXPECT_EQ(ParseConcepts(ReadFile(model + "/concepts.json"), "concepts.json").least_iou, -0.5);
  refuse({"--compositional", "2"}, 2, "--compositional is of masks");
  refuse({"--definition", "2020"}, 2, "--definition is of masks");
  refuse({"--resume"}, 2, "one pass without a checkpoint");
  WriteFileWhole(scores, "image,x,y\n");
  refuse({}, 1, "picture '100.png' has no row");
}

TEST_F(DissectTest, RefusesADataSetWithoutTheQuestionsThatTheLayerNeeds) {
  const auto layer = Layer("film", "function_modules.1");
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Dissect(layer, *DrawnScenes(2, SceneLabels::kAll), {}, err_); }),
              AllOf(HasSubstr("depends on the question"), HasSubstr("2 scenes")));
}

TEST_F(DissectTest, ProgramWritesNamesAndPage) {
  const auto model = directory_.PathOf("attention");
  const auto out = directory_.PathOf("out");
  const auto outcome =
      RunMain(RunDissectNeurons, {"--model", model, "--layer", kSmallStage, "--scenes", "5", "--out", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("of 32 channels of features.6 detect a concept"));
  EXPECT_THAT(outcome.err, HasSubstr("wrote " + out + "/dissection.html"));
  const auto file = model + "/concepts.json";
  const auto names = ParseConcepts(ReadFile(file), file);
  EXPECT_EQ(names.channels, kSmallStageChannels);
  EXPECT_EQ(names.definition, "2017");
  const auto page = ReadFile(out + "/dissection.html");
  EXPECT_THAT(page,
              AllOf(HasSubstr("features.6"), HasSubstr("5 scenes"), testing::Not(testing::ContainsRegex("@[A-Z_]+@"))));

  const auto with_2020 = RunMain(RunDissectNeurons, {"--model", model, "--layer", kSmallStage, "--scenes", "5", "--out",
                                                     out, "--definition", "2020", "--concepts", out + "/names.json"});
  ASSERT_EQ(with_2020.code, 0) << with_2020.err;
  EXPECT_EQ(ParseConcepts(ReadFile(out + "/names.json"), "names.json").definition, "2020");
}

TEST_F(DissectTest, ProgramDissectsEveryModelOfAFolder) {
  const auto models = directory_.PathOf("models");
  const auto out = directory_.PathOf("out");
  std::filesystem::create_directory(models);
  for (const char* name : {"attention", "classification"}) {
    std::filesystem::rename(directory_.PathOf(name), models + "/" + name);
  }
  std::filesystem::create_directory(models + "/notes");  // no model
  const auto outcome = RunMain(RunDissectNeurons, {"--model", models, "--scenes", "4", "--out", out});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const std::string name : {"attention", "classification"}) {
    const auto file = models + "/" + name + "/concepts.json";
    EXPECT_EQ(ParseConcepts(ReadFile(file), file).images, 4);
    EXPECT_THAT(ReadFile(out + "/" + name + "/dissection.html"), HasSubstr("4 scenes"));
    EXPECT_THAT(outcome.out, HasSubstr(models + "/" + name + ":\n"));
  }
  const auto refused = RunMain(RunDissectNeurons, {"--model", models, "--layer", kSmallStage, "--out", out});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("is a folder of models: leave out --layer and --concepts"));
}

TEST_F(DissectTest, ProgramRefusesWhatIsWrong) {
  const auto model = directory_.PathOf("attention");
  const auto out = directory_.PathOf("out");
  const auto expect = [&](std::vector<std::string> arguments, int code, const std::string& text) {
    arguments.insert(arguments.end(), {"--out", out});
    const auto outcome = RunMain(RunDissectNeurons, arguments);
    EXPECT_EQ(outcome.code, code) << text;
    EXPECT_THAT(outcome.err, HasSubstr(text));
    EXPECT_EQ(outcome.out, "");
  };
  expect({}, 2, "name a model directory with --model");
  expect({"--model", model, "--scenes", "0"}, 2, "1 to");
  expect({"--model", model, "--definition", "2018"}, 2, "2018");
  expect({"--model", model, "--quantile", "1"}, 2, "--quantile must be between 0 and 1");
  expect({"--model", model, "--data", model, "--scenes", "3"}, 2, "leave it out");
  expect({"--model", model, "--compositional", "4"}, 2, "--compositional must be 1 to 3");
  expect({"--model", model, "--least-iou", "-0.5"}, 2, "--least-iou must be 0 to 1");
  expect({"--model", model, "--beam", "0"}, 2, "--beam must be 1 to");
  expect({"--model", model, "--scores", "s.csv"}, 2, "name their folder with --data");
  expect({"--model", model, "--similarity", "rank"}, 2, "--similarity is for --scores");
  expect({"--model", model, "--data", model, "--scores", "s.csv", "--similarity", "best"}, 2, "no similarity 'best'");
  expect({"--model", model, "--data", model, "--scores", "s.csv"}, 1, "holds no JPEG");
  expect({"--model", model, "--data", model}, 1, "holds no segmented data set");
  expect({"--model", model, "--layer", "layer9"}, 2, "layer9");
  expect({"--model", directory_.PathOf("none")}, 1, "none");
}

/// A layer of four channels: two detectors, one below the cut, one that never fires.
DissectedChannels FourChannels() {
  DissectedChannels channels;
  auto& concepts = channels.concepts;
  concepts.layer = "layer<1>";
  concepts.channels = 4;
  concepts.data_set = "3 pictures";
  concepts.images = 3;
  concepts.definition = "2017";
  concepts.chance_iou = 0.1;
  concepts.named = {{0, "red", "color", 0.08, 1}, {1, "</script>ring", "shape", 0.3, 1}, {3, "blue", "color", 0.01, 1}};
  channels.images = {at::full({20, 30, 3}, 128, at::kByte)};
  channels.strongest = {{{0, "M1 1L5 1L5 5Z"}}, {{0, "M9 9L12 9L12 12Z"}, {0, ""}}, {}, {{0, ""}}};
  return channels;
}

TEST(DissectionPageTest, IsSortedSearchedAndFiltered) {
  WHEREFORE_NEEDS_BROWSER();
  TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("page.html"), DissectionHtml(FourChannels(), "a & b"));
  Browser browser(directory.PathOf("page.html"), 1000, 900);
  const auto names = [&] {
    return browser.Evaluate("[...document.querySelectorAll('#list strong')].map(name => name.textContent)")
        .get<std::vector<std::string>>();
  };
  const auto set = [&](const std::string& id, const std::string& change) {
    browser.Evaluate("(() => { const it = document.getElementById('" + id + "'); " + change +
                     "; it.dispatchEvent(new Event('input')); })()");
  };
  EXPECT_THAT(names(), ElementsAre("</script>ring", "red", "unnamed (nearest: blue)"));
  set("sort", "it.value = 'channel'");
  EXPECT_THAT(names(), ElementsAre("red", "</script>ring", "unnamed (nearest: blue)"));
  set("only", "it.checked = true");
  EXPECT_THAT(names(), ElementsAre("red", "</script>ring"));
  set("search", "it.value = 'Shape'");
  EXPECT_THAT(names(), ElementsAre("</script>ring"));
  set("search", "it.value = '0'");
  EXPECT_THAT(names(), ElementsAre("red"));
  const auto summary = browser.Evaluate("document.getElementById('summary').textContent").get<std::string>();
  EXPECT_THAT(summary, AllOf(HasSubstr("2 of 4 channels detect a concept"), HasSubstr("1 of the detectors"),
                             HasSubstr("1 channel never fires")));
  EXPECT_EQ(browser.Evaluate("document.querySelectorAll('#bars b').length"), 2);
  EXPECT_EQ(browser.Evaluate("document.querySelector('h1 code').textContent"), "layer<1>");
  EXPECT_EQ(browser.requests(), 0);
}

TEST(DissectionPageTest, FitsAPhone) {
  WHEREFORE_NEEDS_BROWSER();
  TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("page.html"), DissectionHtml(FourChannels(), "m"));
  Browser browser(directory.PathOf("page.html"), 360, 740);
  EXPECT_LE(browser.Evaluate("document.documentElement.scrollWidth").get<int>(), 360);
}

}  // namespace
}  // namespace wherefore
