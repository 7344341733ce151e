#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace wherefore {

// A world whose truth is known to the pixel: scenes of coloured, patterned objects on uneven backgrounds, drawn from a
// seed. For training models that may be shipped, and for testing explanations against masks.

/// What objects differ in.
enum class Attribute { kShape, kColor, kSize, kPattern };
inline constexpr std::array<Attribute, 4> kAttributes = {Attribute::kShape, Attribute::kColor, Attribute::kSize,
                                                         Attribute::kPattern};

/// "shape", "color", "size", "pattern".
const char* NameOf(Attribute attribute);

/// The words for an attribute's values: "circle", "square", ...
const std::vector<std::string>& ValuesOf(Attribute attribute);

/// A position among ValuesOf() for each attribute, in the order of kAttributes.
using Look = std::array<int, 4>;

struct Box {
  int64_t left = 0;
  int64_t top = 0;
  int64_t width = 0;
  int64_t height = 0;
};

struct SceneObject {
  Look look{};
  double x = 0;        ///< of its centre, pixels from the left edge
  double y = 0;        ///< pixels from the upper edge
  double radius = 0;   ///< of the circle that it fits in, pixels
  double angle = 0;    ///< by which it is turned, radians
  Box box;             ///< round what is visible of it
  double visible = 1;  ///< share of its area that nothing hides

  int Of(Attribute attribute) const { return look[static_cast<std::size_t>(attribute)]; }
};

/// How one object lies to another.
enum class Relation { kLeftOf, kRightOf, kAbove, kBelow, kInFrontOf };
inline constexpr std::array<Relation, 5> kRelations = {Relation::kLeftOf, Relation::kRightOf, Relation::kAbove,
                                                       Relation::kBelow, Relation::kInFrontOf};

/// "left of", "right of", "above", "below", "in front of".
const char* NameOf(Relation relation);

struct Scene {
  std::uint64_t seed = 0;
  std::vector<SceneObject> objects;                             ///< from the back to the front
  std::vector<std::pair<std::size_t, std::size_t>> occlusions;  ///< one hides pixels of the other: (front, back)
  at::Tensor picture;                                           ///< uint8 (size, size, 3), RGB
  at::Tensor mask;  ///< uint8 (size, size): 0 the background, i + 1 where object i is visible
};

struct SceneOptions {
  int size = 192;               ///< pixels, both ways; 64 to 4096
  int min_objects = 1;          ///< fewer only where no more find room
  int max_objects = 6;          ///< at most 6
  double least_visible = 0.65;  ///< of each object, share of its area: partly hidden, never guesswork
  /// The chance that an object is made to look in everything like an earlier one, which chance brings about rarely.
  double alike = 0;
  /// For a biased world: the only colour that objects of a shape have, by their positions among the values; -1 for any.
  std::vector<int> color_of_shape;
};

/// Throws Error(kUsage) for options out of range.
void CheckSceneOptions(const SceneOptions& options);

/// Draws the scene of that seed: the same bytes for the same seed and options. Throws Error(kUsage) for options out of
/// range.
Scene MakeScene(std::uint64_t seed, const SceneOptions& options = {});

/// The same scene without some of its objects: nothing else in the picture changes but what they hid, and their
/// shadows. They keep their places in `objects`, without a pixel in the mask. `options`: those that it was made with.
Scene WithoutObjects(const Scene& scene, const std::vector<std::size_t>& removed, const SceneOptions& options = {});

/// The seed of the scene number `index` of a set: the numbers of splitmix64 (Steele et al. 2014), started at a mixed
/// base. Sets of different bases have no seeds in common, but for a chance of about their size in 2^63.
std::uint64_t SceneSeed(std::uint64_t base, std::uint64_t index);

/// Whether `object` lies so to `other`. The four directions compare centres along their axis alone, as CLEVR does
/// (Johnson et al. 2017), and hold from a difference of 8 % of the picture's size; in front of: it hides some of the
/// other's pixels.
bool Holds(Relation relation, const Scene& scene, std::size_t object, std::size_t other);

}  // namespace wherefore
