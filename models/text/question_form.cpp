#include "models/text/question_form.h"

#include <algorithm>

namespace wherefore {
namespace {

bool Overlaps(const ByteSpan& a, const ByteSpan& b) { return a.begin < b.end && b.begin < a.end; }

/// What two spans share, counted from where the second begins.
ByteSpan PartIn(const ByteSpan& span, const ByteSpan& whole) {
  return {std::max(span.begin, whole.begin) - whole.begin, std::min(span.end, whole.end) - whole.begin};
}

void AddWord(const TokenizedText& all, std::size_t word, const ByteSpan& span, TokenizedText* part) {
  part->spans.push_back(PartIn(all.spans[word], span));
  part->words.push_back(TextIn(part->text, part->spans.back()));
  const auto& unknown = all.unknown_words;
  if (std::find(unknown.begin(), unknown.end(), all.words[word]) != unknown.end()) {
    part->unknown_words.push_back(part->words.back());
  }
}

/// The pieces with a part in the span; `first`: the first of them.
TokenizedText PartOfText(const TokenizedText& all, const ByteSpan& span, int64_t* first) {
  TokenizedText part;
  part.text = TextIn(all.text, span);
  int64_t last_word = -1;
  for (std::size_t i = 0; i < all.ids.size(); ++i) {
    // White space between the two may be in a piece of the word behind it.
    const auto& word = all.spans[static_cast<std::size_t>(all.word[i])];
    if (!Overlaps(all.piece_spans[i], span) || !Overlaps(word, span)) continue;
    if (part.ids.empty()) *first += static_cast<int64_t>(i);
    if (all.word[i] != last_word) AddWord(all, static_cast<std::size_t>(all.word[i]), span, &part);
    last_word = all.word[i];
    part.ids.push_back(all.ids[i]);
    part.pieces.push_back(all.pieces[i]);
    part.piece_spans.push_back(PartIn(all.piece_spans[i], span));
    part.word.push_back(static_cast<int64_t>(part.words.size()) - 1);
  }
  return part;
}

}  // namespace

FormedQuestion FormQuestion(const Tokenizer& tokenizer, const QuestionForm& form, const std::string& question) {
  FormedQuestion formed;
  formed.first = static_cast<int64_t>(form.ids_before.size());
  const auto all = tokenizer.Encode(form.before + question + form.behind);
  if (form.before.empty() && form.behind.empty()) {
    formed.question = all;
  } else {
    const auto begin = static_cast<int64_t>(form.before.size());
    const ByteSpan span = {begin, begin + static_cast<int64_t>(question.size())};
    formed.question = PartOfText(all, span, &formed.first);
  }
  formed.ids = form.ids_before;
  formed.ids.insert(formed.ids.end(), all.ids.begin(), all.ids.end());
  formed.ids.insert(formed.ids.end(), form.ids_behind.begin(), form.ids_behind.end());
  return formed;
}

}  // namespace wherefore
