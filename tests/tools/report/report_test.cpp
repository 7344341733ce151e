#include "tools/report/report.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "tests/support/browser.h"
#include "tests/support/explanations.h"
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
  const std::vector<std::string> words = {"my", "dog's", "&", "</script>"};
  explanation.said = Written(words);
  for (const auto& word : words) {
    auto target = TextTargetOf(TextPart::kWord, word, 0.37);
    target.score = -1;
    target.channels = {{{7, 0.5}, {3, 0.25}}, {{1, -0.5}}};
    explanation.targets.push_back(target);
  }
  explanation.maps = at::eye(4, at::kFloat).reshape({4, 2, 2}).clone();
  explanation.maps[3] = -1;
  explanation.targets[3].why_empty = "nowhere above zero: no region speaks for it";
  explanation.warnings = {"the map of '</script>' is nowhere above zero"};
  return explained;
}

std::string Html(const std::vector<ExplainedPhotograph>& methods, const RenderOptions& options) {
  std::vector<Drawing> drawings;
  for (const auto& explained : methods) drawings.push_back(Draw(explained, options));
  return ReportHtml(methods, drawings, options);
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
  explained.explanation.targets[0] = TextTargetOf(TextPart::kWord, "A");
  explained.explanation.maps[0] *= 3;
  explained.explanation.maps[1] *= 2;  // of "dog's"
  EXPECT_THAT(Html({explained}, {}), HasSubstr("let current = 1;"));
  for (const auto word : {1, 2}) explained.explanation.maps[word] = -1;
  EXPECT_THAT(Html({explained}, {}), HasSubstr("let current = 0;")) << "no other has a map";
}

TEST(ReportTest, NeedsNothingFromElsewhere) {
  const auto html = Html({GreyPhotograph()}, {});
  EXPECT_THAT(html, AllOf(Not(HasSubstr("http:")), Not(HasSubstr("https:")), Not(HasSubstr("<link"))));
  EXPECT_THAT(html, HasSubstr("default-src 'none'")) << "and the browser is told to refuse it";
}

TEST(ReportTest, LetsNoTextOfTheModelOrTheUserIntoItsMarkup) {
  const auto html = Html({GreyPhotograph()}, {});
  EXPECT_THAT(html, AllOf(HasSubstr("&lt;/script&gt;"), HasSubstr("grey &lt;1&gt;.jpg"), HasSubstr("dog&#39;s")));
  std::size_t scripts = 0;
  for (auto at = html.find("</script>"); at != std::string::npos; at = html.find("</script>", at + 1)) ++scripts;
  EXPECT_EQ(scripts, 1U);
}

