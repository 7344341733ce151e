#include "neurons/sentence.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "explain/error.h"

namespace wherefore {
namespace {

/// Concepts of each side: more make a list, no sentence.
constexpr std::size_t kMostSaid = 3;

struct Template {
  const char* key;
  const char* text;
  std::vector<std::string> placeholders;
};

const std::vector<Template>& Templates() {
  static const std::vector<Template> templates = {
      {"word", "The word '{target}'", {"target"}},
      {"phrase", "The phrase '{target}'", {"target"}},
      {"caption", "The whole caption", {"target"}},
      {"answer", "The answer '{target}'", {"target"}},
      {"class", "The class '{target}'", {"target"}},
      {"contrast", "'{target}' rather than '{versus}'", {"target", "versus"}},
      {"supported_one", "{subject} was supported by the channel for {concepts}", {"subject", "concepts"}},
      {"supported_many", "{subject} was supported by the channels for {concepts}", {"subject", "concepts"}},
      {"supported_unnamed", "{subject} was supported by channels without a name only", {"subject"}},
      {"supported_nothing", "{subject} was supported by no channel", {"subject"}},
      {"opposed_one", "; against it spoke the channel for {concepts}.", {"concepts"}},
      {"opposed_many", "; against it spoke the channels for {concepts}.", {"concepts"}},
      {"opposed_unnamed", "; against it spoke channels without a name only.", {}},
      {"opposed_nothing", "; no channel spoke against it.", {}},
      {"lowering_one", "; more activity of the channel for {concepts} would lower its score.", {"concepts"}},
      {"lowering_many", "; more activity of the channels for {concepts} would lower its score.", {"concepts"}},
      {"lowering_unnamed", "; only channels without a name would lower its score with more activity.", {}},
      {"lowering_nothing", "; no channel would lower its score with more activity.", {}},
      {"concept_one", "{concept} ({share})", {"concept", "share"}},
      {"concept_many", "{concept} ({count} channels, {share})", {"concept", "share", "count"}},
      {"separator", ", ", {}},
      {"last_separator", " and ", {}},
      {"name",
       " The name is {sureness} ({measure} {iou}; by chance {chance}).",
       {"sureness", "measure", "iou", "chance"}},
      {"names",
       " The names are {sureness} ({measure} {iou}; by chance {chance}).",
       {"sureness", "measure", "iou", "chance"}},
      {"weak", "weak", {}},
      {"fair", "fair", {}},
      {"strong", "strong", {}},
      {"range", "{from} to {to}", {"from", "to"}},
      {"silent", " Not firing in this photograph: {concepts}.", {"concepts"}},
      {"unnamed_both",
       " Without a name: {support} of the support, {opposition} of the opposition.",
       {"support", "opposition"}},
      {"unnamed_support", " Without a name: {support} of the support.", {"support"}},
      {"unnamed_opposition", " Without a name: {opposition} of the opposition.", {"opposition"}},
      {"numbers", "one two three four five six seven eight nine ten eleven twelve", {}},
  };
  return templates;
}

/// Calls on_text(text) and on_placeholder(name) for the parts of a template in order. Returns false where a brace is
/// not closed.
template <class OnText, class OnPlaceholder>
bool ForParts(const std::string& text, const OnText& on_text, const OnPlaceholder& on_placeholder) {
  std::size_t done = 0;
  while (true) {
    const auto begin = text.find('{', done);
    on_text(text.substr(done, begin == std::string::npos ? begin : begin - done));
    if (begin == std::string::npos) return true;
    const auto end = text.find('}', begin);
    if (end == std::string::npos) return false;
    on_placeholder(text.substr(begin + 1, end - begin - 1));
    done = end + 1;
  }
}

std::string Filled(const SentenceTemplates& templates, const std::string& key,
                   const std::map<std::string, std::string>& values = {}) {
  std::string filled;
  ForParts(
      templates.at(key), [&](const std::string& text) { filled += text; },
      [&](const std::string& name) { filled += values.at(name); });
  return filled;
}

std::string Format(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string Share(double share) { return Format(share >= 0.0005 && share < 0.01 ? "%.1f %%" : "%.0f %%", 100 * share); }

std::string NumberWord(std::size_t number, const SentenceTemplates& templates) {
  std::istringstream words(templates.at("numbers"));
  std::string word;
  for (std::size_t i = 0; i < number; ++i) {
    if (!(words >> word)) return std::to_string(number);
  }
  return word;
}

std::size_t CountSaid(const ConceptSide& side) { return std::min(kMostSaid, side.concepts.size()); }

std::string Joined(const std::vector<std::string>& items, const SentenceTemplates& templates) {
  std::string list;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) list += Filled(templates, i + 1 < items.size() ? "separator" : "last_separator");
    list += items[i];
  }
  return list;
}

std::string Listed(const ConceptSide& side, const SentenceTemplates& templates) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < CountSaid(side); ++i) {
    const auto& item = side.concepts[i];
    std::map<std::string, std::string> values = {{"concept", item.name}, {"share", Share(item.share)}};
    if (item.channels.size() > 1) values["count"] = NumberWord(item.channels.size(), templates);
    items.push_back(Filled(templates, item.channels.size() > 1 ? "concept_many" : "concept_one", values));
  }
  return Joined(items, templates);
}

