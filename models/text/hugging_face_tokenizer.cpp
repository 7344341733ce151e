#include "models/text/hugging_face_tokenizer.h"

#include <algorithm>
#include <utility>

#include "explain/error.h"
#include "models/text/tokenizer_parts.h"
#include "models/text/unicode.h"

namespace wherefore {
namespace {

/// The span, made longer where it begins or ends inside a character.
ByteSpan WholeCharacters(const std::string& text, ByteSpan span) {
  const auto continues = [&text](int64_t place) {
    return place > 0 && place < static_cast<int64_t>(text.size()) &&
           (static_cast<unsigned char>(text[static_cast<std::size_t>(place)]) & 0xC0) == 0x80;
  };
  if (span.begin == span.end) return span;
  while (continues(span.begin)) --span.begin;
  while (continues(span.end)) ++span.end;
  return span;
}

/// Where each of `count` pieces stands in a text; a piece without bytes stands behind the one before.
std::vector<ByteSpan> SpansOf(const DecodedPart& text, std::size_t count) {
  std::vector<ByteSpan> spans(count, {-1, -1});
  for (std::size_t i = 0; i < text.piece.size(); ++i) {
    ByteSpan& span = spans[text.piece[i]];
    if (span.begin < 0) span.begin = static_cast<int64_t>(i);
    span.end = static_cast<int64_t>(i) + 1;
  }
  int64_t place = 0;
  for (auto& span : spans) {
    span = span.begin < 0 ? ByteSpan{place, place} : WholeCharacters(text.text, span);
    place = span.end;
  }
  return spans;
}

DecodedPart Joined(const std::vector<DecodedPart>& parts, bool with_spaces) {
  DecodedPart text("", 0);
  for (const auto& part : parts) {
    if (with_spaces && &part != &parts.front()) text.Append(DecodedPart(" ", part.piece.empty() ? 0 : part.piece[0]));
    text.Append(part);
  }
  return text;
}

}  // namespace

HuggingFaceTokenizer::HuggingFaceTokenizer(TokenizerParts parts, TokenizerSettings settings)
    : parts_(std::make_unique<const TokenizerParts>(std::move(parts))),
      added_(std::make_unique<const AddedTokens>(parts_->added_tokens, parts_->normalizer)),
      settings_(std::move(settings)),
      size_(std::max(parts_->model->vocabulary().size(), added_->size())) {}

HuggingFaceTokenizer::~HuggingFaceTokenizer() = default;

TokenizedText HuggingFaceTokenizer::Encode(const std::string& text) const {
  if (!IsUtf8(text)) ThrowUsage("the text is not UTF-8; convert it and try again");
  TokenizedText encoded;
  encoded.text = text;
  std::vector<bool> is_added;
  std::vector<bool> is_unknown;
  const auto append = [&](int64_t id, ByteSpan span, bool added) {
    const std::string& piece = *Piece(id);
    encoded.ids.push_back(id);
    encoded.pieces.push_back(piece);
    encoded.piece_spans.push_back(TrimSpaces(parts_->post_processor, piece, span, is_added.empty()));
    is_added.push_back(added);
    is_unknown.push_back(!added && parts_->model->unknown_id() == id);
  };
  for (auto& part : added_->Split(text)) {
    if (part.id) {
      append(*part.id, part.text.OriginalSpan({0, static_cast<int64_t>(part.text.text().size())}), true);
      continue;
    }
    std::vector<NormalizedText> words = {std::move(part.text)};
    if (parts_->pre_tokenizer) parts_->pre_tokenizer(&words);
    for (const auto& word : words) {
      for (const auto& piece : parts_->model->Cut(word.text())) append(piece.id, word.OriginalSpan(piece.span), false);
    }
  }
  GroupWords(parts_->marks, is_added, &encoded);
  for (std::size_t i = 0; i < is_unknown.size(); ++i) {
    const bool is_first = i == 0 || !is_unknown[i - 1] || encoded.word[i] != encoded.word[i - 1];
    if (is_unknown[i] && is_first) {
      encoded.unknown_words.push_back(encoded.words[static_cast<std::size_t>(encoded.word[i])]);
    }
  }
  return encoded;
}

TokenizedText HuggingFaceTokenizer::Describe(const std::vector<int64_t>& ids) const {
  for (const int64_t id : ids) {
    if (id < 0) ThrowUsage("id " + std::to_string(id) + " is no piece: ids begin at 0");
  }
  return Decoded(ids, {});
}

std::string HuggingFaceTokenizer::Decode(const std::vector<int64_t>& ids, const DetokenizeOptions& options) const {
  return Decoded(ids, options).text;
}

TokenizedText HuggingFaceTokenizer::Decoded(const std::vector<int64_t>& ids, const DetokenizeOptions& options) const {
  TokenizedText decoded;
  std::vector<DecodedPart> shown;
  std::vector<bool> is_added;
  for (const int64_t id : ids) {
    const std::string* piece = Piece(id);
    const bool is_shown = piece != nullptr && !(options.skip_special_tokens && IsSpecial(id));
    if (is_shown) shown.emplace_back(*piece, decoded.ids.size());
    decoded.ids.push_back(id);
    decoded.pieces.push_back(piece == nullptr ? "" : *piece);
    is_added.push_back(added_->Find(id) != nullptr);
  }
  if (parts_->decoder) parts_->decoder(&shown);
  DecodedPart text = Joined(shown, !parts_->decoder);
  if (!parts_->marks.word_end.empty()) {
    text.Replace(parts_->marks.word_end, " ");
    text.Trim();
  }
  const bool clean_up = options.clean_up_tokenization_spaces.value_or(settings_.clean_up_tokenization_spaces);
  if (clean_up && parts_->may_clean_up) text.CleanUp();
  decoded.text = text.text;
  decoded.piece_spans = SpansOf(text, ids.size());
  GroupWords(parts_->marks, is_added, &decoded);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == unknown_id()) {
      decoded.unknown_words.push_back(decoded.words[static_cast<std::size_t>(decoded.word[i])]);
    }
  }
  return decoded;
}

int64_t HuggingFaceTokenizer::unknown_id() const { return parts_->model->unknown_id().value_or(-1); }

const std::vector<int64_t>& HuggingFaceTokenizer::special_ids_before() const { return parts_->post_processor.before; }

const std::vector<int64_t>& HuggingFaceTokenizer::special_ids_behind() const { return parts_->post_processor.behind; }

std::vector<int64_t> HuggingFaceTokenizer::WithSpecialTokens(const std::vector<int64_t>& ids) const {
  std::vector<int64_t> all = special_ids_before();
  all.insert(all.end(), ids.begin(), ids.end());
  all.insert(all.end(), special_ids_behind().begin(), special_ids_behind().end());
  return all;
}

std::optional<int64_t> HuggingFaceTokenizer::Id(const std::string& token) const {
  const AddedToken* added = added_->Find(token);
  return added != nullptr ? added->id : parts_->model->vocabulary().Id(token);
}

std::optional<int64_t> HuggingFaceTokenizer::SpecialId(const std::string& role) const {
  const auto token = settings_.special_tokens.find(role);
  return token == settings_.special_tokens.end() ? std::nullopt : Id(token->second);
}

bool HuggingFaceTokenizer::IsSpecial(int64_t id) const { return added_->IsSpecial(id); }

const std::string* HuggingFaceTokenizer::Piece(int64_t id) const {
  const AddedToken* added = added_->Find(id);
  return added != nullptr ? &added->content : parts_->model->vocabulary().Piece(id);
}

}  // namespace wherefore
