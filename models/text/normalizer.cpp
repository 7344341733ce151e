#include "models/text/normalizer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "models/text/text_pattern.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

bool IsAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return (byte & 0x80) == 0; });
}

/// Puts marks behind a letter in the order of their classes.
void OrderMarks(std::vector<CharacterChange>* changes) {
  for (auto begin = changes->begin(); begin != changes->end();) {
    const auto end = std::find_if(begin + 1, changes->end(),
                                  [](const CharacterChange& change) { return CombiningClass(change.code) == 0; });
    std::stable_sort(begin, end, [](const CharacterChange& a, const CharacterChange& b) {
      return CombiningClass(a.code) < CombiningClass(b.code);
    });
    begin = end;
  }
}

std::vector<CharacterChange> Decompose(const std::string& text, bool compatibility) {
  std::vector<CharacterChange> changes;
  for (const char32_t code : CodePoints(text)) {
    int change = 0;
    for (const char32_t part : Decomposition(code, compatibility)) changes.push_back({part, std::exchange(change, 1)});
  }
  OrderMarks(&changes);
  return changes;
}

/// Composes decomposed characters, one letter with its marks after the other.
class Composer {
 public:
  void Add(CharacterChange next) {
    const int mark_class = CombiningClass(next.code);
    if (!letter_) {
      if (mark_class != 0) return composed_.push_back(next);
      letter_ = next;
      return;
    }
    const bool blocked = last_class_ && *last_class_ >= mark_class;
    if (!blocked && Compose(next)) return;
    if (mark_class == 0) {
      Flush();
      letter_ = next;
      return;
    }
    marks_.push_back(next);
    last_class_ = mark_class;
  }

  std::vector<CharacterChange> Take() {
    Flush();
    return std::move(composed_);
  }

 private:
  bool Compose(CharacterChange next) {
    const auto composed = Composition(letter_->code, next.code);
    if (!composed) return false;
    letter_ = CharacterChange{*composed, letter_->change + next.change - 1};
    return true;
  }

  void Flush() {
    if (letter_) composed_.push_back(*letter_);
    composed_.insert(composed_.end(), marks_.begin(), marks_.end());
    letter_.reset();
    marks_.clear();
    last_class_.reset();
  }

  std::vector<CharacterChange> composed_;
  std::optional<CharacterChange> letter_;
  std::vector<CharacterChange> marks_;
  std::optional<int> last_class_;
};

void StripNonspacingMarks(NormalizedText* text) {
  text->Filter([](char32_t code) { return !IsNonspacingMark(code); });
}

bool IsChinese(char32_t code) {
  static const std::vector<std::pair<char32_t, char32_t>> blocks = {
      {0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
      {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
  return std::any_of(blocks.begin(), blocks.end(),
                     [code](const auto& block) { return block.first <= code && code <= block.second; });
}

bool IsBertSpace(char32_t code) { return code == '\t' || code == '\n' || code == '\r' || IsUnicodeSpace(code); }

bool IsBertControl(char32_t code) { return code != '\t' && code != '\n' && code != '\r' && IsControlOrPrivate(code); }

void CleanText(NormalizedText* text) {
  text->Filter([](char32_t code) { return code != 0 && code != 0xFFFD && !IsBertControl(code); });
  text->Map([](char32_t code) { return IsBertSpace(code) ? U' ' : code; });
}

void SpaceChinese(NormalizedText* text) {
  std::vector<CharacterChange> changes;
  for (const char32_t code : CodePoints(text->text())) {
    if (!IsChinese(code)) {
      changes.push_back({code, 0});
      continue;
    }
    changes.push_back({U' ', 0});
    changes.push_back({code, 1});
    changes.push_back({U' ', 1});
  }
  text->Transform(changes);
}

Normalizer ReadBertNormalizer(const JsonComponent& component) {
  BertNormalization options;
  options.clean_text = component.Flag("clean_text", true);
  options.space_chinese = component.Flag("handle_chinese_chars", true);
  options.lowercase = component.Flag("lowercase", true);
  options.strip_accents = component.Flag("strip_accents", options.lowercase);
  return MakeBertNormalizer(options);
}

Normalizer ReadReplaceNormalizer(const JsonComponent& component) {
  const TextPattern pattern = ReadTextPattern(component);
  const std::string content = component.Text("content");
  return [pattern, content](NormalizedText* text) { text->ReplaceSpans(pattern.FindAll(text->text()), content); };
}

Normalizer ReadNormalizerSequence(const JsonComponent& component) {
  std::vector<Normalizer> steps;
  for (const auto& step : component.Objects("normalizers")) steps.push_back(ReadNormalizer(step));
  return [steps](NormalizedText* text) {
    for (const auto& step : steps) step(text);
  };
}

Normalizer ReadStripNormalizer(const JsonComponent& component) {
  const bool left = component.Flag("strip_left", true);
  const bool right = component.Flag("strip_right", true);
  return [left, right](NormalizedText* text) { text->Strip(left, right); };
}

Normalizer ReadPrepend(const JsonComponent& component) {
  return [prefix = component.Text("prepend")](NormalizedText* text) { text->Prepend(prefix); };
}

template <NormalForm form>
Normalizer ReadNormalForm(const JsonComponent&) {
  return [](NormalizedText* text) { ApplyNormalForm(form, text); };
}

}  // namespace

void ApplyNormalForm(NormalForm form, NormalizedText* text) {
  if (IsAscii(text->text())) return;
  const bool compatibility = form == NormalForm::kKc || form == NormalForm::kKd;
  std::vector<CharacterChange> changes = Decompose(text->text(), compatibility);
  if (form == NormalForm::kC || form == NormalForm::kKc) {
    Composer composer;
    for (const auto& change : changes) composer.Add(change);
    changes = composer.Take();
  }
  text->Transform(changes);
}

void ApplyLowerCase(NormalizedText* text) {
  std::vector<CharacterChange> changes;
  for (const char32_t code : CodePoints(text->text())) {
    int change = 0;
    for (const char32_t part : LowerCase(code)) changes.push_back({part, std::exchange(change, 1)});
  }
  text->Transform(changes);
}

Normalizer MakeBertNormalizer(const BertNormalization& options) {
  return [options](NormalizedText* text) {
    if (options.clean_text) CleanText(text);
    if (options.space_chinese) SpaceChinese(text);
    if (options.strip_accents) {
      ApplyNormalForm(NormalForm::kD, text);
      StripNonspacingMarks(text);
    }
    if (options.lowercase) ApplyLowerCase(text);
  };
}

Normalizer ReadNormalizer(const JsonComponent& component) {
  using Reader = Normalizer (*)(const JsonComponent&);
  static const std::map<std::string, Reader> readers = {
      {"BertNormalizer", ReadBertNormalizer},
      {"Lowercase", [](const JsonComponent&) -> Normalizer { return ApplyLowerCase; }},
      {"NFC", ReadNormalForm<NormalForm::kC>},
      {"NFD", ReadNormalForm<NormalForm::kD>},
      {"NFKC", ReadNormalForm<NormalForm::kKc>},
      {"NFKD", ReadNormalForm<NormalForm::kKd>},
      {"Prepend", ReadPrepend},
      {"Replace", ReadReplaceNormalizer},
      {"Sequence", ReadNormalizerSequence},
      {"Strip", ReadStripNormalizer},
      {"StripAccents", [](const JsonComponent&) -> Normalizer { return StripNonspacingMarks; }}};
  return ReaderOf(component, readers)(component);
}

}  // namespace wherefore
