#include "tools/report/report.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "tests/support/browser.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A grey photograph, and a caption of four words with a map each, 2 x 2: the first word's in the upper left, and so
/// on; the last one's has nothing to show.
ExplainedPhotograph GreyPhotograph() {
  ExplainedPhotograph explained;
  explained.photograph.path = "grey <1>.jpg";
  explained.photograph.pixels = at::full({300, 400, 3}, 128, at::kByte);
  auto& explanation = explained.explanation;
  explanation.task = Task::kCaption;
  explanation.model = "m";
  explanation.layer = "layer4";
  explanation.method = "grad-cam";
  explanation.text = "my dog's & </script>";
  explanation.words = {"my", "dog's", "&", "</script>"};
  for (int64_t word = 0; word < 4; ++word) {
    ExplainedTarget target;
    target.kind = "word";
    target.text = explanation.words[static_cast<std::size_t>(word)];
    target.score_kind = ScoreKind::kLogProbability;
    target.score = -1;
    target.probability = 0.37;
    target.channels = {{{7, 0.5}, {3, 0.25}}, {{1, -0.5}}};
    explanation.targets.push_back(target);
  }
  explanation.maps = at::eye(4, at::kFloat).reshape({4, 2, 2}).clone();
  explanation.maps[3] = -1;
  explanation.targets[3].why_empty = "nowhere above zero: no region speaks for it";
  explanation.warnings = {"the map of '</script>' is nowhere above zero"};
  return explained;
}

TEST(ReportLayersTest, AreHeatWhereTheMapIsAndClearElsewhere) {
  const auto layers = ReportLayers(GreyPhotograph(), {});
  ASSERT_EQ(layers.size(), 4U);
  EXPECT_THAT(layers[0].sizes(), ElementsAre(300, 400, 4));
  EXPECT_GT(layers[0][5][5][3].item<int>(), 150) << "the upper left belongs to the first word";
  EXPECT_EQ(layers[0][290][390][3].item<int>(), 0);
  EXPECT_EQ(layers[1][5][5][3].item<int>(), 0);
  EXPECT_GT(layers[1][5][390][3].item<int>(), 150);
  EXPECT_EQ(layers[3].max().item<int>(), 0) << "an empty map is not drawn as if it meant something";
}

TEST(ReportLayersTest, ShareOneScaleWhereAsked) {
  auto explained = GreyPhotograph();
  explained.explanation.maps[1] *= 0.1;
  RenderOptions options;
  EXPECT_GT(ReportLayers(explained, options)[1][5][390][3].item<int>(), 150);
  options.map.normalization = Normalization::kShared;
  EXPECT_LT(ReportLayers(explained, options)[1][5][390][3].item<int>(), 30);
}

TEST(ReportTest, BeginsWithTheStrongestWordThatAPictureCanShow) {
  auto explained = GreyPhotograph();
  explained.explanation.targets[0].text = "A";
  explained.explanation.maps[0] *= 3;
  explained.explanation.maps[1] *= 2;  // of "dog's"
  EXPECT_THAT(ReportHtml({explained}, {}), HasSubstr("let current = 1;"));
  for (const auto word : {1, 2}) explained.explanation.maps[word] = -1;
  EXPECT_THAT(ReportHtml({explained}, {}), HasSubstr("let current = 0;")) << "no other has a map";
}

TEST(ReportTest, NeedsNothingFromElsewhere) {
  const auto html = ReportHtml({GreyPhotograph()}, {});
  EXPECT_THAT(html, AllOf(Not(HasSubstr("http:")), Not(HasSubstr("https:")), Not(HasSubstr("<link"))));
  EXPECT_THAT(html, HasSubstr("default-src 'none'")) << "and the browser is told to refuse it";
}

TEST(ReportTest, LetsNoTextOfTheModelOrTheUserIntoItsMarkup) {
  const auto html = ReportHtml({GreyPhotograph()}, {});
  EXPECT_THAT(html, AllOf(HasSubstr("&lt;/script&gt;"), HasSubstr("grey &lt;1&gt;.jpg"), HasSubstr("dog&#39;s")));
  std::size_t scripts = 0;
  for (auto at = html.find("</script>"); at != std::string::npos; at = html.find("</script>", at + 1)) ++scripts;
  EXPECT_EQ(scripts, 1U);
}

