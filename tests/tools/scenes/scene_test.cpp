#include "tools/scenes/scene.h"

#include <cmath>
#include <set>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_text.h"
#include "tools/scenes/captions.h"
#include "tools/scenes/questions.h"
#include "tools/scenes/random.h"

namespace wherefore {
namespace {

using testing::HasSubstr;

Scene SmallScene(std::uint64_t seed) {
  SceneOptions options;
  options.size = 64;
  return MakeScene(seed, options);
}

/// FNV-1a.
std::uint64_t Hash(const std::string& text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001B3ULL;
  return hash;
}

/// Looks, places to the pixel and what is said: all but pixels, which may differ in the last bit of a sine.
std::string TextOf(std::uint64_t seed) {
  const auto scene = SmallScene(seed);
  std::string text;
  for (const auto& object : scene.objects) {
    for (const auto attribute : kAttributes) text += std::to_string(object.Of(attribute)) + " ";
    text += std::to_string(std::lround(object.x)) + " " + std::to_string(std::lround(object.y)) + "\n";
  }
  Random random(seed);
  text += MakeCaption(scene, random).Text() + "\n";
  for (const auto& question : MakeQuestions(scene, random, 2)) text += question.Text() + " " + question.answer + "\n";
  return text;
}

TEST(SceneTest, SameSeedMakesTheSameBytes) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto scene = SmallScene(seed);
    const auto again = SmallScene(seed);
    EXPECT_TRUE(scene.picture.equal(again.picture));
    EXPECT_TRUE(scene.mask.equal(again.mask));
  }
  EXPECT_FALSE(SmallScene(0).picture.equal(SmallScene(1).picture));
}

TEST(SceneTest, StaysAsItWas) {
  // A change means that sets of scenes made before cannot be made again: say so in the changelog.
  const auto text = TextOf(20);
  EXPECT_EQ(Hash(text), 7427954555694562807ULL) << text;
}

TEST(SceneTest, PicturesAreOfTheSizeAskedFor) {
  const auto scene = MakeScene(1);
  EXPECT_EQ(scene.picture.sizes().vec(), (std::vector<int64_t>{192, 192, 3}));
  EXPECT_EQ(scene.mask.sizes().vec(), (std::vector<int64_t>{192, 192}));
  EXPECT_EQ(scene.picture.scalar_type(), at::kByte);
  EXPECT_EQ(scene.mask.scalar_type(), at::kByte);
}

TEST(SceneTest, BoxesAreThoseOfTheMask) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto scene = SmallScene(seed);
    EXPECT_EQ(scene.mask.max().item<int64_t>(), static_cast<int64_t>(scene.objects.size()));
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
      const auto places = (scene.mask == static_cast<int64_t>(i + 1)).nonzero();
      ASSERT_GT(places.size(0), 0);
      const auto least = std::get<0>(places.min(0));
      const auto most = std::get<0>(places.max(0));
      const auto& box = scene.objects[i].box;
      EXPECT_EQ(box.top, least[0].item<int64_t>());
      EXPECT_EQ(box.left, least[1].item<int64_t>());
      EXPECT_EQ(box.height, most[0].item<int64_t>() - least[0].item<int64_t>() + 1);
      EXPECT_EQ(box.width, most[1].item<int64_t>() - least[1].item<int64_t>() + 1);
    }
  }
}

/// Whether an object's neighbour in the mask is the other.
bool Touch(const at::Tensor& mask, std::size_t object, std::size_t other) {
  const auto is = [&](std::size_t i) { return mask == static_cast<int64_t>(i + 1); };
  const auto these = is(object).to(at::kFloat);
  const auto grown = at::max_pool2d(these.unsqueeze(0).unsqueeze(0), 3, 1, 1)[0][0] > 0;
  return grown.logical_and(is(other)).any().item<bool>();
}

TEST(SceneTest, VisibleSharesAndOcclusionsAreThoseOfTheMask) {
  int hidden = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto scene = SmallScene(seed);
    std::set<std::size_t> occluded;
    for (const auto& [front, back] : scene.occlusions) {
      EXPECT_GT(front, back);
      occluded.insert(back);
      EXPECT_TRUE(Holds(Relation::kInFrontOf, scene, front, back));
      EXPECT_FALSE(Holds(Relation::kInFrontOf, scene, back, front));
    }
    for (std::size_t i = 0; i < scene.objects.size(); ++i) {
      EXPECT_GE(scene.objects[i].visible, 0.65);
      EXPECT_LE(scene.objects[i].visible, 1);
      // What is to be seen, by its share, is the object's area: a whole number of pixels, of the order of its circle's.
      const double pixels = (scene.mask == static_cast<int64_t>(i + 1)).sum().item<double>();
      const double area = pixels / scene.objects[i].visible;
      EXPECT_NEAR(area, std::round(area), 1e-6);
      EXPECT_LT(area, 3.2 * scene.objects[i].radius * scene.objects[i].radius + 4);
      EXPECT_EQ(scene.objects[i].visible<1, occluded.count(i)> 0);
      if (occluded.count(i) > 0) ++hidden;
    }
  }
  EXPECT_GT(hidden, 50);
}

TEST(SceneTest, WhatHidesPixelsTouchesMostly) {
  int touching = 0;
  int whole = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto scene = SmallScene(seed);
    for (const auto& [front, back] : scene.occlusions) {
      ++whole;
      if (Touch(scene.mask, front, back)) ++touching;
    }
  }
  EXPECT_GT(touching, whole * 95 / 100);  // a third may cover the edge between
}

