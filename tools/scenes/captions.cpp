#include "tools/scenes/captions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "explain/error.h"
#include "tools/scenes/noun_phrase.h"

namespace wherefore {
namespace {

using Objects = std::vector<std::size_t>;

/// From two, and what stands for one.
const std::vector<std::string>& Numbers() {
  static const std::vector<std::string> numbers = {"two", "three", "four", "five", "six"};
  return numbers;
}

/// "there is" or "there are" comes as the first phrase is of one or of several.
const std::vector<std::vector<std::string>>& Openings() {
  static const std::vector<std::vector<std::string>> openings = {
      {"there", "is"}, {"there", "are"}, {"a", "picture", "of"}, {"a", "scene", "with"}};
  return openings;
}

/// From the largest size to the smallest, and from left to right within a size: as people read a picture. A captioner
/// that were shown another choice each time could not know before its first noun what it is about to speak of.
bool ComesFirst(const SceneObject& object, const SceneObject& other) {
  const int size = object.Of(Attribute::kSize);
  const int other_size = other.Of(Attribute::kSize);
  return size != other_size ? size > other_size : object.x < other.x;
}

Filter WholeLook(const SceneObject& object) {
  return FilterOf(object, {Attribute::kShape, Attribute::kColor, Attribute::kSize, Attribute::kPattern});
}

/// The first one or two things, in their order: an object, or all that look the same.
std::vector<Objects> ChosenThings(const Scene& scene) {
  constexpr std::size_t kMost = 2;
  Objects order(scene.objects.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ComesFirst(scene.objects[a], scene.objects[b]); });
  std::vector<Objects> things;
  for (const auto object : order) {
    const auto alike = Matching(WholeLook(scene.objects[object]), scene);
    if (std::find(things.begin(), things.end(), alike) == things.end()) things.push_back(alike);
    if (things.size() == kMost) break;
  }
  return things;
}

bool HoldsForAll(Relation relation, const Scene& scene, const Objects& these, const Objects& those) {
  for (const auto object : these) {
    for (const auto other : those) {
      if (!Holds(relation, scene, object, other)) return false;
    }
  }
  return true;
}

/// How far apart the nearest two are along the relation's axis, pixels.
double Distance(Relation relation, const Scene& scene, const Objects& these, const Objects& those) {
  const bool along_x = relation == Relation::kLeftOf || relation == Relation::kRightOf;
  double least = INFINITY;
  for (const auto object : these) {
    for (const auto other : those) {
      const auto& a = scene.objects[object];
      const auto& b = scene.objects[other];
      least = std::min(least, std::abs(along_x ? a.x - b.x : a.y - b.y));
    }
  }
  return least;
}

/// In front of where that holds, else the direction that is the plainest.
std::optional<Relation> PlainestRelation(const Scene& scene, const Objects& these, const Objects& those) {
  if (HoldsForAll(Relation::kInFrontOf, scene, these, those)) return Relation::kInFrontOf;
  std::optional<Relation> plainest;
  for (const auto relation : {Relation::kLeftOf, Relation::kRightOf, Relation::kAbove, Relation::kBelow}) {
    if (!HoldsForAll(relation, scene, these, those)) continue;
    const double distance = Distance(relation, scene, these, those);
    if (!plainest || distance > Distance(*plainest, scene, these, those)) plainest = relation;
  }
  return plainest;
}

Objects Both(const Objects& these, const Objects& those) {
  auto both = these;
  both.insert(both.end(), those.begin(), those.end());
  return both;
}

void Add(const std::vector<std::string>& words, WordPart part, const Objects& objects,
         std::vector<CaptionWord>* caption) {
  for (const auto& word : words) caption->push_back({word, part, std::nullopt, objects});
}

void AddPhrase(const std::vector<PhraseWord>& phrase, const Objects& objects, std::vector<CaptionWord>* caption) {
  for (const auto& word : phrase) {
    const auto part = word.is_noun ? WordPart::kNoun : WordPart::kAdjective;
    caption->push_back({word.text, part, word.attribute, objects});
  }
}

void AddThing(const Scene& scene, const Objects& objects, Random& random, std::vector<CaptionWord>* caption) {
  const bool plural = objects.size() > 1;
  const auto phrase = NounPhrase(WholeLook(scene.objects[objects[0]]), plural, random);
  const auto count = plural ? Numbers().at(objects.size() - 2) : ArticleBefore(phrase[0].text);
  Add({count}, WordPart::kCount, objects, caption);
  AddPhrase(phrase, objects, caption);
}

void AddOpening(bool plural, Random& random, std::vector<CaptionWord>* caption) {
  constexpr int kNone = 3;
  const int kind = random.Below(5);
  if (kind >= kNone) return;
  const auto opening = static_cast<std::size_t>(kind == 0 && !plural ? 0 : kind + 1);
  Add(Openings()[opening], WordPart::kOther, {}, caption);
}

void AddLink(const Scene& scene, const Objects& these, const Objects& those, Random& random,
             std::vector<CaptionWord>* caption) {
  const auto relation = PlainestRelation(scene, these, those);
  if (!relation) return Add({"and"}, WordPart::kOther, {}, caption);
  Add(random.OneOf(WordingsOf(*relation)), WordPart::kRelation, Both(these, those), caption);
}

/// Reads a caption from left to right.
class CaptionReader {
 public:
  CaptionReader(const std::vector<std::string>& words, const Scene& scene) : words_(words), scene_(scene) {}

