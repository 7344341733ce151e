#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/scenes/random.h"
#include "tools/scenes/scene.h"

namespace wherefore {

/// Which objects are meant: those that have the wanted value of every attribute that is named.
struct Filter {
  std::array<int, 4> wanted = {-1, -1, -1, -1};  ///< as a Look; -1: any

  int Of(Attribute attribute) const { return wanted[static_cast<std::size_t>(attribute)]; }
  bool Names(Attribute attribute) const { return Of(attribute) >= 0; }
  void Want(Attribute attribute, int value) { wanted[static_cast<std::size_t>(attribute)] = value; }
  bool Matches(const SceneObject& object) const;
};

/// What the object is, as far as the named attributes tell.
Filter FilterOf(const SceneObject& object, const std::vector<Attribute>& named);

/// The objects of the scene that the filter matches, in the scene's order.
std::vector<std::size_t> Matching(const Filter& filter, const Scene& scene);

struct PhraseWord {
  std::string text;
  std::optional<Attribute> attribute;  ///< that it states; none for "object"
  bool is_noun = false;
};

/// "large striped red ring", "blue squares", "small object": adjectives in an order that people use, synonyms now and
/// then, no article.
std::vector<PhraseWord> NounPhrase(const Filter& filter, bool plural, Random& random);

struct ParsedPhrase {
  Filter filter;
  bool plural = false;
  std::vector<PhraseWord> words;
};

/// Reads a noun phrase that begins at words[*at] and moves *at behind it; nothing where none begins there, or one that
/// states an attribute twice. Any order of adjectives will do.
std::optional<ParsedPhrase> ParseNounPhrase(const std::vector<std::string>& words, std::size_t* at);

/// "a", or "an" before a vowel.
std::string ArticleBefore(const std::string& word);

/// The wordings of a relation, the usual one first: {"left", "of"}, {"to", "the", "left", "of"}.
const std::vector<std::vector<std::string>>& WordingsOf(Relation relation);

/// Every word that noun phrases and relations can have.
std::vector<std::string> PhraseVocabulary();

std::string Joined(const std::vector<std::string>& words);

}  // namespace wherefore
