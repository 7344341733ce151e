#include "models/text/added_tokens.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "models/text/subword_model.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

bool EndsWithWord(const std::string& text, std::size_t end) {
  return end > 0 && IsWordCharacter(CharacterAt(text, PreviousCharacter(text, end)).code);
}

bool BeginsWithWord(const std::string& text, std::size_t begin) {
  return begin < text.size() && IsWordCharacter(CharacterAt(text, begin).code);
}

std::size_t SkipSpacesBefore(const std::string& text, std::size_t place, std::size_t least) {
  while (place > least) {
    const std::size_t previous = PreviousCharacter(text, place);
    if (!IsUnicodeSpace(CharacterAt(text, previous).code)) break;
    place = previous;
  }
  return place;
}

std::size_t SkipSpacesBehind(const std::string& text, std::size_t place) {
  while (place < text.size() && IsUnicodeSpace(CharacterAt(text, place).code)) {
    place += CharacterAt(text, place).length;
  }
  return place;
}

ByteSpan SpanOf(std::size_t begin, std::size_t end) { return {static_cast<int64_t>(begin), static_cast<int64_t>(end)}; }

}  // namespace

void AddedTokens::Finder::Add(const std::string& content, const AddedToken& token) {
  if (content.empty()) return;
  tokens_[content] = token;
  auto& lengths = lengths_[content.front()];
  if (std::find(lengths.begin(), lengths.end(), content.size()) == lengths.end()) lengths.push_back(content.size());
  std::sort(lengths.begin(), lengths.end(), std::greater<>());
}

AddedTokens::Finder::Match AddedTokens::Finder::LongestAt(const std::string& text, std::size_t begin) const {
  const auto lengths = lengths_.find(text[begin]);
  if (lengths == lengths_.end()) return {};
  for (const std::size_t length : lengths->second) {
    if (length > text.size() - begin) continue;
    const auto found = tokens_.find(text.substr(begin, length));
    if (found != tokens_.end()) return {begin + length, &found->second};
  }
  return {};
}

std::vector<TextPart> AddedTokens::Finder::Split(const NormalizedText& text) const {
  const std::string& searched = text.text();
  std::vector<TextPart> parts;
  std::size_t done = 0;
  for (std::size_t place = 0; place < searched.size();) {
    const Match match = LongestAt(searched, place);
    if (match.token == nullptr) {
      ++place;
      continue;
    }
    std::size_t begin = std::exchange(place, match.end);
    std::size_t end = match.end;
    if (match.token->single_word && (EndsWithWord(searched, begin) || BeginsWithWord(searched, end))) continue;
    if (match.token->left_strip) begin = SkipSpacesBefore(searched, begin, done);
    if (match.token->right_strip) end = SkipSpacesBehind(searched, end);
    // White space that the token before took may have held the beginning of this one.
    begin = std::max(begin, done);
    if (done < begin) parts.push_back({std::nullopt, text.Slice(SpanOf(done, begin))});
    if (begin < end) parts.push_back({match.token->id, text.Slice(SpanOf(begin, end))});
    done = end;
    place = std::max(place, done);
  }
  if (done < searched.size()) parts.push_back({std::nullopt, text.Slice(SpanOf(done, searched.size()))});
  return parts;
}

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens, const Normalizer& normalizer)
    : normalizer_(normalizer) {
  for (const auto& token : tokens) {
    by_content_[token.content] = token;
    by_id_[token.id] = token.content;
    size_ = std::max(size_, token.id + 1);
  }
  for (const auto& item : by_content_) {
    const AddedToken& token = item.second;
    if (!token.normalized) {
      as_given_.Add(token.content, token);
      continue;
    }
    NormalizedText content(token.content);
    if (normalizer_) normalizer_(&content);
    normalized_.Add(content.text(), token);
  }
}

std::vector<TextPart> AddedTokens::Split(const std::string& text) const {
  std::vector<TextPart> parts;
  for (auto& part : as_given_.Split(NormalizedText(text))) {
    if (part.id) {
      parts.push_back(std::move(part));
      continue;
    }
    if (normalizer_) normalizer_(&part.text);
    for (auto& inner : normalized_.Split(part.text)) parts.push_back(std::move(inner));
  }
  return parts;
}

const AddedToken* AddedTokens::Find(const std::string& content) const {
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? nullptr : &found->second;
}

const AddedToken* AddedTokens::Find(std::int64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : Find(found->second);
}

bool AddedTokens::IsSpecial(std::int64_t id) const {
  const AddedToken* token = Find(id);
  return token != nullptr && token->special;
}

AddedToken ReadAddedToken(const JsonComponent& component, std::optional<std::int64_t> id) {
  AddedToken token;
  if (!id && component.Find("id") == nullptr) component.Refuse("id", "a whole number");
  token.id = id ? *id : component.Integer("id", 0, 0, Vocabulary::kLargestId);
  token.content = component.Text("content");
  token.single_word = component.Flag("single_word", false);
  token.left_strip = component.Flag("lstrip", false);
  token.right_strip = component.Flag("rstrip", false);
  token.special = component.Flag("special", false);
  token.normalized = component.Flag("normalized", !token.special);
  return token;
}

std::string SpecialTokenText(const JsonComponent& config, const std::string& key) {
  const JsonValue* value = config.Find(key);
  const bool is_object = value != nullptr && value->kind == JsonValue::Kind::kObject;
  return is_object ? config.Object(key).Text("content") : config.Text(key);
}

}  // namespace wherefore