TEST(ReportTest, KeepsPlaceholdersInTexts) {
  auto explained = GreyPhotograph();
  explained.explanation.targets[0].text = "@DATA@";
  EXPECT_THAT(ReportHtml({explained}, {}), HasSubstr(">@DATA@</button>"));
}

TEST(ReportTest, ShowsTheWarningsOfEveryMethodOnceAndSaysWhoseTheyAre) {
  auto other = GreyPhotograph();
  other.explanation.method = "rise";
  auto third = other;
  third.explanation.method = "center";
  for (auto* explained : {&other, &third}) explained->explanation.warnings.emplace_back("a warning of <two>");
  other.explanation.warnings.emplace_back("of one");
  const std::vector<ExplainedPhotograph> methods = {GreyPhotograph(), other, third};
  EXPECT_THAT(DistinctWarnings(methods), ElementsAre("the map of '</script>' is nowhere above zero",
                                                     "by rise, center: a warning of <two>", "by rise: of one"));
  EXPECT_THAT(ReportHtml(methods, {}), AllOf(HasSubstr("<li>by rise, center: a warning of &lt;two&gt;</li>"),
                                             HasSubstr("<li>by rise: of one<")));
  EXPECT_THAT(DistinctWarnings({other}), testing::Contains("of one"));
}

/// The same at a layer of 8 x 4 channels of 2 x 2, whose channel c is active in quarter c % 4: of the first word
/// "round" is channel 2, with 6 (silent) and others, "red" channel 3 against it; of the second nothing is named.
ExplainedPhotograph NamedPhotograph() {
  auto explained = GreyPhotograph();
  auto& explanation = explained.explanation;
  explanation.activation = at::eye(4, at::kFloat).reshape({4, 2, 2}).repeat({8, 1, 1});
  explanation.names = LayerConcepts();
  explanation.names->layer = "layer4";
  explanation.names->data_set = "<3> scenes";
  ConceptRanking ranking;
  ranking.supporting.total = 1;
  ranking.supporting.concepts = {
      {"round </script>",
       "shape",
       {{{2, 0.2}, 0.31, 0.5}, {{6, 0.1}, 0.2, 5, false}, {{10, 0.1}, 0.2, 0.5}, {{14, 0.05}, 0.2, 0.5}},
       0.45,
       0.45}};
  ranking.opposing.total = -1;
  ranking.opposing.concepts = {{"red", "color", {{{3, -1}, 0.2, 0.5}}, -1, 1}};
  explanation.targets[0].concepts = ranking;
  explanation.targets[0].sentence = "The word 'my' was <supported>.";
  explanation.targets[1].concepts = ConceptRanking();
  explanation.targets[1].sentence = "Nothing.";
  return explained;
}

TEST(ChannelLayerTest, ShowsWhereAChannelIsActiveAsTheMapsAreDrawn) {
  const auto explained = NamedPhotograph();
  const auto layer = ChannelLayer(explained, {{2, 1}, 0.3, 0.5}, 150, 200, {});
  EXPECT_THAT(layer.sizes(), ElementsAre(150, 200, 4));
  EXPECT_GT(layer[145][5][3].item<int>(), 150) << "the lower left";
  EXPECT_EQ(layer[5][195][3].item<int>(), 0);
  const auto map = ReportLayers(explained, {})[2];
  EXPECT_EQ(layer[145][5][0].item<int>(), map[290][10][0].item<int>()) << "the same colours for the same map";
  EXPECT_NEAR(layer[75][50][3].item<int>(), map[150][100][3].item<int>(), 4);
}

TEST(ChannelLayerTest, ShowsAChannelThatDoesNotFireAsWeak) {
  const auto layer = ChannelLayer(NamedPhotograph(), {{2, 1}, 0.3, 5}, 150, 200, {});
  EXPECT_LT(layer.select(2, 3).max().item<int>(), 60);
  auto silent = NamedPhotograph();
  silent.explanation.activation.zero_();
  EXPECT_EQ(ChannelLayer(silent, {{2, 1}, 0.3, -1}, 150, 200, {}).select(2, 3).max().item<int>(), 0);
}

