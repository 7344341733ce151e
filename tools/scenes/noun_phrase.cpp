#include "tools/scenes/noun_phrase.h"

#include <algorithm>
#include <map>
#include <utility>

namespace wherefore {
namespace {

constexpr double kUsual = 0.7;      // of the first of several synonyms
constexpr double kSizeFirst = 0.9;  // "large red", hardly "red large"

/// An attribute's value as a word says it.
struct Meaning {
  std::optional<Attribute> attribute;
  int value = -1;
  bool is_noun = false;
  bool plural = false;
};

/// Other words for a value, by its own.
const std::vector<std::pair<std::string, std::string>>& Synonyms() {
  static const std::vector<std::pair<std::string, std::string>> synonyms = {
      {"large", "big"},     {"small", "little"}, {"dotted", "spotted"}, {"checked", "checkered"},
      {"plain", "solid"},   {"circle", "disc"},  {"crescent", "moon"},  {"ring", "hoop"},
      {"purple", "violet"}, {"cross", "plus"},   {"cyan", "turquoise"},
  };
  return synonyms;
}

std::vector<std::string> NamesOf(Attribute attribute, int value) {
  std::vector<std::string> names = {ValuesOf(attribute)[static_cast<std::size_t>(value)]};
  for (const auto& [usual, other] : Synonyms()) {
    if (usual == names[0]) names.push_back(other);
  }
  return names;
}

std::string PluralOf(const std::string& noun) { return noun + (noun.back() == 's' ? "es" : "s"); }

std::map<std::string, Meaning> AllMeanings() {
  std::map<std::string, Meaning> meanings = {{"object", {std::nullopt, -1, true, false}},
                                             {"objects", {std::nullopt, -1, true, true}}};
  for (const auto attribute : kAttributes) {
    for (int value = 0; value < static_cast<int>(ValuesOf(attribute).size()); ++value) {
      for (const auto& name : NamesOf(attribute, value)) {
        const bool noun = attribute == Attribute::kShape;
        meanings[name] = {attribute, value, noun, false};
        if (noun) meanings[PluralOf(name)] = {attribute, value, noun, true};
      }
    }
  }
  return meanings;
}

const std::map<std::string, Meaning>& Meanings() {
  static const auto meanings = AllMeanings();
  return meanings;
}

std::string NameFor(Attribute attribute, int value, Random& random) {
  const auto names = NamesOf(attribute, value);
  return names.size() == 1 || random.Chance(kUsual) ? names[0] : names[1];
}

std::vector<Attribute> AdjectiveOrder(Random& random) {
  std::vector<Attribute> order = {Attribute::kPattern, Attribute::kColor};
  random.Shuffle(&order);
  const int place = random.Chance(kSizeFirst) ? 0 : random.Between(1, 2);
  order.insert(order.begin() + place, Attribute::kSize);
  return order;
}

}  // namespace

bool Filter::Matches(const SceneObject& object) const {
  return std::all_of(kAttributes.begin(), kAttributes.end(),
                     [&](Attribute attribute) { return !Names(attribute) || Of(attribute) == object.Of(attribute); });
}

Filter FilterOf(const SceneObject& object, const std::vector<Attribute>& named) {
  Filter filter;
  for (const auto attribute : named) filter.Want(attribute, object.Of(attribute));
  return filter;
}

std::vector<std::size_t> Matching(const Filter& filter, const Scene& scene) {
  std::vector<std::size_t> matching;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    if (filter.Matches(scene.objects[i])) matching.push_back(i);
  }
  return matching;
}

std::vector<PhraseWord> NounPhrase(const Filter& filter, bool plural, Random& random) {
  std::vector<PhraseWord> words;
  for (const auto attribute : AdjectiveOrder(random)) {
    if (filter.Names(attribute)) words.push_back({NameFor(attribute, filter.Of(attribute), random), attribute, false});
  }
  PhraseWord noun = {"object", std::nullopt, true};
  if (filter.Names(Attribute::kShape)) {
    noun = {NameFor(Attribute::kShape, filter.Of(Attribute::kShape), random), Attribute::kShape, true};
  }
  if (plural) noun.text = PluralOf(noun.text);
  words.push_back(noun);
  return words;
}

std::optional<ParsedPhrase> ParseNounPhrase(const std::vector<std::string>& words, std::size_t* at) {
  ParsedPhrase phrase;
  for (std::size_t i = *at; i < words.size(); ++i) {
    const auto found = Meanings().find(words[i]);
    if (found == Meanings().end()) return std::nullopt;
    const auto& meaning = found->second;
    if (meaning.attribute) {
      if (phrase.filter.Names(*meaning.attribute)) return std::nullopt;
      phrase.filter.Want(*meaning.attribute, meaning.value);
    }
    phrase.words.push_back({words[i], meaning.attribute, meaning.is_noun});
    if (!meaning.is_noun) continue;
    phrase.plural = meaning.plural;
    *at = i + 1;
    return phrase;
  }
  return std::nullopt;
}

std::string ArticleBefore(const std::string& word) {
  return !word.empty() && std::string("aeiou").find(word[0]) != std::string::npos ? "an" : "a";
}

const std::vector<std::vector<std::string>>& WordingsOf(Relation relation) {
  static const std::vector<std::vector<std::vector<std::string>>> wordings = {
      {{"left", "of"}, {"to", "the", "left", "of"}},
      {{"right", "of"}, {"to", "the", "right", "of"}},
      {{"above"}, {"over"}},
      {{"below"}, {"under"}},
      {{"in", "front", "of"}},
  };
  return wordings[static_cast<std::size_t>(relation)];
}

std::vector<std::string> PhraseVocabulary() {
  std::vector<std::string> vocabulary;
  for (const auto& [word, meaning] : Meanings()) vocabulary.push_back(word);
  for (const auto relation : kRelations) {
    for (const auto& wording : WordingsOf(relation))
      vocabulary.insert(vocabulary.end(), wording.begin(), wording.end());
  }
  std::sort(vocabulary.begin(), vocabulary.end());
  vocabulary.erase(std::unique(vocabulary.begin(), vocabulary.end()), vocabulary.end());
  return vocabulary;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace wherefore
