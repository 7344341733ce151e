#include "tools/data/coco_words.h"

#include <algorithm>
#include <sstream>

#include "explain/error.h"
#include "models/text/text.h"
#include "tools/data/coco_categories.h"

namespace wherefore {

extern const char* const kCocoWords;

namespace {

/// Its entries speak of no category.
constexpr const char* kNoCategory = "-";

std::vector<std::string> SplitAt(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::string Joined(const std::vector<std::string>& words, std::size_t first, std::size_t count) {
  std::string text;
  for (std::size_t i = first; i < first + count; ++i) text += (i == first ? "" : " ") + words[i];
  return text;
}

/// In lower case, with single spaces.
std::string Normal(const std::string& text) {
  const auto words = WordsOf(LowerCaseUtf8(text));
  return Joined(words, 0, words.size());
}

/// "dog" of "Dog's," and of "(dog"; "dogs" of "dogs'". A typographic apostrophe is as good as a straight one.
std::string Bare(const std::string& word) {
  const char* const marks = ".,;:!?\"()'";
  const std::string curly = "’";
  auto bare = LowerCaseUtf8(word);
  for (auto at = bare.find(curly); at != std::string::npos; at = bare.find(curly)) bare.replace(at, curly.size(), "'");
  bare.erase(0, std::min(bare.find_first_not_of(marks), bare.size()));
  bare.erase(bare.find_last_not_of(marks) + 1);
  const auto stem = bare.size() < 2 ? 0 : bare.size() - 2;
  if (stem > 0 && bare.compare(stem, 2, "'s") == 0) bare.erase(stem);
  return bare;
}

const std::string* Find(const std::map<std::string, std::string>& entries, const std::string& text) {
  const auto found = entries.find(text);
  return found == entries.end() ? nullptr : &found->second;
}

std::string NameOfCategory(const std::string& found) { return found == kNoCategory ? "" : found; }

}  // namespace

std::vector<std::string> WordsOf(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

CategoryWords::CategoryWords(const std::string& list, const std::string& name, const std::vector<std::string>& known) {
  std::vector<std::string> normal_known;
  for (const auto& category : known) normal_known.push_back(Normal(category));
  const auto lines = SplitAt(list, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = Normal(lines[i]);
    if (line.empty() || line[0] == '#') continue;
    const auto where = name + ", line " + std::to_string(i + 1) + ": ";
    const auto colon = line.find(':');
    if (colon == std::string::npos) ThrowBadFile(where + "there is no ':'; write \"category: word, word\"");
    const auto category = Normal(line.substr(0, colon));
    const bool is_known = known.empty() || category == kNoCategory ||
                          std::find(normal_known.begin(), normal_known.end(), category) != normal_known.end();
    if (category.empty() || !is_known) {
      ThrowBadFile(where + "'" + category + "' is no category of the data set" + DidYouMean(category, normal_known));
    }
    const auto entries = SplitAt(line.substr(colon + 1), ',');
    if (entries.empty()) ThrowBadFile(where + "there is no word behind '" + category + ":'");
    for (const auto& entry : entries) AddEntry(Normal(entry), category, where);
  }
  if (categories_.empty()) ThrowBadFile(name + ": no word speaks of a category; write lines \"category: word, word\"");
}

CategoryWords CategoryWords::OfCoco() { return {kCocoWords, "coco_words.txt"}; }

void CategoryWords::AddEntry(std::string entry, const std::string& category, const std::string& where) {
  const bool is_starred = !entry.empty() && entry.back() == '*';
  if (is_starred) entry.pop_back();
  if (entry.empty()) ThrowBadFile(where + "a word is empty; are there two commas in a row?");
  const auto [at, is_new] = (is_starred ? in_labels_ : in_texts_).emplace(entry, category);
  if (!is_new) {
    ThrowBadFile(where + "'" + entry + "' is of category '" + category + "', but an earlier line has it for '" +
                 at->second + "': keep one of the two");
  }
  if (!is_starred) longest_text_ = std::max(longest_text_, WordsOf(entry).size());
  const bool is_listed = std::find(categories_.begin(), categories_.end(), category) != categories_.end();
  if (category != kNoCategory && !is_listed) categories_.push_back(category);
}

void CategoryWords::AddNames(const std::vector<std::string>& categories) {
  for (const auto& name : categories) {
    const auto category = Normal(name);
    if (std::find(categories_.begin(), categories_.end(), category) != categories_.end()) continue;
    categories_.push_back(category);
    in_texts_[category] = category;
    longest_text_ = std::max(longest_text_, WordsOf(category).size());
  }
}

std::vector<std::string> CategoryWords::CategoriesOf(const std::vector<std::string>& words) const {
  std::vector<std::string> bare;
  for (const auto& word : words) bare.push_back(Bare(word));
  std::vector<std::string> categories(words.size());
  for (std::size_t i = 0; i < words.size();) {
    std::size_t taken = 1;
    for (auto count = std::min(longest_text_, words.size() - i); count > 0; --count) {
      const auto* found = Find(in_texts_, Joined(bare, i, count));
      if (found == nullptr) continue;
      std::fill_n(categories.begin() + static_cast<std::ptrdiff_t>(i), count, NameOfCategory(*found));
      taken = count;
      break;
    }
    i += taken;
  }
  return categories;
}

bool CategoryWords::AreMetByNameOf(const std::string& category) const {
  const auto found = CategoriesOf(WordsOf(category));
  const auto is_it = [&](const std::string& one) { return one == category; };
  return !found.empty() && std::all_of(found.begin(), found.end(), is_it);
}

std::string CategoryWords::CategoryOfLabel(const std::string& label) const {
  auto spaced = label;
  std::replace(spaced.begin(), spaced.end(), '-', ' ');
  std::vector<std::vector<std::string>> synonyms;
  for (const auto& part : SplitAt(LowerCaseUtf8(spaced), ',')) synonyms.push_back(WordsOf(part));
  for (const bool whole : {true, false}) {
    for (const auto& words : synonyms) {
      const auto most = whole ? std::min<std::size_t>(words.size(), 1) : words.size();
      for (std::size_t first = whole ? 0 : 1; first < most; ++first) {
        const auto tail = Joined(words, first, words.size() - first);
        const auto* found = Find(in_labels_, tail);
        if (found == nullptr) found = Find(in_texts_, tail);
        if (found != nullptr) return NameOfCategory(*found);
      }
    }
  }
  return "";
}

}  // namespace wherefore
