#include "tools/evaluation/measures.h"

#include <sstream>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

/// A 4 x 4 picture whose left half is the object, and a model that gives the mean of the image's first two columns as
/// its probability.
MapSubject LeftHalf() {
  MapSubject subject;
  subject.image = at::ones({1, 3, 4, 4});
  subject.mask = at::zeros({4, 4}, at::kByte);
  subject.mask.narrow(1, 0, 2).fill_(1);
  subject.boxes = {{0, 0, 2, 4}};
  subject.probability = [](const at::Tensor& images) { return images.narrow(3, 0, 2).mean({1, 2, 3}); };
  subject.occlusion = subject.mask.to(at::kFloat);
  return subject;
}

TargetMap::MakeHeat Made(const at::Tensor& heat) {
  return [heat] { return heat; };
}

double Value(const std::string& measure, const MapSubject& subject, const at::Tensor& heat) {
  MeasureOptions options;
  options.tolerance = 1;
  const TargetMap map(subject, Made(heat), Made(heat), 16);
  return MeasureNamed(measure).of_map(map, options)->value;
}

at::Tensor PeakAt(int64_t y, int64_t x) {
  auto map = at::ones({4, 4});
  map[y][x] = 4;
  return map;
}

TEST(MeasuresTest, OfPlacesAreWhatTheyAreCalled) {
  const auto subject = LeftHalf();
  const auto on_object = subject.mask.to(at::kFloat);
  EXPECT_EQ(Value("pointing", subject, PeakAt(0, 1)), 1);
  EXPECT_EQ(Value("pointing", subject, PeakAt(0, 2)), 0);
  EXPECT_EQ(Value("pointing-tolerant", subject, PeakAt(0, 2)), 1);
  EXPECT_EQ(Value("pointing-tolerant", subject, PeakAt(0, 3)), 0);
  EXPECT_NEAR(Value("energy-inside", subject, PeakAt(0, 0)), 11.0 / 19, 1e-6);  // 7 + 4 of 15 + 4
  EXPECT_EQ(Value("box", subject, on_object), 1);
  EXPECT_EQ(Value("box", subject, at::ones({4, 4})), 1);  // the whole picture: IoU 8 / 16
  EXPECT_EQ(Value("box", subject, 1 - on_object), 0);
}

TEST(MeasuresTest, InsideOverOutsideIsOfMapsScaledToOne) {
  const auto subject = LeftHalf();
  const auto heat = PeakAt(0, 0);
  const auto value = MeasureNamed("inside-outside").of_map(TargetMap(subject, Made(heat), Made(heat), 1), {});
  EXPECT_NEAR(value->value, (1 + 7 * 0.25) / 8, 1e-6);
  EXPECT_NEAR(value->over.value(), 0.25, 1e-6);
  auto filled = subject;
  filled.mask = at::ones({4, 4}, at::kByte);
  EXPECT_FALSE(MeasureNamed("inside-outside").of_map(TargetMap(filled, Made(heat), Made(heat), 1), {}));
  const auto empty = at::zeros({4, 4});
  EXPECT_FALSE(MeasureNamed("inside-outside").of_map(TargetMap(subject, Made(empty), Made(empty), 1), {}));
}

TEST(MeasuresTest, TitlesSayWhatTheyWereMadeWith) {
  MeasureOptions options;
  options.noise.epsilon = 0.5;
  EXPECT_EQ(TitleOf(MeasureNamed("adversarial"), options), "pointing game under adversarial noise of 0.5/255, % hit");
  EXPECT_EQ(TitleOf(MeasureNamed("pointing-tolerant"), options), "pointing game, % hit within 6 pixels");
  EXPECT_EQ(TitleOf(MeasureNamed("road"), options), MeasureNamed("road").title);
}

TEST(MeasuresTest, MakesEachHeatOnceWhereItIsAskedFor) {
  const auto subject = LeftHalf();
  int on_picture = 0;
  int on_image = 0;
  const auto counting = [](int* count) {
    return [count] {
      ++*count;
      return PeakAt(0, 0);
    };
  };
  const TargetMap map(subject, counting(&on_picture), counting(&on_image), 1);
  for (const char* name : {"pointing", "pointing-tolerant", "energy-inside", "inside-outside", "box"}) {
    EXPECT_TRUE(MeasureNamed(name).of_map(map, {}));
  }
  EXPECT_EQ(on_picture, 1);
  EXPECT_EQ(on_image, 0);
  MeasureNamed("average-drop").of_map(map, {});
  MeasureNamed("occlusion-correlation").of_map(map, {});
  EXPECT_EQ(on_picture, 1);
  EXPECT_EQ(on_image, 1);
}

