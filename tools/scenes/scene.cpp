#include "tools/scenes/scene.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "tools/scenes/random.h"
#include "tools/scenes/scene_canvas.h"

namespace wherefore {
namespace {

/// Of the radius of small, medium and large objects in the picture's size, least and most: no size passes for another.
constexpr double kRadii[3][2] = {{0.078, 0.090}, {0.118, 0.132}, {0.165, 0.185}};

/// Of the picture's size: what two centres must differ by for one to be left of the other, or above it.
constexpr double kClearly = 0.08;

/// The mixing function of splitmix64: one to one.
std::uint64_t Mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

/// Now and then as an earlier one in shape and colour, so that there is something to count.
Look RandomLook(Random& random, const std::vector<SceneObject>& before, const SceneOptions& options) {
  Look look{};
  for (const auto attribute : kAttributes) {
    look[static_cast<std::size_t>(attribute)] = random.Below(static_cast<int>(ValuesOf(attribute).size()));
  }
  if (!before.empty() && random.Chance(0.35)) {
    const auto& model = random.OneOf(before);
    look[0] = model.look[0];
    look[1] = model.look[1];
  }
  if (options.alike > 0 && !before.empty() && random.Chance(options.alike)) look = random.OneOf(before).look;
  if (!options.color_of_shape.empty()) {
    const int color = options.color_of_shape[static_cast<std::size_t>(look[0])];
    if (color >= 0) look[1] = color;
  }
  return look;
}

SceneObject RandomObject(Random& random, const Look& look, int size) {
  SceneObject object;
  object.look = look;
  const auto& radii = kRadii[object.Of(Attribute::kSize)];
  object.radius = size * random.Uniform(radii[0], radii[1]);
  const double margin = object.radius + 1;
  object.x = random.Uniform(margin, size - margin);
  object.y = random.Uniform(margin, size - margin);
  // Little: a square on its corner would be a diamond to many.
  object.angle = random.Uniform(-0.35, 0.35);
  return object;
}

/// `hidden`: objects that are left out of the picture.
Scene DrawScene(std::uint64_t seed, const std::vector<std::size_t>& hidden, const SceneOptions& options) {
  CheckSceneOptions(options);
  Random random(seed);
  SceneCanvas canvas(random, options.size);
  Scene scene;
  scene.seed = seed;
  const int wanted = random.Between(options.min_objects, options.max_objects);
  constexpr int kMostTries = 200;  // then the scene has fewer: it is full
  for (int tries = 0; tries < kMostTries && static_cast<int>(scene.objects.size()) < wanted; ++tries) {
    const auto object = RandomObject(random, RandomLook(random, scene.objects, options), options.size);
    const bool paint = std::find(hidden.begin(), hidden.end(), scene.objects.size()) == hidden.end();
    if (canvas.Add(object, options.least_visible, paint)) scene.objects.push_back(object);
  }
  scene.picture = canvas.Picture();
  scene.mask = canvas.Mask();
  canvas.Measure(&scene.objects);
  scene.occlusions = canvas.Occlusions();
  return scene;
}

}  // namespace

const char* NameOf(Attribute attribute) {
  static constexpr const char* names[] = {"shape", "color", "size", "pattern"};
  return names[static_cast<std::size_t>(attribute)];
}

const std::vector<std::string>& ValuesOf(Attribute attribute) {
  static const std::array<std::vector<std::string>, 4> values = {{
      {"circle", "square", "triangle", "star", "ring", "cross", "heart", "crescent"},
      {"red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"},
      {"small", "medium", "large"},
      {"plain", "striped", "dotted", "checked"},
  }};
  return values[static_cast<std::size_t>(attribute)];
}

const char* NameOf(Relation relation) {
  static constexpr const char* names[] = {"left of", "right of", "above", "below", "in front of"};
  return names[static_cast<std::size_t>(relation)];
}

void CheckSceneOptions(const SceneOptions& options) {
  if (options.size < 64 || options.size > 4096) {
    ThrowUsage("scenes must be 64 to 4096 pixels wide, not " + std::to_string(options.size));
  }
  if (options.min_objects < 1 || options.max_objects < options.min_objects || options.max_objects > 6) {
    ThrowUsage("scenes have 1 to 6 objects, not " + std::to_string(options.min_objects) + " to " +
               std::to_string(options.max_objects));
  }
  if (!(options.alike >= 0 && options.alike <= 1)) {
    std::ostringstream text;
    text << "the chance that things look alike must be 0 to 1, not " << options.alike;
    ThrowUsage(text.str());
  }
  const auto shapes = ValuesOf(Attribute::kShape).size();
  if (!options.color_of_shape.empty() && options.color_of_shape.size() != shapes) {
    ThrowUsage("color_of_shape needs a colour or -1 for each of the " + std::to_string(shapes) + " shapes");
  }
}

Scene MakeScene(std::uint64_t seed, const SceneOptions& options) { return DrawScene(seed, {}, options); }

Scene WithoutObjects(const Scene& scene, const std::vector<std::size_t>& removed, const SceneOptions& options) {
  return DrawScene(scene.seed, removed, options);
}

std::uint64_t SceneSeed(std::uint64_t base, std::uint64_t index) {
  constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15ULL;
  return Mixed(Mixed(base + kGolden) + (index + 1) * kGolden);
}

bool Holds(Relation relation, const Scene& scene, std::size_t object, std::size_t other) {
  const auto& a = scene.objects.at(object);
  const auto& b = scene.objects.at(other);
  if (relation == Relation::kInFrontOf) {
    const auto& all = scene.occlusions;
    return std::find(all.begin(), all.end(), std::make_pair(object, other)) != all.end();
  }
  const double clearly = kClearly * static_cast<double>(scene.mask.size(1));
  switch (relation) {
    case Relation::kLeftOf:
      return b.x - a.x > clearly;
    case Relation::kRightOf:
      return a.x - b.x > clearly;
    case Relation::kAbove:
      return b.y - a.y > clearly;
    default:
      return a.y - b.y > clearly;
  }
}

}  // namespace wherefore