TEST(ReportTest, SaysWhatAGradientTellsOfTheOpposition) {
  auto explained = NamedPhotograph();
  explained.explanation.named_by = Importance::kAlpha;
  EXPECT_THAT(ReportHtml({explained}, {}), HasSubstr("<h3>more would lower it</h3>"));
  explained.explanation.named_by = Importance::kAblation;
  EXPECT_THAT(ReportHtml({explained}, {}), HasSubstr("<h3>spoke against it</h3>"));
}

TEST(ReportTest, HoldsEachChannelsPictureOnce) {
  auto explained = NamedPhotograph();
  const auto count = [&] {
    const auto html = ReportHtml({explained}, {});
    std::size_t pictures = 0;
    for (auto at = html.find("data:image/png"); at != std::string::npos; at = html.find("data:image/png", at + 1)) {
      ++pictures;
    }
    return pictures;
  };
  const auto once = count();
  EXPECT_EQ(once, 4U + 1 + 4) << "the maps, the first of them shown, and of 'round' the three strongest channels";
  explained.explanation.targets[1] = explained.explanation.targets[0];
  EXPECT_EQ(count(), once);
}

TEST(ReportTest, LetsNoNameOfAConceptIntoItsMarkup) {
  const auto html = ReportHtml({NamedPhotograph()}, {});
  EXPECT_THAT(html,
              AllOf(Not(HasSubstr("round </script>")), Not(HasSubstr("<supported>")), HasSubstr("&lt;3&gt; scenes")));
}

TEST(IndexTest, ShowsAndLinksEachReport) {
  const auto html = IndexHtml({{"a <dog>", "x/photo <1>.jpg", "photo-1"}, {"a cat", "y.jpg", "photo-2"}});
  EXPECT_THAT(html, AllOf(HasSubstr("href=\"photo-1/report.html\""), HasSubstr("src=\"photo-2/overview.png\""),
                          HasSubstr("a &lt;dog&gt;"), HasSubstr("x/photo &lt;1&gt;.jpg")));
}

/// The report of GreyPhotograph() in a browser.
class ReportInBrowserTest : public testing::Test {
 protected:
  void SetUp() override {
    WHEREFORE_NEEDS_BROWSER();
    WriteFileWhole(directory_.PathOf("report.html"), ReportHtml({GreyPhotograph()}, {}));
    WriteFileWhole(directory_.PathOf("named.html"), ReportHtml({NamedPhotograph()}, {}));
  }

  Browser Open(int width = 1000, int height = 900) { return {directory_.PathOf("report.html"), width, height}; }
  Browser OpenNamed(int width = 1000, int height = 900) { return {directory_.PathOf("named.html"), width, height}; }

  /// How far the shown photograph's four quarters are from the photograph's grey, on average.
  static std::vector<double> Heat(Browser& browser) {
    browser.Evaluate("document.querySelector('.layer').decode()");  // the new layer's picture is ready
    browser.Evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    const auto box = browser.Evaluate(
        "(() => { const box = document.getElementById('photograph').getBoundingClientRect();"
        " return [box.x, box.y, box.width, box.height].map(Math.round); })()");
    const auto shown = browser.Screenshot()
                           .narrow(0, box[1].get<int64_t>(), box[3].get<int64_t>())
                           .narrow(1, box[0].get<int64_t>(), box[2].get<int64_t>());
    const auto change = (shown.to(at::kDouble) - 128).abs().mean(2);
    std::vector<double> heat;
    for (const auto& half : change.tensor_split(2, 0)) {
      for (const auto& quarter : half.tensor_split(2, 1)) heat.push_back(quarter.mean().item<double>());
    }
    return heat;
  }

  static std::string Chosen(Browser& browser) {
    return browser.Evaluate("document.querySelector('button[aria-pressed=true]').textContent");
  }

  TemporaryDirectory directory_;
};

