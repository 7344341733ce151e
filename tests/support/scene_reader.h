#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/scenes/scene.h"

namespace wherefore {

/// Reads what is said of a scene, word by word, with a list of words of its own, and looks at every object: a second
/// opinion on tools/scenes.
class SceneReader {
 public:
  using Objects = std::vector<std::size_t>;

  SceneReader(std::vector<std::string> words, const Scene& scene) : words_(std::move(words)), scene_(scene) {}

  /// Steps over these words, spaces between them, where they come next.
  bool Take(const std::string& text);
  bool AtEnd() const { return at_ == words_.size(); }
  std::size_t at() const { return at_; }

  /// Steps over a description, up to its noun: the objects that it fits. Nothing where it is none.
  std::optional<Objects> TakeThings();
  bool noun_was_plural() const { return plural_; }

  /// Steps over "to the left of" and the like: "left of".
  std::optional<std::string> TakeRelation();

 private:
  std::vector<std::string> words_;
  const Scene& scene_;
  std::size_t at_ = 0;
  bool plural_ = false;
};

/// "red", "ring", ... : an object's value of the attribute "color", "shape", "size" or "pattern".
std::string ValueOf(const SceneObject& object, const std::string& attribute);

/// The attribute and value that a word says: {"color", "purple"} of "violet"; {"", ""} of other words.
std::pair<std::string, std::string> MeaningOf(std::string word);

/// By how much of the picture's size the object is left of (and so on) the other: negative on the other side; of in
/// front of: 1 or -1.
double Margin(const std::string& relation, const Scene& scene, std::size_t object, std::size_t other);

}  // namespace wherefore
