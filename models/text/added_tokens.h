#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/text/json_component.h"
#include "models/text/normalized_text.h"
#include "models/text/normalizer.h"

namespace wherefore {

/// A token that is found in a text as a whole, before the text is cut into words: "[SEP]", "<image>".
struct AddedToken {
  std::int64_t id = 0;
  std::string content;
  bool single_word = false;  ///< found only where no letter or digit touches it
  bool left_strip = false;   ///< takes the white space before it too
  bool right_strip = false;  ///< takes the white space behind it too
  bool normalized = false;   ///< looked for in the normalized text, not in the text as given
  bool special = false;      ///< left out of a decoded text on request
};

/// A part of a text: an added token, or what lies between them.
struct TextPart {
  std::optional<std::int64_t> id;  ///< of the added token
  NormalizedText text;
};

/// The added tokens of a tokenizer.
class AddedTokens {
 public:
  AddedTokens() = default;

  /// `normalizer` may be empty. A token that is there twice counts as the later one says.
  AddedTokens(const std::vector<AddedToken>& tokens, const Normalizer& normalizer);

  /// Cuts the added tokens out of a text and normalizes what lies between them.
  std::vector<TextPart> Split(const std::string& text) const;

  const AddedToken* Find(const std::string& content) const;  ///< null where there is none
  const AddedToken* Find(std::int64_t id) const;             ///< null where there is none
  bool IsSpecial(std::int64_t id) const;
  std::int64_t size() const { return size_; }  ///< one more than the largest id

 private:
  /// Contents and the tokens that they stand for, to be looked for in a text.
  class Finder {
   public:
    void Add(const std::string& content, const AddedToken& token);
    std::vector<TextPart> Split(const NormalizedText& text) const;

   private:
    struct Match {
      std::size_t end = 0;
      const AddedToken* token = nullptr;
    };
    Match LongestAt(const std::string& text, std::size_t begin) const;

    std::unordered_map<std::string, AddedToken> tokens_;
    std::map<char, std::vector<std::size_t>> lengths_;  ///< of the contents that begin with a byte, longest first
  };

  Normalizer normalizer_;
  Finder as_given_;
  Finder normalized_;
  std::unordered_map<std::string, AddedToken> by_content_;
  std::unordered_map<std::int64_t, std::string> by_id_;
  std::int64_t size_ = 0;
};

/// Reads an entry of "added_tokens" of a tokenizer.json, or of "added_tokens_decoder", whose key is the id.
AddedToken ReadAddedToken(const JsonComponent& component, std::optional<std::int64_t> id);

/// The text of a special token under a key of a configuration, which is a string or an object with "content".
std::string SpecialTokenText(const JsonComponent& config, const std::string& key);

}  // namespace wherefore