int Hottest(const std::vector<double>& heat) {
  return static_cast<int>(std::max_element(heat.begin(), heat.end()) - heat.begin());
}

TEST_F(ReportInBrowserTest, ShowsTheMapOfTheWordThatIsPointedAt) {
  auto browser = Open();
  EXPECT_EQ(Hottest(Heat(browser)), 0);
  browser.PointAt("button[data-target='2']");
  EXPECT_EQ(Chosen(browser), "&");
  EXPECT_EQ(Hottest(Heat(browser)), 2);
  EXPECT_THAT(browser.Evaluate("document.getElementById('now').textContent").get<std::string>(), HasSubstr("37.0 %"));
  browser.PointAt("button[data-target='1']");
  EXPECT_EQ(Hottest(Heat(browser)), 1);
}

TEST_F(ReportInBrowserTest, ShowsSeveralMethodsSideBySide) {
  auto other = GreyPhotograph();
  other.explanation.method = "layer-cam";
  other.explanation.maps = other.explanation.maps.flip(0);  // the first word's has nothing to show
  std::swap(other.explanation.targets[0].why_empty, other.explanation.targets[3].why_empty);
  WriteFileWhole(directory_.PathOf("report.html"), ReportHtml({GreyPhotograph(), other}, {}));
  auto browser = Open();
  const auto text = [&](const std::string& selector) {
    return browser.Evaluate("[...document.querySelectorAll('" + selector + "')].map(x => x.textContent).join('|')")
        .get<std::string>();
  };
  EXPECT_EQ(text("figcaption b"), "grad-cam|layer-cam");
  EXPECT_EQ(text("figcaption .empty"), "|There is no map to show: it is nowhere above zero: no region speaks for it.");
  const auto shown = [&] {
    return browser.Evaluate("[...document.querySelectorAll('.layer')].map(x => x.src)").get<std::vector<std::string>>();
  };
  const auto before = shown();
  ASSERT_EQ(before.size(), 2U);
  browser.PointAt("button[data-target='2']");
  EXPECT_NE(shown()[0], before[0]);
  EXPECT_NE(shown()[1], before[1]);
  EXPECT_EQ(Hottest(Heat(browser)), 2);
  EXPECT_EQ(browser.Evaluate("document.querySelector('.copy').naturalWidth").get<int>(), 400);
}

TEST_F(ReportInBrowserTest, ShowsTheMapOfTheWordThatTheKeyboardMovesTo) {
  auto browser = Open();
  browser.Press("Tab");
  EXPECT_EQ(Chosen(browser), "my");
  browser.Press("ArrowRight");
  EXPECT_EQ(Chosen(browser), "dog's");
  EXPECT_EQ(Hottest(Heat(browser)), 1);
  browser.Press("ArrowLeft");
  browser.Press("ArrowLeft");
  EXPECT_EQ(Chosen(browser), "</script>") << "round to the last one";
}

TEST_F(ReportInBrowserTest, SaysWhereThereIsNothingToShow) {
  auto browser = Open();
  browser.PointAt("button[data-target='3']");
  const auto heat = Heat(browser);
  EXPECT_LT(*std::max_element(heat.begin(), heat.end()), 2);
  EXPECT_THAT(browser.Evaluate("document.getElementById('now').textContent").get<std::string>(),
              HasSubstr("There is no map to show: it is nowhere above zero"));
  EXPECT_THAT(browser.Evaluate("document.querySelector('.warnings').textContent").get<std::string>(),
              HasSubstr("nowhere above zero"));
}

TEST_F(ReportInBrowserTest, FadesTheOverlayWithTheSlider) {
  auto browser = Open();
  const double full = Heat(browser)[0];
  browser.Evaluate("document.getElementById('strength').focus()");
  for (int press = 0; press < 50; ++press) browser.Press("ArrowLeft");
  EXPECT_NEAR(Heat(browser)[0], full / 2, full / 10);
  for (int press = 0; press < 50; ++press) browser.Press("ArrowLeft");
  EXPECT_LT(Heat(browser)[0], 2);
}

