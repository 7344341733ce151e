#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "tools/scenes/random.h"
#include "tools/scenes/scene.h"

namespace wherefore {

// Questions about a scene whose answers nobody can guess without seeing it.

enum class QuestionFamily {
  kExistence,      ///< "is there a small red ring"
  kCounting,       ///< "how many blue squares are there"
  kColor,          ///< "what color is the ring"
  kShape,          ///< "what shape is the small object"
  kSize,           ///< "what size is the red ring"
  kPattern,        ///< "what pattern does the ring have"
  kComparison,     ///< "are there more red objects than circles"
  kRelation,       ///< "what is left of the red object": a shape
  kRelationColor,  ///< "what color is the star that is left of the ring"
};
inline constexpr std::array<QuestionFamily, 9> kQuestionFamilies = {
    QuestionFamily::kExistence,  QuestionFamily::kCounting, QuestionFamily::kColor,
    QuestionFamily::kShape,      QuestionFamily::kSize,     QuestionFamily::kPattern,
    QuestionFamily::kComparison, QuestionFamily::kRelation, QuestionFamily::kRelationColor};

/// "existence", "counting", "color", "shape", "size", "pattern", "comparison", "relation", "relation_color".
const char* NameOf(QuestionFamily family);

struct SceneQuestion {
  QuestionFamily family = QuestionFamily::kExistence;
  /// What the answers are balanced for: the family and what the question names, "counting color+shape".
  std::string kind;
  std::vector<std::string> words;  ///< lower case, no question mark
  std::string answer;              ///< one of Answers()
  /// The objects that decide the answer, by their positions in the scene: those counted, the one asked about; none for
  /// "no" and 0.
  std::vector<std::size_t> objects;
  /// The objects that the question refers to only to say which one it asks about: of the two families of relations.
  std::vector<std::size_t> referents;
  /// Of a comparison: the objects on either side of it, which may share some.
  std::array<std::vector<std::size_t>, 2> sides;

  std::string Text() const;  ///< the words with spaces between
};

/// Every answer: yes, no, 0 to 4, colours, shapes, sizes, patterns as ValuesOf() has them.
const std::vector<std::string>& Answers();

/// About `per_family` questions of each family: on average over many scenes, fewer or more of one scene. The wanted
/// answer is drawn before anything of the scene is looked at, and given up where the scene does not have it, so that
/// within each kind of question all answers are as likely, whatever the words: over scenes of the default options (the
/// picture's size may differ). A question may come twice.
/// The referents of questions are the only objects of their description, and relations hold beyond doubt.
std::vector<SceneQuestion> MakeQuestions(const Scene& scene, Random& random, int per_family);

/// Every word that questions can have, sorted.
std::vector<std::string> QuestionVocabulary();

}  // namespace wherefore
