#include "tools/scenes/question_draft.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wherefore {
namespace {

using Attributes = std::vector<Attribute>;
using Objects = std::vector<std::size_t>;

constexpr int kTries = 40;  // for filters that are drawn until one will do

/// What a filter names. The size itself belongs to it: large objects are rarer than small ones, as fewer find room, so
/// that only questions of the same size can be balanced; the values of the other attributes are all as common.
struct FilterKind {
  Attributes named;  ///< in the order of kAttributes
  int size = -1;     ///< where named has the size

  bool Fits(const Filter& filter) const { return filter.Of(Attribute::kSize) == size; }

  std::string Name() const {
    std::string name;
    for (const auto attribute : named) {
      const bool is_size = attribute == Attribute::kSize;
      name += (name.empty() ? "" : "+") +
              (is_size ? ValuesOf(attribute)[static_cast<std::size_t>(size)] : NameOf(attribute));
    }
    return name;
  }
};

int RandomValue(Attribute attribute, Random& random) {
  return random.Below(static_cast<int>(ValuesOf(attribute).size()));
}

FilterKind KindOf(Attributes named, Random& random) {
  std::sort(named.begin(), named.end());
  FilterKind kind = {named, -1};
  if (std::count(named.begin(), named.end(), Attribute::kSize) > 0) kind.size = RandomValue(Attribute::kSize, random);
  return kind;
}

/// Some of the attributes, up to three.
FilterKind RandomKind(Attributes attributes, Random& random) {
  const int most = std::min(3, static_cast<int>(attributes.size()));
  random.Shuffle(&attributes);
  attributes.resize(static_cast<std::size_t>(random.Between(1, most)));
  return KindOf(attributes, random);
}

Attributes AllBut(Attribute attribute) {
  Attributes others;
  std::copy_if(kAttributes.begin(), kAttributes.end(), std::back_inserter(others),
               [&](Attribute other) { return other != attribute; });
  return others;
}

Filter AnyFilter(const FilterKind& kind, Random& random) {
  Filter filter;
  for (const auto attribute : kind.named) filter.Want(attribute, RandomValue(attribute, random));
  return filter;
}

/// What some object is; of the kind but for its size.
Filter FilterOfSome(const Scene& scene, const FilterKind& kind, Random& random) {
  return FilterOf(random.OneOf(scene.objects), kind.named);
}

/// What some object is, but for one attribute.
Filter NearMiss(const Scene& scene, const FilterKind& kind, Random& random) {
  auto filter = FilterOfSome(scene, kind, random);
  const auto changed = random.OneOf(kind.named);
  filter.Want(changed, RandomValue(changed, random));
  return filter;
}

std::optional<Filter> FilterOfNone(const Scene& scene, const FilterKind& kind, Random& random) {
  const bool near_miss = random.Chance(0.5);
  for (int i = 0; i < kTries; ++i) {
    const auto filter = near_miss ? NearMiss(scene, kind, random) : AnyFilter(kind, random);
    if (kind.Fits(filter) && Matching(filter, scene).empty()) return filter;
  }
  return std::nullopt;
}

/// A filter of the kind that matches at least `least` objects and at most `most`, of which there is one.
std::optional<Filter> FilterOfSeveral(const Scene& scene, const FilterKind& kind, std::size_t least, std::size_t most,
                                      Random& random) {
  std::vector<Filter> filters;
  for (const auto& object : scene.objects) {
    const auto filter = FilterOf(object, kind.named);
    const std::size_t count = Matching(filter, scene).size();
    const bool known =
        std::any_of(filters.begin(), filters.end(), [&](const Filter& other) { return other.wanted == filter.wanted; });
    if (kind.Fits(filter) && !known && count >= least && count <= most) filters.push_back(filter);
  }
  if (filters.empty()) return std::nullopt;
  return random.OneOf(filters);
}

std::optional<QuestionDraft> DraftExistence(const Scene& scene, Random& random) {
  const auto kind = RandomKind({kAttributes.begin(), kAttributes.end()}, random);
  const bool yes = random.Chance(0.5);
  const auto filter =
      yes ? FilterOfSeveral(scene, kind, 1, scene.objects.size(), random) : FilterOfNone(scene, kind, random);
  if (!filter) return std::nullopt;
  QuestionDraft draft;
  draft.kind = kind.Name();
  draft.asked = *filter;
  draft.answer = yes ? "yes" : "no";
  draft.objects = Matching(*filter, scene);
  return draft;
}

/// What counting questions name, and up to how many of it are counted: more are too rare to balance.
struct Countable {
  Attributes named;
  int most;
};

const std::vector<Countable>& Countables() {
  static const std::vector<Countable> countables = {
      {{Attribute::kColor}, 4},
      {{Attribute::kShape}, 4},
      {{Attribute::kPattern}, 4},
      {{Attribute::kSize}, 3},
      {{Attribute::kShape, Attribute::kColor}, 3},
      {{Attribute::kShape, Attribute::kPattern}, 3},
      {{Attribute::kShape, Attribute::kSize}, 2},
      {{Attribute::kColor, Attribute::kPattern}, 3},
      {{Attribute::kColor, Attribute::kSize}, 2},
  };
  return countables;
}

std::optional<QuestionDraft> DraftCounting(const Scene& scene, Random& random) {
  const auto& countable = random.OneOf(Countables());
  const auto kind = KindOf(countable.named, random);
  const auto count = static_cast<std::size_t>(random.Between(0, countable.most));
  const auto filter =
      count == 0 ? FilterOfNone(scene, kind, random) : FilterOfSeveral(scene, kind, count, count, random);
  if (!filter) return std::nullopt;
  QuestionDraft draft;
  draft.kind = kind.Name();
  draft.asked = *filter;
  draft.answer = std::to_string(count);
  draft.objects = Matching(*filter, scene);
  return draft;
}

/// An object that has the value, and is the only one of its description.
std::optional<QuestionDraft> DraftAttribute(Attribute asked, const Scene& scene, Random& random) {
  const auto kind = RandomKind(AllBut(asked), random);
  const int wanted = RandomValue(asked, random);
  Objects candidates;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    const auto filter = FilterOf(scene.objects[i], kind.named);
    const bool only = Matching(filter, scene).size() == 1;
    if (kind.Fits(filter) && only && scene.objects[i].Of(asked) == wanted) candidates.push_back(i);
  }
  if (candidates.empty()) return std::nullopt;
  QuestionDraft draft;
  draft.objects = {random.OneOf(candidates)};
  draft.kind = kind.Name();
  draft.asked = FilterOf(scene.objects[draft.objects[0]], kind.named);
  draft.answer = ValuesOf(asked)[static_cast<std::size_t>(wanted)];
  return draft;
}