/// `key`: "supported", "opposed" or "lowering".
std::string SideText(const ConceptSide& side, const std::string& key, std::map<std::string, std::string> values,
                     const SentenceTemplates& templates) {
  if (side.total == 0) return Filled(templates, key + "_nothing", values);
  if (side.concepts.empty()) return Filled(templates, key + "_unnamed", values);
  values["concepts"] = Listed(side, templates);
  const bool one = side.concepts.size() == 1 && side.concepts[0].channels.size() == 1;
  return Filled(templates, key + (one ? "_one" : "_many"), values);
}

std::string Range(const std::string& from, const std::string& to, const SentenceTemplates& templates) {
  return from == to ? from : Filled(templates, "range", {{"from", from}, {"to", to}});
}

std::string SurenessText(const ConceptRanking& ranking, const SentenceTemplates& templates) {
  std::vector<double> ious;
  for (const auto* side : {&ranking.supporting, &ranking.opposing}) {
    for (std::size_t i = 0; i < CountSaid(*side); ++i) {
      for (const auto& channel : side->concepts[i].channels) ious.push_back(channel.iou);
    }
  }
  if (ious.empty()) return "";
  const auto [lowest, highest] = std::minmax_element(ious.begin(), ious.end());
  const auto strength = [&](double iou) {
    static const char* const keys[] = {"weak", "fair", "strong"};
    return templates.at(keys[static_cast<int>(StrengthOf(iou, ranking.chance_iou, ranking.measure))]);
  };
  return Filled(templates, ious.size() == 1 ? "name" : "names",
                {{"sureness", Range(strength(*lowest), strength(*highest), templates)},
                 {"measure", ranking.measure},
                 {"iou", Range(Format("%.2f", *lowest), Format("%.2f", *highest), templates)},
                 {"chance", Format(ranking.chance_iou < 0.01 ? "%.3f" : "%.2f", ranking.chance_iou)}});
}

/// What is said to have spoken, though none of its channels fires.
std::string SilentText(const ConceptRanking& ranking, const SentenceTemplates& templates) {
  std::vector<std::string> names;
  for (const auto* side : {&ranking.supporting, &ranking.opposing}) {
    for (std::size_t i = 0; i < CountSaid(*side); ++i) {
      const auto& item = side->concepts[i];
      const bool fires = std::any_of(item.channels.begin(), item.channels.end(), [](const auto& c) { return c.fires; });
      if (!fires && std::find(names.begin(), names.end(), item.name) == names.end()) names.push_back(item.name);
    }
  }
  return names.empty() ? "" : Filled(templates, "silent", {{"concepts", Joined(names, templates)}});
}

std::string UnnamedText(const ConceptRanking& ranking, const SentenceTemplates& templates) {
  const bool support = ranking.supporting.total != 0;
  const bool opposition = ranking.opposing.total != 0;
  if (!support && !opposition) return "";
  std::map<std::string, std::string> values = {{"support", Share(ranking.supporting.unnamed)},
                                               {"opposition", Share(ranking.opposing.unnamed)}};
  return Filled(templates,
                support && opposition ? "unnamed_both" : (support ? "unnamed_support" : "unnamed_opposition"), values);
}

}  // namespace

const SentenceTemplates& DefaultSentenceTemplates() {
  static const SentenceTemplates english = [] {
    SentenceTemplates texts;
    for (const auto& known : Templates()) texts[known.key] = known.text;
    return texts;
  }();
  return english;
}

void CheckSentenceTemplates(const SentenceTemplates& templates, const std::string& file) {
  std::vector<std::string> keys;
  for (const auto& known : Templates()) keys.emplace_back(known.key);
  for (const auto& item : templates) {
    if (std::find(keys.begin(), keys.end(), item.first) != keys.end()) continue;
    ThrowBadFile(file + ": unknown key '" + item.first.substr(0, 100) + "'" + DidYouMean(item.first, keys));
  }
  for (const auto& known : Templates()) {
    const std::string at = file + ": key '" + known.key + "' ";
    const auto found = templates.find(known.key);
    if (found == templates.end()) ThrowBadFile(at + "is missing; all are needed, as in \"" + known.text + "\"");
    const auto refuse_unknown = [&](const std::string& name) {
      if (std::find(known.placeholders.begin(), known.placeholders.end(), name) != known.placeholders.end()) return;
      std::string all;
      for (const auto& allowed : known.placeholders) all += (all.empty() ? "" : ", ") + ("{" + allowed + "}");
      ThrowBadFile(at + "has the placeholder '{" + name.substr(0, 60) + "}', but " +
                   (all.empty() ? "takes none" : "takes only " + all));
    };
    if (!ForParts(
            found->second, [](const std::string&) {}, refuse_unknown)) {
      ThrowBadFile(at + "has a '{' without its '}'");
    }
  }
}

std::string Sentence(const ConceptRanking& ranking, const SentenceSubject& subject,
                     const SentenceTemplates& templates) {
  std::map<std::string, std::string> about = {{"target", subject.text}};
  if (subject.kind == "contrast") about["versus"] = subject.versus;
  const std::string begin = Filled(templates, subject.kind, about);
  return SideText(ranking.supporting, "supported", {{"subject", begin}}, templates) +
         SideText(ranking.opposing, IsByGradient(subject.importance) ? "lowering" : "opposed", {}, templates) +
         SurenessText(ranking, templates) + SilentText(ranking, templates) + UnnamedText(ranking, templates);
}

}  // namespace wherefore
