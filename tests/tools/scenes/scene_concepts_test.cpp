#include "tools/scenes/scene_concepts.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherefore {
namespace {

using testing::ElementsAre;

Scene SceneOf(double x, double y, const Look& look) {
  Scene scene;
  scene.mask = at::zeros({90, 90}, at::kByte);
  SceneObject object;
  object.x = x;
  object.y = y;
  object.look = look;
  scene.objects.push_back(object);
  return scene;
}

TEST(SceneConceptsTest, PositionsAreThirdsOfThePicture) {
  EXPECT_THAT(PositionsOf(SceneOf(10, 45, {}), 0), ElementsAre("left"));
  EXPECT_THAT(PositionsOf(SceneOf(80, 10, {}), 0), ElementsAre("right", "top"));
  EXPECT_THAT(PositionsOf(SceneOf(30, 61, {}), 0), ElementsAre("bottom"));
  EXPECT_THAT(PositionsOf(SceneOf(45, 45, {}), 0), ElementsAre("middle"));
}

TEST(SceneConceptsTest, AnObjectHasItsLooksAndItsPlace) {
  const auto scene = SceneOf(10, 45, {4, 0, 2, 1});  // ring, red, large, striped
  EXPECT_TRUE(HasConcept(scene, 0, "shape", "ring"));
  EXPECT_TRUE(HasConcept(scene, 0, "color", "red"));
  EXPECT_TRUE(HasConcept(scene, 0, "size", "large"));
  EXPECT_TRUE(HasConcept(scene, 0, "pattern", "striped"));
  EXPECT_TRUE(HasConcept(scene, 0, "position", "left"));
  EXPECT_FALSE(HasConcept(scene, 0, "shape", "red"));
  EXPECT_FALSE(HasConcept(scene, 0, "color", "blue"));
  EXPECT_FALSE(HasConcept(scene, 0, "position", "middle"));
  EXPECT_FALSE(HasConcept(scene, 0, "background", "background"));
}

}  // namespace
}  // namespace wherefore
