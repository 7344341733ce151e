#include "models/text/pre_tokenizer.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "models/text/byte_level.h"
#include "models/text/text_pattern.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

/// A part of a text, and whether it is what was looked for or what lies between.
struct Stretch {
  ByteSpan span;
  bool is_match = false;
};

/// What becomes of the matches of a pattern: cut out, parts of their own, or joined to a neighbour.
enum class Behavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

using Stretches = std::vector<Stretch>;

Stretches StretchesOf(const std::string& text, const std::vector<ByteSpan>& matches) {
  Stretches stretches;
  int64_t done = 0;
  for (const auto& match : matches) {
    if (match.begin > done) stretches.push_back({{done, match.begin}, false});
    stretches.push_back({match, true});
    done = match.end;
  }
  const auto end = static_cast<int64_t>(text.size());
  if (done < end) stretches.push_back({{done, end}, false});
  return stretches;
}

/// Each character for which `is_match` says so, by itself.
Stretches StretchesOf(const std::string& text, bool (*is_match)(char32_t)) {
  std::vector<ByteSpan> matches;
  for (std::size_t i = 0; i < text.size();) {
    const Character character = CharacterAt(text, i);
    const std::size_t end = i + std::max<std::size_t>(character.length, 1);
    if (is_match(character.code)) matches.push_back({static_cast<int64_t>(i), static_cast<int64_t>(end)});
    i = end;
  }
  return StretchesOf(text, matches);
}

std::vector<ByteSpan> JoinBackward(const Stretches& stretches) {
  std::vector<ByteSpan> parts;
  bool after_match = false;
  for (const auto& [span, is_match] : stretches) {
    if (is_match && !after_match && !parts.empty()) {
      parts.back().end = span.end;
    } else {
      parts.push_back(span);
    }
    after_match = is_match;
  }
  return parts;
}

