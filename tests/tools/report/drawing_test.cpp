#include "tools/report/drawing.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/report/picture.h"

namespace wherefore {
namespace {

using testing::ElementsAre;

ExplainedPhotograph TwoClasses() {
  ExplainedPhotograph explained;
  explained.photograph.pixels = at::full({450, 600, 3}, 128, at::kByte);
  auto& explanation = explained.explanation;
  explanation.task = Task::kClassification;
  explanation.method = "grad-cam";
  explanation.targets.resize(2);
  explanation.targets[1].why_empty = "nowhere above zero";
  explanation.maps = at::cat({at::eye(2).unsqueeze(0), at::full({1, 2, 2}, -1.0)});
  return explained;
}

TEST(DrawingTest, HoldsOverlaysAsTheLayersGiveThemAndSmallOnes) {
  const auto explained = TwoClasses();
  const auto drawing = Draw(explained, {});
  const auto layers = ReportLayers(explained, {});
  ASSERT_EQ(drawing.overlays.size(), 2U);
  ASSERT_EQ(drawing.tiles.size(), 2U);
  const auto overlay = Overlay(drawing.photograph, layers[0]);
  EXPECT_TRUE(at::equal(DecodePicture(drawing.overlays[0]), overlay));
  EXPECT_TRUE(at::equal(drawing.tiles[0], Shrunk(overlay, kTileSide)));
  EXPECT_THAT(drawing.tiles[0].sizes(), ElementsAre(225, 300, 3));
  EXPECT_TRUE(at::equal(DecodePicture(drawing.overlays[1]), explained.photograph.pixels)) << "nothing to show";
}

TEST(DrawingTest, IsOfTheReportsSize) {
  RenderOptions options;
  options.longest_side = 120;
  EXPECT_THAT(Draw(TwoClasses(), options).photograph.sizes(), ElementsAre(90, 120, 3));
  EXPECT_THAT(DecodePicture(Draw(TwoClasses(), options).overlays[0]).sizes(), ElementsAre(90, 120, 3));
}

TEST(MapOptionsTest, KeepNegativeValuesForMethodsThatShowThem) {
  EXPECT_TRUE(MapOptionsFor("grad-cam", {}).relu);
  EXPECT_FALSE(MapOptionsFor("grad-cam-without-relu", {}).relu);
  RenderOptions raw;
  raw.map.relu = false;
  EXPECT_FALSE(MapOptionsFor("grad-cam", raw).relu);
}

}  // namespace
}  // namespace wherefore