TEST(ReportTest, KeepsPlaceholdersInTexts) {
  auto explained = GreyPhotograph();
  explained.explanation.targets[0] = TextTargetOf(TextPart::kWord, "@DATA@");
  EXPECT_THAT(Html({explained}, {}), HasSubstr(">@DATA@</button>"));
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
  EXPECT_THAT(Html(methods, {}), AllOf(HasSubstr("<li>by rise, center: a warning of &lt;two&gt;</li>"),
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

TEST(ReportTest, SaysWhatAGradientTellsOfTheOpposition) {
  auto explained = NamedPhotograph();
  explained.explanation.named_by = Importance::kAlpha;
  EXPECT_THAT(Html({explained}, {}), HasSubstr("<h3>more would lower it</h3>"));
  explained.explanation.named_by = Importance::kAblation;
  EXPECT_THAT(Html({explained}, {}), HasSubstr("<h3>spoke against it</h3>"));
}

int64_t Count(const std::string& text, const std::string& part) {
  int64_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ReportTest, HoldsEachChannelOnce) {
  auto explained = NamedPhotograph();
  const auto count = [&] { return Count(Html({explained}, {}), "named “"); };
  EXPECT_EQ(count(), 4) << "of 'round' the three strongest channels, and of 'red' its one";
  explained.explanation.targets[1] = explained.explanation.targets[0];
  EXPECT_EQ(count(), 4);
}

TEST(ReportTest, HoldsThePhotographOnceAndASmallPictureOfEachMap) {
  EXPECT_EQ(Count(Html({GreyPhotograph()}, {}), "data:image/"), 1 + 4);
  auto other = GreyPhotograph();
  other.explanation.method = "layer-cam";
  EXPECT_EQ(Count(Html({GreyPhotograph(), other}, {}), "data:image/"), 1 + 2 * 4);
  const std::vector<ExplainedPhotograph> many(20, GreyPhotograph());
  EXPECT_EQ(Count(Html(many, {}), "data:image/"), 1 + 20) << "of what a reader sees first, where there are too many";
}

/// A caption of 17 words about a photograph with more detail than most, at the greatest size that reports have.
ExplainedPhotograph LongCaption(at::IntArrayRef map_sizes) {
  auto explained = GreyPhotograph();
  const auto x = at::linspace(0, 9, 1000).reshape({1, 1000, 1});
  const auto y = at::linspace(0, 7, 800).reshape({800, 1, 1});
  const auto waves = (x * y).sin() * 80 + (x + y).cos() * 40 + 128;
  explained.photograph.pixels = (waves + at::randn({800, 1000, 3}) * 8).clamp(0, 255).to(at::kByte);
  auto& explanation = explained.explanation;
  const auto word = explanation.targets[0];
  explanation.targets.assign(18, word);
  std::get<TextTarget>(explanation.targets[17].about).part = TextPart::kWhole;
  explanation.said = Written(std::vector<std::string>(17, "word"));
  explanation.maps = at::rand({18, map_sizes[0], map_sizes[1]});
  return explained;
}

TEST(ReportTest, OfSeventeenWordsIsUnder1500KilobytesWhateverTheMaps) {
  constexpr std::size_t kMost = 1'500'000;
  EXPECT_LT(Html({LongCaption({14, 14})}, {}).size(), kMost);
  EXPECT_LT(Html({LongCaption({224, 224})}, {}).size(), kMost) << "RISE's, say";
  auto pixels = LongCaption({224, 224});
  pixels.explanation.method = "gradient";
  pixels.explanation.pixels = at::randn({18, 3, 224, 224});
  EXPECT_LT(Html({pixels}, {}).size(), kMost) << "the gradient at the pixels";
  pixels.explanation.pixels = at::randn({18, 3, 448, 448});
  EXPECT_LT(Html({pixels}, {}).size(), kMost);
  EXPECT_LT(Html({LongCaption({14, 14}), LongCaption({224, 224}), pixels}, {}).size(), kMost);
}

TEST(ReportTest, LetsNoNameOfAConceptIntoItsMarkup) {
  const auto html = Html({NamedPhotograph()}, {});
  EXPECT_THAT(html,
              AllOf(Not(HasSubstr("round </script>")), Not(HasSubstr("<supported>")), HasSubstr("&lt;3&gt; scenes")));
}

TEST(IndexTest, ShowsAndLinksEachReport) {
  const auto html = IndexHtml({{"a <dog>", "x/photo <1>.jpg", "photo-1"}, {"a cat", "y.jpg", "photo-2"}});
  EXPECT_THAT(html, AllOf(HasSubstr("href=\"photo-1/report.html\""), HasSubstr("src=\"photo-2/overview.png\""),
                          HasSubstr("a &lt;dog&gt;"), HasSubstr("x/photo &lt;1&gt;.jpg")));
}

std::string TextOf(Browser& browser, const std::string& selector) {
  return browser.Evaluate("document.querySelector(" + nlohmann::json(selector).dump() + ").textContent");
}

/// What the first layer shows, uint8 (H, W, 4).
at::Tensor Canvas(Browser& browser) {
  browser.Evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const auto values = browser.Evaluate(
      "(() => { const canvas = document.querySelector('.layer');"
      " const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
      " return [canvas.height, canvas.width, ...data]; })()");
  const auto numbers = at::tensor(values.get<std::vector<int64_t>>()).to(at::kByte);
  return numbers.slice(0, 2).reshape({values[0].get<int64_t>(), values[1].get<int64_t>(), 4});
}

/// The report of GreyPhotograph() in a browser.
class ReportInBrowserTest : public testing::Test {
 protected:
  void SetUp() override {
    WHEREFORE_NEEDS_BROWSER();
    WriteFileWhole(directory_.PathOf("report.html"), Html({GreyPhotograph()}, {}));
    WriteFileWhole(directory_.PathOf("named.html"), Html({NamedPhotograph()}, {}));
  }

  Browser Open(int width = 1000, int height = 900) { return {directory_.PathOf("report.html"), width, height}; }
  Browser OpenNamed(int width = 1000, int height = 900) { return {directory_.PathOf("named.html"), width, height}; }

  /// How far the shown photograph's four quarters are from the photograph's grey, on average.
  static std::vector<double> Heat(Browser& browser) {
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
  WriteFileWhole(directory_.PathOf("report.html"), Html({GreyPhotograph(), other}, {}));
  auto browser = Open();
  const auto text = [&](const std::string& selector) {
    return browser.Evaluate("[...document.querySelectorAll('" + selector + "')].map(x => x.textContent).join('|')")
        .get<std::string>();
  };
  EXPECT_EQ(text("figcaption b"), "grad-cam|layer-cam");
  EXPECT_EQ(text("figcaption .empty"), "|There is no map to show: it is nowhere above zero: no region speaks for it.");
  const auto shown = [&] {
    return browser.Evaluate("[...document.querySelectorAll('.layer')].map(x => x.toDataURL())")
        .get<std::vector<std::string>>();
  };
  const auto before = shown();
  ASSERT_EQ(before.size(), 2U);
  browser.PointAt("button[data-target='2']");
  EXPECT_NE(shown()[0], before[0]);
  EXPECT_NE(shown()[1], before[1]);
  EXPECT_EQ(Hottest(Heat(browser)), 2);
  EXPECT_EQ(browser.Evaluate("document.querySelector('.copy').naturalWidth").get<int>(), 400);
}

TEST_F(ReportInBrowserTest, RanksTheWordsThatAPlaceSpeaksForByTheMapsRawValues) {
  auto explained = GreyPhotograph();
  auto& explanation = explained.explanation;
  explanation.maps[1] = at::tensor({8.0F, 0.0F, 0.0F, 16.0F}).reshape({2, 2});  // of "dog's"
  explanation.maps[2] = -1;
  explanation.targets[2].why_empty = "nowhere above zero";
  WriteFileWhole(directory_.PathOf("report.html"), Html({explained}, {}));
  auto browser = Open();
  const auto point_at = [&](double x, double y) {
    browser.Evaluate(
        "(() => { const stage = document.querySelector('.stage'); const box = stage.getBoundingClientRect();"
        "stage.dispatchEvent(new PointerEvent('pointermove', {clientX: box.left + " +
        std::to_string(x) + " * box.width, clientY: box.top + " + std::to_string(y) + " * box.height})); })()");
    return TextOf(browser, "#place table");
  };
  EXPECT_TRUE(browser.Evaluate("document.getElementById('place').hidden").get<bool>());
  EXPECT_EQ(point_at(0.05, 0.05), "dog's8.0my1.0") << "the one that is higher here, though it is higher elsewhere";
  EXPECT_FALSE(browser.Evaluate("document.getElementById('place').hidden").get<bool>());
  EXPECT_THAT(point_at(0.95, 0.05), HasSubstr("none"));
  EXPECT_EQ(point_at(0.95, 0.95), "dog's16");
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

TEST_F(ReportInBrowserTest, ShowsAChannelThatDoesNotFireAsWeak) {
  auto silent = NamedPhotograph();
  silent.explanation.activation[3] = 0;
  silent.explanation.targets[0].concepts->opposing.concepts[0].channels[0].threshold = -1;
  WriteFileWhole(directory_.PathOf("named.html"), Html({silent}, {}));
  auto browser = OpenNamed();
  const auto strongest = [&](const std::string& selector) {
    browser.PointAt(selector);
    return Canvas(browser).select(2, 3).max().item<int>();
  };
  EXPECT_GT(strongest("#supporting button"), 150);
  EXPECT_LT(strongest("#supporting button:nth-of-type(2)"), 60) << "active at a fifth of its threshold";
  EXPECT_EQ(strongest("#opposing button"), 0) << "active nowhere";
}

/// Greatest difference of two layers (H, W, 4) where they lie on the photograph: of colours times opacity, and of
/// opacity.
double LayerDifference(const at::Tensor& a, const at::Tensor& b) {
  const auto laid = [](const at::Tensor& layer) {
    const auto opacity = layer.slice(2, 3, 4).to(at::kFloat);
    return at::cat({layer.slice(2, 0, 3).to(at::kFloat) * opacity / 255, opacity}, 2);
  };
  return (laid(a) - laid(b)).abs().max().item<double>();
}

/// Waves, some below zero, as maps of four words.
at::Tensor WavingMaps(int64_t height, int64_t width) {
  const auto x = at::linspace(0, 1, width).reshape({1, 1, width});
  const auto y = at::linspace(0, 1, height).reshape({1, height, 1});
  const auto word = at::arange(1, 5).to(at::kFloat).reshape({4, 1, 1});
  return ((x * 7 + word).sin() * (y * 5 * word).cos() + 0.3) * word;
}

TEST_F(ReportInBrowserTest, DrawsWhatTheStillPicturesShow) {
  struct Kind {
    const char* name;
    RenderOptions render;
    const char* resize;
    const char* method;
  };
  std::vector<Kind> kinds(5, {"as it comes", {}, "stretch", "grad-cam"});
  kinds[1].name = "aligned corners, one scale";
  kinds[1].render.map.upsampling = Upsampling::kAlignCorners;
  kinds[1].render.map.normalization = Normalization::kShared;
  kinds[2].name = "the middle was cut out";
  kinds[2].resize = "center_crop";
  kinds[3].name = "negative values";
  kinds[3].method = "grad-cam-without-relu";
  kinds[4].name = "another size and colour map";
  kinds[4].render.color_map = ColorMap::kMagma;
  kinds[4].render.longest_side = 231;
  for (const auto& kind : kinds) {
    auto explained = GreyPhotograph();
    explained.explanation.method = kind.method;
    explained.explanation.maps = WavingMaps(7, 5);
    explained.explanation.targets[3].why_empty = "";
    explained.image.resize = kind.resize;
    WriteFileWhole(directory_.PathOf("report.html"), Html({explained}, kind.render));
    const auto layers = ReportLayers(explained, kind.render);
    auto browser = Open();
    for (const int word : {0, 1, 2, 3}) {
      browser.PointAt("button[data-target='" + std::to_string(word) + "']");
      EXPECT_LE(LayerDifference(Canvas(browser), layers[static_cast<std::size_t>(word)]), 3) << kind.name << word;
    }
  }
}

TEST_F(ReportInBrowserTest, DrawsNearlyThatOfMapsTooLargeForThePage) {
  auto explained = GreyPhotograph();
  explained.explanation.maps = WavingMaps(300, 300);
  explained.explanation.targets[3].why_empty = "";
  WriteFileWhole(directory_.PathOf("report.html"), Html({explained}, {}));
  auto browser = Open();
  browser.PointAt("button[data-target='3']");
  const auto drawn = Canvas(browser).select(2, 3).to(at::kFloat);
  const auto still = ReportLayers(explained, {})[3].select(2, 3).to(at::kFloat);
  EXPECT_LT((drawn - still).abs().mean().item<double>(), 1.5);
}

TEST_F(ReportInBrowserTest, ShowsThePicturesOfPixels) {
  auto explained = GreyPhotograph();
  explained.image.resize = "center_crop";
  explained.explanation.method = "gradient";
  const auto x = at::linspace(-1, 1, 224).reshape({1, 1, 1, 224});
  const auto y = at::linspace(-1, 1, 224).reshape({1, 1, 224, 1});
  const auto color = at::tensor({1.0F, 0.2F, -1.0F}).reshape({1, 3, 1, 1});
  explained.explanation.pixels = (x * color + y * y).expand({4, 3, 224, 224});
  WriteFileWhole(directory_.PathOf("report.html"), Html({explained}, {}));
  auto browser = Open();
  browser.PointAt("button[data-target='1']");
  const auto still = ReportLayers(explained, {})[1].to(at::kFloat);
  const auto drawn = Canvas(browser).to(at::kFloat);
  EXPECT_LT((drawn - still).abs().mean().item<double>(), 2);
  EXPECT_TRUE(at::equal(drawn[150][3], still[150][3])) << "grey where the network saw nothing";
  browser.PointAt("button[data-target='3']");
  EXPECT_EQ(Canvas(browser).max().item<int>(), 0) << "an empty one";
}

TEST_F(ReportInBrowserTest, ShowsEveryMapWhereNoScriptRuns) {
  const auto path = directory_.PathOf("report.html");
  Browser browser(path, 1000, 900, Browser::Scripts::kOff);
  EXPECT_EQ(browser.Evaluate("document.querySelectorAll('.stills img').length").get<int>(), 4);
  EXPECT_EQ(browser.Evaluate("document.querySelector('.stages').offsetHeight").get<int>(), 0);
  EXPECT_THAT(TextOf(browser, ".stills"), AllOf(HasSubstr("dog's"), HasSubstr("37.0 %"), HasSubstr("There is no map")));
  const auto box = browser.Evaluate(
      "(() => { const box = document.querySelector('.stills img').getBoundingClientRect();"
      " return [box.x, box.y, box.width, box.height].map(Math.round); })()");
  const auto shown = browser.Screenshot()
                         .narrow(0, box[1].get<int64_t>(), box[3].get<int64_t>())
                         .narrow(1, box[0].get<int64_t>(), box[2].get<int64_t>());
  const auto heat = (shown.to(at::kDouble) - 128).abs();
  EXPECT_GT(heat.slice(0, 20, 60).slice(1, 20, 60).mean().item<double>(), 20) << "the first word's: the upper left";
  EXPECT_LT(heat.slice(0, -60, -20).slice(1, -60, -20).mean().item<double>(), 5);
  auto other = GreyPhotograph();
  other.explanation.method = "layer-cam";
  WriteFileWhole(directory_.PathOf("two.html"), Html({GreyPhotograph(), other}, {}));
  Browser two(directory_.PathOf("two.html"), 1000, 900, Browser::Scripts::kOff);
  EXPECT_EQ(two.Evaluate("document.querySelectorAll('.stills img').length").get<int>(), 8);
  EXPECT_EQ(two.Evaluate("document.querySelector('.stages').offsetHeight").get<int>(), 0);
  EXPECT_EQ(two.Evaluate("[...document.querySelectorAll('.without h2')].length").get<int>(), 4);
  Browser with_scripts(path, 1000, 900);
  EXPECT_EQ(with_scripts.Evaluate("document.querySelectorAll('.stills img').length").get<int>(), 0);
}

TEST_F(ReportInBrowserTest, AsksTheNetworkForNothing) {
  auto browser = Open();
  for (int target = 0; target < 4; ++target) browser.PointAt("button[data-target='" + std::to_string(target) + "']");
  EXPECT_EQ(browser.requests(), 0);
}

}  // namespace
}  // namespace wherefore
