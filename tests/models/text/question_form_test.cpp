#include "models/text/question_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherefore {
namespace {

using testing::ElementsAre;

/// Cuts a text before each run of white space, which is a piece of its own where it is longer than a space, and belongs
/// to the word behind it. Ids are the pieces' lengths in bytes.
class RunTokenizer : public Tokenizer {
 public:
  TokenizedText Encode(const std::string& text) const override {
    TokenizedText all;
    all.text = text;
    for (std::size_t begin = 0; begin < text.size();) {
      const auto word = std::min(text.find_first_not_of(' ', begin), text.size());
      const auto end = std::min(text.find(' ', word), text.size());
      all.words.push_back(text.substr(word, end - word));
      all.spans.push_back({static_cast<int64_t>(word), static_cast<int64_t>(end)});
      if (word - begin > 1) {
        Add(begin, word, &all);
        begin = word;
      }
      Add(begin, end, &all);
      begin = end;
    }
    return all;
  }
  TokenizedText Describe(const std::vector<int64_t>&) const override { return {}; }
  int64_t size() const override { return 100; }
  int64_t unknown_id() const override { return 0; }

 private:
  static void Add(std::size_t begin, std::size_t end, TokenizedText* all) {
    all->ids.push_back(static_cast<int64_t>(end - begin));
    all->pieces.push_back(all->text.substr(begin, end - begin));
    all->piece_spans.push_back({static_cast<int64_t>(begin), static_cast<int64_t>(end)});
    all->word.push_back(static_cast<int64_t>(all->words.size()) - 1);
  }
};

QuestionForm UserAndAssistant() {
  QuestionForm form;
  form.before = "USER: ";
  form.behind = " ASSISTANT:";
  form.ids_before = {7, 8};
  form.ids_behind = {9};
  return form;
}

TEST(QuestionFormTest, FindsTheQuestionsPiecesAmongThoseRoundIt) {
  const auto formed = FormQuestion(RunTokenizer(), UserAndAssistant(), "why not");
  EXPECT_THAT(formed.ids, ElementsAre(7, 8, 5, 4, 4, 11, 9));
  EXPECT_EQ(formed.first, 3);  // behind the two marks and "USER:"
  EXPECT_THAT(formed.question.ids, ElementsAre(4, 4));
  EXPECT_EQ(formed.question.text, "why not");
  EXPECT_THAT(formed.question.words, ElementsAre("why", "not"));
  EXPECT_EQ(formed.question.spans[1].begin, 4);
  EXPECT_EQ(formed.question.spans[1].end, 7);
  EXPECT_THAT(formed.question.word, ElementsAre(0, 1));
}

TEST(QuestionFormTest, LeavesWhiteSpaceThatBelongsToAWordBehindTheQuestion) {
  const auto formed = FormQuestion(RunTokenizer(), UserAndAssistant(), "why not ");
  EXPECT_THAT(formed.ids, ElementsAre(7, 8, 5, 4, 4, 2, 10, 9));
  EXPECT_THAT(formed.question.ids, ElementsAre(4, 4));
  EXPECT_THAT(formed.question.words, ElementsAre("why", "not"));
  EXPECT_EQ(formed.question.text, "why not ");
}

TEST(QuestionFormTest, IsTheQuestionItselfWithoutAnythingRoundIt) {
  const auto formed = FormQuestion(RunTokenizer(), {}, "why not");
  EXPECT_THAT(formed.ids, ElementsAre(3, 4));
  EXPECT_EQ(formed.first, 0);
  EXPECT_THAT(formed.question.ids, ElementsAre(3, 4));
}

}  // namespace
}  // namespace wherefore