/// Of two filters that name as many attributes. A size is compared with a size only: see FilterKind.
std::pair<FilterKind, FilterKind> ComparedKinds(Random& random) {
  constexpr auto color = Attribute::kColor;
  constexpr auto shape = Attribute::kShape;
  constexpr auto pattern = Attribute::kPattern;
  static const std::vector<Attributes> ones = {{color}, {shape}, {pattern}};
  static const std::vector<Attributes> twos = {{shape, color}, {shape, pattern}, {color, pattern}};
  const int which = random.Below(5);
  if (which == 0) {
    const int size = random.Below(3);
    const int other = (size + random.Between(1, 2)) % 3;
    return {{{Attribute::kSize}, size}, {{Attribute::kSize}, other}};
  }
  const auto& sets = which < 4 ? ones : twos;
  const auto first = KindOf(random.OneOf(sets), random);
  return {first, KindOf(random.OneOf(sets), random)};
}

/// Mostly of what is there: a comparison with nothing is none.
Filter ComparedFilter(const Scene& scene, const FilterKind& kind, Random& random) {
  auto filter = random.Chance(0.8) ? FilterOfSome(scene, kind, random) : AnyFilter(kind, random);
  if (kind.size >= 0) filter.Want(Attribute::kSize, kind.size);
  return filter;
}

bool IsTrue(Comparison comparison, std::size_t count, std::size_t other) {
  switch (comparison) {
    case Comparison::kMore:
      return count > other;
    case Comparison::kFewer:
      return count < other;
    default:
      return count == other;
  }
}

std::optional<QuestionDraft> DraftComparison(const Scene& scene, Random& random) {
  static constexpr const char* names[] = {"more", "fewer", "as many"};
  QuestionDraft draft;
  const auto [kind, other_kind] = ComparedKinds(random);
  draft.comparison = static_cast<Comparison>(random.Below(3));
  const bool yes = random.Chance(0.5);
  draft.kind = names[static_cast<std::size_t>(draft.comparison)];
  draft.kind += " " + kind.Name() + " " + other_kind.Name();
  draft.answer = yes ? "yes" : "no";
  for (int i = 0; i < kTries; ++i) {
    const auto filter = ComparedFilter(scene, kind, random);
    const auto other = ComparedFilter(scene, other_kind, random);
    const auto these = Matching(filter, scene);
    const auto those = Matching(other, scene);
    const bool same = filter.wanted == other.wanted;
    if (same || (these.empty() && those.empty()) || IsTrue(draft.comparison, these.size(), those.size()) != yes) {
      continue;
    }
    draft.asked = filter;
    draft.other = other;
    draft.sides = {these, those};
    std::set_union(these.begin(), these.end(), those.begin(), those.end(), std::back_inserter(draft.objects));
    return draft;
  }
  return std::nullopt;
}