std::vector<ByteSpan> JoinForward(const Stretches& stretches) {
  std::vector<ByteSpan> parts;
  bool before_match = false;
  for (auto stretch = stretches.rbegin(); stretch != stretches.rend(); ++stretch) {
    if (stretch->is_match && !before_match && !parts.empty()) {
      parts.back().begin = stretch->span.begin;
    } else {
      parts.push_back(stretch->span);
    }
    before_match = stretch->is_match;
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<ByteSpan> JoinAlike(const Stretches& stretches) {
  std::vector<ByteSpan> parts;
  bool last = false;
  for (const auto& [span, is_match] : stretches) {
    if (is_match == last && !parts.empty()) {
      parts.back().end = span.end;
    } else {
      parts.push_back(span);
    }
    last = is_match;
  }
  return parts;
}

std::vector<ByteSpan> PartsOf(const Stretches& stretches, Behavior behavior) {
  if (behavior == Behavior::kMergedWithPrevious) return JoinBackward(stretches);
  if (behavior == Behavior::kMergedWithNext) return JoinForward(stretches);
  if (behavior == Behavior::kContiguous) return JoinAlike(stretches);
  std::vector<ByteSpan> parts;
  for (const auto& [span, is_match] : stretches) {
    if (!is_match || behavior == Behavior::kIsolated) parts.push_back(span);
  }
  return parts;
}

/// Cuts every part in the stretches that `find` sees.
template <typename Find>
PreTokenizer Cutter(const Find& find, Behavior behavior) {
  return [find, behavior](std::vector<NormalizedText>* parts) {
    std::vector<NormalizedText> cut;
    for (const auto& part : *parts) {
      for (const auto& span : PartsOf(find(part.text()), behavior)) {
        if (span.begin < span.end) cut.push_back(part.Slice(span));
      }
    }
    *parts = std::move(cut);
  };
}

PreTokenizer CharacterCutter(bool (*is_match)(char32_t), Behavior behavior) {
  return Cutter([is_match](const std::string& text) { return StretchesOf(text, is_match); }, behavior);
}

PreTokenizer PatternCutter(const TextPattern& pattern, Behavior behavior, bool invert) {
  return Cutter(
      [pattern, invert](const std::string& text) {
        Stretches stretches = StretchesOf(text, pattern.FindAll(text));
        for (auto& stretch : stretches) stretch.is_match = stretch.is_match != invert;
        return stretches;
      },
      behavior);
}

PreTokenizer InOrder(const std::vector<PreTokenizer>& steps) {
  return [steps](std::vector<NormalizedText>* parts) {
    for (const auto& step : steps) step(parts);
  };
}

bool IsAsciiPunctuation(char32_t code) {
  return code > ' ' && code < 0x7F && !(code >= '0' && code <= '9') && !(code >= 'A' && code <= 'Z') &&
         !(code >= 'a' && code <= 'z');
}

bool IsBertPunctuation(char32_t code) { return IsAsciiPunctuation(code) || IsUnicodePunctuation(code); }

Behavior ReadBehavior(const JsonComponent& component, const std::string& otherwise) {
  static const std::map<std::string, Behavior> behaviors = {{"Removed", Behavior::kRemoved},
                                                            {"Isolated", Behavior::kIsolated},
                                                            {"MergedWithPrevious", Behavior::kMergedWithPrevious},
                                                            {"MergedWithNext", Behavior::kMergedWithNext},
                                                            {"Contiguous", Behavior::kContiguous}};
  const auto found = behaviors.find(component.OptionalText("behavior").value_or(otherwise));
  if (found == behaviors.end()) {
    component.Refuse("behavior", "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
  }
  return found->second;
}

PreTokenizer ReadSplit(const JsonComponent& component) {
  if (component.Find("behavior") == nullptr) component.Refuse("behavior", "a string");
  return PatternCutter(ReadTextPattern(component), ReadBehavior(component, ""), component.Flag("invert", false));
}

PreTokenizer ReadPunctuation(const JsonComponent& component) {
  return CharacterCutter(IsBertPunctuation, ReadBehavior(component, "Isolated"));
}

PreTokenizer ReadDigits(const JsonComponent& component) {
  const bool individual = component.Flag("individual_digits", false);
  return CharacterCutter(IsNumeric, individual ? Behavior::kIsolated : Behavior::kContiguous);
}

PreTokenizer ReadCharDelimiterSplit(const JsonComponent& component) {
  return PatternCutter(TextPattern::Literal(component.Text("delimiter")), Behavior::kRemoved, false);
}

PreTokenizer ReadPreTokenizerSequence(const JsonComponent& component) {
  std::vector<PreTokenizer> steps;
  for (const auto& step : component.Objects("pretokenizers")) steps.push_back(ReadPreTokenizer(step));
  return InOrder(steps);
}

PreTokenizer ReadBertPreTokenizer(const JsonComponent&) {
  return InOrder(
      {CharacterCutter(IsUnicodeSpace, Behavior::kRemoved), CharacterCutter(IsBertPunctuation, Behavior::kIsolated)});
}

/// Runs of word characters, and runs of what is neither that nor white space.
PreTokenizer ReadWhitespace(const JsonComponent& component) {
  return PatternCutter(TextPattern::Regex(R"(\w+|[^\w\s]+)", component.file()), Behavior::kRemoved, true);
}

PreTokenizer ReadWhitespaceSplit(const JsonComponent&) { return CharacterCutter(IsUnicodeSpace, Behavior::kRemoved); }

PreTokenizer ReadByteLevelPreTokenizer(const JsonComponent& component) {
  std::vector<PreTokenizer> steps;
  if (component.Flag("add_prefix_space", true)) {
    steps.emplace_back([](std::vector<NormalizedText>* parts) {
      for (auto& part : *parts) {
        if (part.text().compare(0, 1, " ") != 0) part.Prepend(" ");
      }
    });
  }
  if (component.Flag("use_regex", true)) {
    steps.push_back(PatternCutter(TextPattern::Regex(kByteLevelWords, component.file()), Behavior::kIsolated, false));
  }
  steps.emplace_back([](std::vector<NormalizedText>* parts) {
    for (auto& part : *parts) SpellBytes(&part);
  });
  return InOrder(steps);
}

enum class Prefix { kAlways, kFirst, kNever };

/// Older files say `add_prefix_space` where newer ones have `prepend_scheme`.
Prefix ReadPrefix(const JsonComponent& component) {
  const auto scheme = component.OptionalText("prepend_scheme");
  if (!scheme) return component.Flag("add_prefix_space", true) ? Prefix::kAlways : Prefix::kNever;
  if (*scheme == "always") return Prefix::kAlways;
  if (*scheme == "first") return Prefix::kFirst;
  if (*scheme != "never") component.Refuse("prepend_scheme", "always, first or never");
  return Prefix::kNever;
}

PreTokenizer ReadMetaspacePreTokenizer(const JsonComponent& component) {
  const std::string mark = component.OptionalText("replacement").value_or("\xE2\x96\x81");
  const Prefix prefix = ReadPrefix(component);
  const TextPattern space = TextPattern::Literal(" ");
  const PreTokenizer mark_words = [mark, prefix, space](std::vector<NormalizedText>* parts) {
    for (auto& part : *parts) {
      part.ReplaceSpans(space.FindAll(part.text()), mark);
      const bool wanted = prefix == Prefix::kAlways || (prefix == Prefix::kFirst && part.begin() == 0);
      if (wanted && part.text().compare(0, mark.size(), mark) != 0) part.Prepend(mark);
    }
  };
  if (!component.Flag("split", true)) return mark_words;
  return InOrder({mark_words, PatternCutter(TextPattern::Literal(mark), Behavior::kMergedWithNext, false)});
}

}  // namespace

PreTokenizer ReadPreTokenizer(const JsonComponent& component) {
  using Reader = PreTokenizer (*)(const JsonComponent&);
  static const std::map<std::string, Reader> readers = {{"BertPreTokenizer", ReadBertPreTokenizer},
                                                        {"ByteLevel", ReadByteLevelPreTokenizer},
                                                        {"CharDelimiterSplit", ReadCharDelimiterSplit},
                                                        {"Digits", ReadDigits},
                                                        {"Metaspace", ReadMetaspacePreTokenizer},
                                                        {"Punctuation", ReadPunctuation},
                                                        {"Sequence", ReadPreTokenizerSequence},
                                                        {"Split", ReadSplit},
                                                        {"Whitespace", ReadWhitespace},
                                                        {"WhitespaceSplit", ReadWhitespaceSplit}};
  return ReaderOf(component, readers)(component);
}

}  // namespace wherefore
