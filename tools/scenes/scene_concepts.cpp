#include "tools/scenes/scene_concepts.h"

#include <algorithm>

#include <ATen/ATen.h>

namespace wherefore {

const std::vector<std::string>& Positions() {
  static const std::vector<std::string> positions = {"left", "right", "top", "bottom", "middle"};
  return positions;
}

std::vector<std::string> PositionsOf(const Scene& scene, std::size_t object) {
  const double x = 3 * scene.objects.at(object).x / static_cast<double>(scene.mask.size(1));
  const double y = 3 * scene.objects.at(object).y / static_cast<double>(scene.mask.size(0));
  std::vector<std::string> positions;
  if (x < 1) positions.emplace_back("left");
  if (x > 2) positions.emplace_back("right");
  if (y < 1) positions.emplace_back("top");
  if (y > 2) positions.emplace_back("bottom");
  if (positions.empty()) positions.emplace_back("middle");
  return positions;
}

bool HasConcept(const Scene& scene, std::size_t object, const std::string& category, const std::string& name) {
  if (category == kPositionCategory) {
    const auto positions = PositionsOf(scene, object);
    return std::find(positions.begin(), positions.end(), name) != positions.end();
  }
  return std::any_of(kAttributes.begin(), kAttributes.end(), [&](Attribute attribute) {
    const auto value = static_cast<std::size_t>(scene.objects.at(object).Of(attribute));
    return category == NameOf(attribute) && ValuesOf(attribute)[value] == name;
  });
}

}  // namespace wherefore