/// Whether the object may be said to lie so, if not clearly: its centre is on that side.
bool HoldsLoosely(Relation relation, const Scene& scene, std::size_t object, std::size_t other) {
  const auto& a = scene.objects[object];
  const auto& b = scene.objects[other];
  switch (relation) {
    case Relation::kLeftOf:
      return a.x < b.x;
    case Relation::kRightOf:
      return a.x > b.x;
    case Relation::kAbove:
      return a.y < b.y;
    case Relation::kBelow:
      return a.y > b.y;
    default:
      return Holds(relation, scene, object, other);
  }
}

/// Whether the object, and no other that the filter matches, lies so.
bool HoldsAlone(Relation relation, const Scene& scene, const Filter& filter, std::size_t object, std::size_t other) {
  if (!Holds(relation, scene, object, other)) return false;
  for (const auto third : Matching(filter, scene)) {
    if (third != object && third != other && HoldsLoosely(relation, scene, third, other)) return false;
  }
  return true;
}

/// Asks for `asked` of an object by its relation to another, which is described without that attribute.
std::optional<QuestionDraft> DraftRelation(Attribute asked, bool may_narrow, const Scene& scene, Random& random) {
  QuestionDraft draft;
  draft.relation = random.OneOf(std::vector<Relation>(kRelations.begin(), kRelations.end()));
  const bool narrow = may_narrow && random.Chance(0.5);
  const auto kind = RandomKind(AllBut(asked), random);
  const int wanted = RandomValue(asked, random);
  const auto narrowing = narrow ? Attributes{Attribute::kShape} : Attributes{};
  std::vector<std::pair<std::size_t, std::size_t>> candidates;
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    for (std::size_t k = 0; k < scene.objects.size(); ++k) {
      const auto referent = FilterOf(scene.objects[k], kind.named);
      if (i == k || scene.objects[i].Of(asked) != wanted || !kind.Fits(referent)) continue;
      const bool only = Matching(referent, scene).size() == 1;
      if (only && HoldsAlone(draft.relation, scene, FilterOf(scene.objects[i], narrowing), i, k)) {
        candidates.emplace_back(i, k);
      }
    }
  }
  if (candidates.empty()) return std::nullopt;
  const auto [object, other] = random.OneOf(candidates);
  draft.kind = std::string(NameOf(draft.relation)) + (narrow ? " of a shape " : " ") + kind.Name();
  draft.asked = FilterOf(scene.objects[object], narrowing);
  draft.other = FilterOf(scene.objects[other], kind.named);
  draft.answer = ValuesOf(asked)[static_cast<std::size_t>(wanted)];
  draft.objects = {object};
  draft.referents = {other};
  return draft;
}

std::optional<QuestionDraft> DraftOf(QuestionFamily family, const Scene& scene, Random& random) {
  switch (family) {
    case QuestionFamily::kExistence:
      return DraftExistence(scene, random);
    case QuestionFamily::kCounting:
      return DraftCounting(scene, random);
    case QuestionFamily::kColor:
      return DraftAttribute(Attribute::kColor, scene, random);
    case QuestionFamily::kShape:
      return DraftAttribute(Attribute::kShape, scene, random);
    case QuestionFamily::kSize:
      return DraftAttribute(Attribute::kSize, scene, random);
    case QuestionFamily::kPattern:
      return DraftAttribute(Attribute::kPattern, scene, random);
    case QuestionFamily::kComparison:
      return DraftComparison(scene, random);
    case QuestionFamily::kRelation:
      return DraftRelation(Attribute::kShape, false, scene, random);
    default:
      return DraftRelation(Attribute::kColor, true, scene, random);
  }
}

}  // namespace

std::optional<QuestionDraft> DraftQuestion(QuestionFamily family, const Scene& scene, Random& random) {
  if (scene.objects.empty()) return std::nullopt;
  auto draft = DraftOf(family, scene, random);
  if (draft) {
    draft->family = family;
    draft->kind = std::string(NameOf(family)) + " " + draft->kind;
  }
  return draft;
}

}  // namespace wherefore