TEST_F(ReportInBrowserTest, FitsAPhone) {
  auto browser = Open(360, 740);
  EXPECT_LE(browser.Evaluate("document.documentElement.scrollWidth").get<int>(), 360);
  EXPECT_GE(
      browser.Evaluate("Math.min(...[...document.querySelectorAll('button')].map(b => b.offsetHeight))").get<int>(), 32)
      << "wide enough for a finger";
}

std::string TextOf(Browser& browser, const std::string& selector) {
  return browser.Evaluate("document.querySelector(" + nlohmann::json(selector).dump() + ").textContent");
}

TEST_F(ReportInBrowserTest, ShowsWhatTheChannelsOfTheChosenWordStandFor) {
  auto browser = OpenNamed();
  EXPECT_EQ(TextOf(browser, "#why"), "The word 'my' was <supported>.");
  EXPECT_EQ(TextOf(browser, "#supporting"), "round </script>45 %23+1");
  EXPECT_EQ(TextOf(browser, "#opposing"), "red100 %");
  EXPECT_EQ(browser.Evaluate("[...document.querySelectorAll('.silent')].map(b => b.textContent).join()"), "2");
  browser.PointAt("button[data-target='1']");
  EXPECT_EQ(TextOf(browser, "#why"), "Nothing.");
  EXPECT_EQ(TextOf(browser, "#supporting"), "no channel that has a name");
  browser.PointAt("button[data-target='2']");
  EXPECT_TRUE(browser.Evaluate("document.getElementById('neurons').hidden && document.getElementById('why').hidden"));
}

TEST_F(ReportInBrowserTest, ShowsWhereAChannelIsActiveWhileItIsPointedAt) {
  auto browser = OpenNamed();
  EXPECT_EQ(Hottest(Heat(browser)), 0);
  browser.PointAt("#supporting button");
  EXPECT_EQ(Hottest(Heat(browser)), 2);
  EXPECT_THAT(TextOf(browser, "#shown"),
              HasSubstr("Channel 2, named “round </script>” (IoU 0.31): where it is active"));
  browser.PointAt("#opposing button");
  EXPECT_EQ(Hottest(Heat(browser)), 3);
  browser.PointAt("#supporting button:nth-of-type(2)");
  EXPECT_THAT(TextOf(browser, "#shown"), HasSubstr("weak here"));
  browser.PointAt("footer");
  EXPECT_EQ(Hottest(Heat(browser)), 0) << "the word's map again";
  EXPECT_TRUE(browser.Evaluate("document.getElementById('shown').hidden"));
}

TEST_F(ReportInBrowserTest, ShowsWhereAChannelIsActiveWhileTheKeyboardIsAtIt) {
  auto browser = OpenNamed();
  browser.Evaluate("document.getElementById('strength').focus()");
  browser.Press("Tab");
  EXPECT_EQ(Hottest(Heat(browser)), 2) << "after the slider comes the first name";
  browser.Press("Tab");
  browser.Press("Tab");
  browser.Press("Tab");
  EXPECT_EQ(Hottest(Heat(browser)), 3);
  browser.Press("Tab");
  EXPECT_EQ(Hottest(Heat(browser)), 0);
}

TEST_F(ReportInBrowserTest, ShowsWhereAChannelIsActiveAfterAFingersTap) {
  auto browser = OpenNamed(360, 740);
  EXPECT_LE(browser.Evaluate("document.documentElement.scrollWidth").get<int>(), 360);
  const std::string pressed = "dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))";
  browser.Evaluate("document.querySelector('#opposing button')." + pressed);
  browser.Evaluate("document.querySelector('#opposing button').click()");
  EXPECT_EQ(Hottest(Heat(browser)), 3);
  browser.Evaluate("document.querySelector('footer')." + pressed);
  EXPECT_EQ(Hottest(Heat(browser)), 0);
}

TEST_F(ReportInBrowserTest, AsksTheNetworkForNothing) {
  auto browser = Open();
  for (int target = 0; target < 4; ++target) browser.PointAt("button[data-target='" + std::to_string(target) + "']");
  EXPECT_EQ(browser.requests(), 0);
}

}  // namespace
}  // namespace wherefore
