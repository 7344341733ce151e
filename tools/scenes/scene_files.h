#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "tools/scenes/scene.h"

namespace wherefore {

/// The file that describes a set, and the format that it has.
inline constexpr const char* kScenesFile = "scenes.json";
inline constexpr std::int64_t kScenesFormat = 1;

class ObjectReader;

struct SceneFilesRequest {
  int64_t count = 0;
  int64_t seed = 0;
  std::string out;    ///< directory
  int captions = 2;   ///< of each scene
  int questions = 1;  ///< of each family, on average
  SceneOptions options;
};

/// Throws Error(kUsage) for a request out of range.
void CheckRequest(const SceneFilesRequest& request);

/// Writes a set of scenes, the same bytes for the same request: images/000000.png (RGB), masks/000000.png (grey: 0 the
/// background, i + 1 where object i is visible), and, last, scenes.json with all that is known of them (format 1).
/// Scene number i is that of SceneSeed(seed, i); its captions and questions are drawn from SceneSeed(that, 0).
/// Pictures and scenes.json of an earlier set in the directory make way; other files are left alone. Progress goes to
/// `err`. Throws Error(kUsage) as CheckRequest() does, Error(kBadFile) where a file cannot be written.
void WriteSceneFiles(const SceneFilesRequest& request, std::ostream& err);

/// One of the objects of a scene in scenes.json: its look and its centre. Throws Error(kBadFile) for what is damaged.
SceneObject ReadSceneObject(const ObjectReader& reader);

}  // namespace wherefore