TEST(MeasuresTest, OfFaithPreferTheMapThatTheModelFollows) {
  const auto subject = LeftHalf();
  const auto right = subject.mask.to(at::kFloat);
  const auto wrong = 1 - right;
  EXPECT_NEAR(Value("occlusion-correlation", subject, right), 1, 1e-9);
  EXPECT_NEAR(Value("occlusion-correlation", subject, wrong), -1, 1e-9);
  // Deletion a pixel a step: the model's eight pixels first, then nothing: (1 + 7/8 + ... + 1/8 + 0) trapezoids = 4
  // / 16.
  EXPECT_NEAR(Value("deletion", subject, right), 0.25, 1e-6);
  EXPECT_NEAR(Value("deletion", subject, wrong), 0.75, 1e-6);
  EXPECT_GT(Value("insertion", subject, right), Value("insertion", subject, wrong));
  EXPECT_NEAR(Value("average-drop", subject, right), 0, 1e-6);
  EXPECT_NEAR(Value("average-drop", subject, wrong), 1, 1e-6);
  EXPECT_EQ(Value("increase", subject, wrong), 0);
}

TEST(MeasuresTest, IncreaseIsWhereTheProbabilityRises) {
  auto subject = LeftHalf();
  // 0.25 of the whole image, 0.75 where the left half is dark.
  subject.probability = [](const at::Tensor& images) { return 0.75 - images.narrow(3, 0, 2).mean({1, 2, 3}) / 2; };
  const auto left = subject.mask.to(at::kFloat);
  EXPECT_EQ(Value("increase", subject, 1 - left), 1);
  EXPECT_EQ(Value("average-drop", subject, 1 - left), 0);
  EXPECT_EQ(Value("increase", subject, left), 0) << "it stays as it is";
}

TEST(MeasuresTest, BoxIsThatOfAnyObjectAndUndefinedWhereNoneHasOne) {
  auto subject = LeftHalf();
  const auto heat = subject.mask.to(at::kFloat);
  const PixelBox met{0, 0, 2, 4};
  const PixelBox missed{3, 0, 1, 2};
  const std::vector<std::vector<PixelBox>> with_one_met = {{missed, met}, {met, missed}};
  for (const auto& boxes : with_one_met) {
    subject.boxes = boxes;
    EXPECT_EQ(Value("box", subject, heat), 1);
  }
  subject.boxes = std::vector<PixelBox>{missed};
  EXPECT_EQ(Value("box", subject, heat), 0);
  subject.boxes.clear();
  EXPECT_FALSE(MeasureNamed("box").of_map(TargetMap(subject, Made(heat), Made(heat), 1), {}));
}

TEST(MeasuresTest, RoadMeetsAValueWorkedByHand) {
  // A row of ten pixels, 0.9 to 0, of which the model sees the first. 1, 2, 3, 4, 5, 7 and 9 of them are removed.
  const auto rising = at::arange(10, at::kFloat).reshape({1, 10});
  const auto falling = 9 - rising;
  MapSubject subject;
  subject.image = (falling / 10).reshape({1, 1, 1, 10}).repeat({1, 3, 1, 1});
  subject.probability = [](const at::Tensor& images) { return images.select(3, 0).mean({1, 2}); };
  // Removed with others from the left, the first becomes like the next that is left: 0.8, 0.7, 0.6, 0.5, 0.4, 0.2, 0.
  // From the right, it stays. The noise on removed pixels has a standard error of 0.001 in this mean.
  const double expected = (7 * 0.9 - 3.2) / 2 / 7;
  EXPECT_NEAR(Value("road", subject, falling), expected, 0.006);
  EXPECT_NEAR(Value("road", subject, rising), -expected, 0.006);
  MeasureOptions other;
  other.seed = 2;
  const TargetMap map(subject, Made(falling), Made(falling), 1);
  EXPECT_NE(MeasureNamed("road").of_map(map, other)->value, Value("road", subject, falling));
}

TEST(MeasuresTest, EveryOneIsExplainedOnALineOfTheList) {
  std::ostringstream out;
  PrintMeasures(out);
  for (const auto& measure : Measures()) {
    EXPECT_THAT("\n" + out.str(), HasSubstr("\n" + measure.name + " "));
    EXPECT_THAT(out.str(), HasSubstr(measure.summary + "; " + NameOf(measure.better) + "; cost: " + measure.cost));
    EXPECT_EQ(measure.of_map == nullptr, measure.scope == Scope::kCase) << measure.name;
  }
  for (const auto& name : DefaultMeasures()) EXPECT_NE(MeasureNamed(name).of_map, nullptr);
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [] { MeasureNamed("insert"); }), HasSubstr("'insertion'"));
}

}  // namespace
}  // namespace wherefore
