#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace wherefore {

/// What stands between white space.
std::vector<std::string> WordsOf(const std::string& text);

/// Which words speak of which categories of objects, so that a caption's words can be compared with masks, as Selvaraju
/// et al. 2020 do with 830 words for COCO's 80 categories. coco_words.txt describes the form of a list, and how ours
/// was made. Categories are in lower case throughout.
class CategoryWords {
 public:
  /// Reads a list; `name` stands for its path in error texts. `known`: the categories that it may speak of; empty: any.
  /// Throws Error(kBadFile) that names the line: no colon, no word, a word that two lines claim, a category that is not
  /// among `known` (nearest offered), or a list without a word.
  CategoryWords(const std::string& list, const std::string& name, const std::vector<std::string>& known = {});

  /// Our own list, of COCO's 80 categories.
  static CategoryWords OfCoco();

  /// Lets those categories that have no entry be spoken of by their own names.
  void AddNames(const std::vector<std::string>& categories);

  /// The categories that have an entry, in the list's order.
  const std::vector<std::string>& categories() const { return categories_; }

  /// For each word of a text the category that it speaks of, or "". The longest entry counts, for all its words. Letter
  /// case, punctuation round a word and "'s" behind it do not matter.
  std::vector<std::string> CategoriesOf(const std::vector<std::string>& words) const;

  /// Whether a text that has a category's own name speaks of it: "an orange" may be a colour.
  bool AreMetByNameOf(const std::string& category) const;

  /// The category of a class by its label ("tabby, tabby cat"), or "". The first synonym that is an entry decides; else
  /// the first one that ends in an entry does: what something is stands last in English.
  std::string CategoryOfLabel(const std::string& label) const;

 private:
  using Entries = std::map<std::string, std::string>;  ///< category by its words, single spaces between

  void AddEntry(std::string entry, const std::string& category, const std::string& where);

  std::vector<std::string> categories_;
  Entries in_texts_;
  Entries in_labels_;             ///< those that count in labels only
  std::size_t longest_text_ = 0;  ///< words of the longest entry of in_texts_
};

}  // namespace wherefore
