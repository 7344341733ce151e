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
