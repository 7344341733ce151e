#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/scenes/scene.h"

namespace wherefore {

/// The category of where objects lie.
inline constexpr const char* kPositionCategory = "position";

/// The category, and the name, of all that is no object.
inline constexpr const char* kBackgroundCategory = "background";

/// "left", "right", "top", "bottom", "middle".
const std::vector<std::string>& Positions();

/// Where an object's centre lies, in thirds of the picture: "left" and "top", say; "middle" of both alone.
std::vector<std::string> PositionsOf(const Scene& scene, std::size_t object);

/// Whether the object has that value of an attribute ("color", "red"), or that position; false for what no object has,
/// as the background.
bool HasConcept(const Scene& scene, std::size_t object, const std::string& category, const std::string& name);

}  // namespace wherefore