  CaptionVerdict Read() {
    ReadOpening();
    verdict_.parsed = ReadThing();
    while (verdict_.parsed && at_ < words_.size()) verdict_.parsed = ReadNext();
    for (; at_ < words_.size(); ++at_) Add({words_[at_]}, WordPart::kOther, {}, &verdict_.words);
    verdict_.things_right = verdict_.parsed && verdict_.wrong_things == 0;
    verdict_.relations_right = verdict_.parsed && verdict_.wrong_relations == 0;
    return verdict_;
  }

 private:
  bool Follow(const std::vector<std::string>& wording) const {
    return words_.size() - at_ >= wording.size() &&
           std::equal(wording.begin(), wording.end(), words_.begin() + static_cast<std::ptrdiff_t>(at_));
  }

  void ReadOpening() {
    for (const auto& opening : Openings()) {
      if (!Follow(opening)) continue;
      Add(opening, WordPart::kOther, {}, &verdict_.words);
      at_ += opening.size();
      return;
    }
  }

  /// The number or article at this word; 0 where it is none.
  std::size_t CountHere() const {
    if (at_ >= words_.size()) return 0;
    if (words_[at_] == "a" || words_[at_] == "an") return 1;
    const auto number = std::find(Numbers().begin(), Numbers().end(), words_[at_]);
    return number == Numbers().end() ? 0 : 2 + static_cast<std::size_t>(number - Numbers().begin());
  }

  /// Reads a phrase; last_ has its objects then.
  bool ReadThing() {
    const std::size_t count = CountHere();
    std::size_t end = at_ + 1;
    const auto phrase = count == 0 ? std::nullopt : ParseNounPhrase(words_, &end);
    if (!phrase || phrase->plural != (count > 1)) return false;
    last_ = Matching(phrase->filter, scene_);
    ++verdict_.things;
    if (last_.size() != count || IsMentioned()) ++verdict_.wrong_things;
    mentioned_.insert(mentioned_.end(), last_.begin(), last_.end());
    Add({words_[at_]}, WordPart::kCount, last_, &verdict_.words);
    AddPhrase(phrase->words, last_, &verdict_.words);
    at_ = end;
    return true;
  }

  bool IsMentioned() const {
    return std::any_of(last_.begin(), last_.end(), [&](std::size_t object) {
      return std::find(mentioned_.begin(), mentioned_.end(), object) != mentioned_.end();
    });
  }

  bool ReadNext() {
    if (Follow({"and"})) {
      Add({"and"}, WordPart::kOther, {}, &verdict_.words);
      ++at_;
      return ReadThing();
    }
    for (const auto relation : kRelations) {
      for (const auto& wording : WordingsOf(relation)) {
        if (Follow(wording)) return ReadRelated(relation, wording);
      }
    }
    return false;
  }

  bool ReadRelated(Relation relation, const std::vector<std::string>& wording) {
    const auto before = last_;
    const std::size_t first = verdict_.words.size();
    Add(wording, WordPart::kRelation, before, &verdict_.words);
    at_ += wording.size();
    if (!ReadThing()) return false;
    for (std::size_t i = 0; i < wording.size(); ++i) verdict_.words[first + i].objects = Both(before, last_);
    ++verdict_.relations;
    const bool holds = !before.empty() && !last_.empty() && HoldsForAll(relation, scene_, before, last_);
    if (!holds) ++verdict_.wrong_relations;
    return true;
  }

  const std::vector<std::string>& words_;
  const Scene& scene_;
  std::size_t at_ = 0;
  Objects last_;
  Objects mentioned_;
  CaptionVerdict verdict_;
};

}  // namespace

const char* NameOf(WordPart part) {
  static constexpr const char* names[] = {"noun", "adjective", "count", "relation", "other"};
  return names[static_cast<std::size_t>(part)];
}

std::vector<std::string> SceneCaption::Words() const {
  std::vector<std::string> texts;
  for (const auto& word : words) texts.push_back(word.text);
  return texts;
}

std::string SceneCaption::Text() const { return Joined(Words()); }

SceneCaption MakeCaption(const Scene& scene, Random& random) {
  if (scene.objects.empty()) ThrowUsage("a scene without objects has no caption");
  const auto things = ChosenThings(scene);
  SceneCaption caption;
  AddOpening(things[0].size() > 1, random, &caption.words);
  AddThing(scene, things[0], random, &caption.words);
  if (things.size() > 1) {
    AddLink(scene, things[0], things[1], random, &caption.words);
    AddThing(scene, things[1], random, &caption.words);
  }
  return caption;
}

SceneCaption CaptionOf(const Scene& scene) {
  constexpr std::uint64_t kCaptionSeed = 0x43617074696f6e73;
  Random random(scene.seed ^ kCaptionSeed);
  return MakeCaption(scene, random);
}

CaptionVerdict CheckCaption(const std::vector<std::string>& words, const Scene& scene) {
  return CaptionReader(words, scene).Read();
}

std::vector<std::string> CaptionVocabulary() {
  auto vocabulary = PhraseVocabulary();
  vocabulary.insert(vocabulary.end(), Numbers().begin(), Numbers().end());
  vocabulary.insert(vocabulary.end(), {"a", "an", "and"});
  for (const auto& opening : Openings()) vocabulary.insert(vocabulary.end(), opening.begin(), opening.end());
  std::sort(vocabulary.begin(), vocabulary.end());
  vocabulary.erase(std::unique(vocabulary.begin(), vocabulary.end()), vocabulary.end());
  return vocabulary;
}

}  // namespace wherefore
