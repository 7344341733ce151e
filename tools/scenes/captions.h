#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/scenes/random.h"
#include "tools/scenes/scene.h"

namespace wherefore {

// Captions of a scene that are true of it, and a judge of any caption of the same grammar:
//   [opening] phrase ((relation | "and") phrase)*    "there are two blue squares above a small striped red ring"

/// What a word is there for.
enum class WordPart {
  kNoun,       ///< "ring", "objects"
  kAdjective,  ///< "striped"
  kCount,      ///< the article, or the number: how many
  kRelation,   ///< each word of "to the left of"
  kOther,      ///< "there", "is", "and"; and words of no sense where they stand
};

/// "noun", "adjective", "count", "relation", "other".
const char* NameOf(WordPart part);

struct CaptionWord {
  std::string text;
  WordPart part = WordPart::kOther;
  std::optional<Attribute> attribute;  ///< that the word states: of adjectives, and of nouns but for "object"
  /// The objects that it speaks of, by their positions in the scene: of a relation those of both sides, of other words
  /// none. None too where a caption speaks of what is not there.
  std::vector<std::size_t> objects;
};

struct SceneCaption {
  std::vector<CaptionWord> words;

  std::vector<std::string> Words() const;
  std::string Text() const;  ///< the words with spaces between
};

/// More words than any caption of MakeCaption() has.
inline constexpr std::size_t kMostCaptionWords = 32;

/// A caption of one or two phrases, true of the scene and exact: the number, or the article, is that of the objects
/// that the phrase fits. Each names all four attributes. The largest things are mentioned, from left to right; the
/// random numbers choose among wordings alone. Throws Error(kUsage) for a scene without objects.
SceneCaption MakeCaption(const Scene& scene, Random& random);

/// The one of them that training and evaluation use: the scene's own seed chooses among the wordings.
SceneCaption CaptionOf(const Scene& scene);

/// How a caption does by the scene.
struct CaptionVerdict {
  bool parsed = false;           ///< it is of the grammar
  bool things_right = false;     ///< every phrase fits as many objects as it says, and none is mentioned twice
  bool relations_right = false;  ///< every relation holds for all pairs; true where there is none
  int things = 0;                ///< phrases
  int wrong_things = 0;
  int relations = 0;
  int wrong_relations = 0;
  std::vector<CaptionWord> words;  ///< one a word; read as far as the grammar was followed

  bool Right() const { return parsed && things_right && relations_right; }
  int Statements() const { return things + relations; }
};

/// Judges a caption, a model's say. A relation holds when every object of the phrase before it lies so to every object
/// of the phrase behind it. Words are compared as they are: in lower case, without punctuation.
CaptionVerdict CheckCaption(const std::vector<std::string>& words, const Scene& scene);

/// Every word that captions can have, sorted.
std::vector<std::string> CaptionVocabulary();

}  // namespace wherefore