TEST(SceneTest, EveryValueAppears) {
  std::set<std::pair<Attribute, int>> seen;
  std::size_t most = 0;
  std::size_t fewest = 6;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto scene = SmallScene(seed);
    most = std::max(most, scene.objects.size());
    fewest = std::min(fewest, scene.objects.size());
    for (const auto& object : scene.objects) {
      for (const auto attribute : kAttributes) seen.emplace(attribute, object.Of(attribute));
    }
  }
  EXPECT_EQ(seen.size(), 8U + 8U + 3U + 4U);
  EXPECT_EQ(fewest, 1U);
  EXPECT_EQ(most, 6U);
}

TEST(SceneTest, NothingIsHiddenWhereNothingMayBe) {
  SceneOptions options;
  options.size = 64;
  options.least_visible = 1;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto scene = MakeScene(seed, options);
    EXPECT_TRUE(scene.occlusions.empty());
    for (const auto& object : scene.objects) EXPECT_EQ(object.visible, 1);
  }
}

TEST(SceneTest, ShapesOfABiasedWorldHaveTheirColor) {
  SceneOptions options;
  options.size = 64;
  options.color_of_shape = {3, -1, -1, -1, 0, -1, -1, -1};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (const auto& object : MakeScene(seed, options).objects) {
      if (object.Of(Attribute::kShape) == 0) {
        EXPECT_EQ(object.Of(Attribute::kColor), 3);
      }
      if (object.Of(Attribute::kShape) == 4) {
        EXPECT_EQ(object.Of(Attribute::kColor), 0);
      }
    }
  }
}

TEST(SceneTest, DirectionsNeedAClearDistance) {
  Scene scene;
  scene.mask = at::zeros({100, 100}, at::kByte);
  scene.objects.resize(2);
  scene.objects[1].x = 7.9;
  EXPECT_FALSE(Holds(Relation::kLeftOf, scene, 0, 1));
  scene.objects[1].x = 8.1;
  EXPECT_TRUE(Holds(Relation::kLeftOf, scene, 0, 1));
  EXPECT_TRUE(Holds(Relation::kRightOf, scene, 1, 0));
  EXPECT_FALSE(Holds(Relation::kAbove, scene, 0, 1));
  scene.objects[1].y = -8.1;
  EXPECT_TRUE(Holds(Relation::kBelow, scene, 0, 1));
  EXPECT_TRUE(Holds(Relation::kAbove, scene, 1, 0));
}

TEST(SceneTest, SeedsOfSetsDiffer) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t base = 0; base < 20; ++base) {
    for (std::uint64_t index = 0; index < 1000; ++index) seeds.insert(SceneSeed(base, index));
  }
  EXPECT_EQ(seeds.size(), 20000U);
  EXPECT_EQ(SceneSeed(0, 0), 12035550249420947055ULL);  // as it was
}

TEST(SceneTest, RefusesOptionsOutOfRange) {
  SceneOptions options;
  const auto text = [&] { return ErrorText(ErrorKind::kUsage, [&] { MakeScene(0, options); }); };
  options.size = 63;
  EXPECT_EQ(text(), "scenes must be 64 to 4096 pixels wide, not 63");
  options = {};
  options.max_objects = 7;
  EXPECT_EQ(text(), "scenes have 1 to 6 objects, not 1 to 7");
  options = {};
  options.min_objects = 4;
  options.max_objects = 3;
  EXPECT_EQ(text(), "scenes have 1 to 6 objects, not 4 to 3");
  options = {};
  options.color_of_shape = {1};
  EXPECT_THAT(text(), HasSubstr("for each of the 8 shapes"));
  options = {};
  options.alike = 1.5;
  EXPECT_THAT(text(), HasSubstr("the chance that things look alike must be 0 to 1, not 1.5"));
}

TEST(SceneTest, HasMoreThingsAlikeWhereThatIsWanted) {
  const auto alike = [](double chance) {
    SceneOptions options;
    options.size = 64;
    options.min_objects = options.max_objects = 2;
    options.alike = chance;
    int scenes = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto& objects = MakeScene(seed, options).objects;
      scenes += static_cast<int>(objects.size() == 2 && objects[0].look == objects[1].look);
    }
    return scenes;
  };
  // By chance a third of the 35 % that are made alike in shape and color have the same size, a quarter the same
  // pattern.
  EXPECT_LT(alike(0), 20);
  EXPECT_GT(alike(0.5), 80);
  EXPECT_LT(alike(0.5), 130);
  EXPECT_EQ(alike(1), 200);
}

TEST(SceneTest, WithoutAnObjectIsTheSameButForItAndItsShadow) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto scene = MakeScene(SceneSeed(21, i));
    const std::size_t removed = i % scene.objects.size();
    const auto without = WithoutObjects(scene, {removed});
    ASSERT_EQ(without.objects.size(), scene.objects.size());
    EXPECT_FALSE((without.mask == static_cast<int64_t>(removed) + 1).any().item<bool>());
    const auto was_there = scene.mask == static_cast<int64_t>(removed) + 1;
    EXPECT_TRUE(at::equal(without.mask.masked_fill(was_there, 0), scene.mask.masked_fill(was_there, 0)));
    const auto changed = (without.picture != scene.picture).any(2);
    EXPECT_GT(changed.logical_and(was_there).sum().item<int64_t>(), was_there.sum().item<int64_t>() * 9 / 10);
    // Its shadow reaches a little further than it does; the rest of the picture is as it was, noise and all.
    EXPECT_LT(changed.sum().item<int64_t>(), 3 * was_there.sum().item<int64_t>() + 400);
    EXPECT_TRUE(at::equal(WithoutObjects(scene, {}).picture, scene.picture));
  }
}

}  // namespace
}  // namespace wherefore
