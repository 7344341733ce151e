#include "models/text/text.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/piece_model.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Spans as pairs of numbers, which tests can print; each is checked to hold its word.
std::vector<std::pair<int64_t, int64_t>> SpansOf(const TokenizedText& tokenized) {
  EXPECT_EQ(tokenized.spans.size(), tokenized.words.size());
  std::vector<std::pair<int64_t, int64_t>> spans;
  for (std::size_t i = 0; i < tokenized.spans.size(); ++i) {
    EXPECT_EQ(TextIn(tokenized.text, tokenized.spans[i]), tokenized.words.at(i));
    spans.emplace_back(tokenized.spans[i].begin, tokenized.spans[i].end);
  }
  return spans;
}

std::pair<int64_t, int64_t> Bytes(int64_t begin, int64_t end) { return {begin, end}; }

/// Ids: ▁a 4, ▁dog 5, s 6, ▁ 7, ▁running 8.
class PieceTokenizerTest : public testing::Test {
 protected:
  PieceTokenizerTest() {
    WriteFileWhole(path_, PieceModel({"▁a", "▁dog", "s", "▁", "▁running"}));
    tokenizer_ = LoadSentencePiece(path_, true);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.PathOf("tokenizer.model");
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(PieceTokenizerTest, JoinsThePiecesOfAWord) {
  const auto text = tokenizer_->Encode("A dogs running");
  EXPECT_THAT(text.ids, ElementsAre(4, 5, 6, 8));
  EXPECT_THAT(text.pieces, ElementsAre("▁a", "▁dog", "s", "▁running"));
  EXPECT_THAT(text.word, ElementsAre(0, 1, 1, 2));
  EXPECT_THAT(text.words, ElementsAre("a", "dogs", "running"));
  EXPECT_THAT(text.unknown_words, IsEmpty());
}

TEST_F(PieceTokenizerTest, ReportsWordsThatTheVocabularyLacks) {
  const auto text = tokenizer_->Encode("a dogx zebra");
  EXPECT_THAT(text.words, ElementsAre("a", "dogx", "zebra"));
  EXPECT_THAT(text.unknown_words, ElementsAre("dogx", "zebra"));
  EXPECT_EQ(tokenizer_->unknown_id(), 1);
}

TEST_F(PieceTokenizerTest, DescribesIdsAsItEncodesText) {
  const auto text = tokenizer_->Describe({4, 5, 6, 8});
  EXPECT_THAT(text.words, ElementsAre("a", "dogs", "running"));
  EXPECT_THAT(text.word, ElementsAre(0, 1, 1, 2));
  EXPECT_EQ(tokenizer_->size(), 9);
}

TEST_F(PieceTokenizerTest, SaysWhereWordsStandInTheTextGiven) {
  const auto text = tokenizer_->Encode(" A  dogs\trunning ");
  EXPECT_EQ(text.text, " a  dogs\trunning ");
  EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(1, 2), Bytes(4, 8), Bytes(9, 16)));
}

TEST_F(PieceTokenizerTest, CountsBytesOfLettersBeyondAscii) {
  const auto text = tokenizer_->Encode("A wÖrt, 猫 dog");
  EXPECT_EQ(text.text, "a wört, 猫 dog");
  EXPECT_THAT(text.words, ElementsAre("a", "wört,", "猫", "dog"));
  EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(0, 1), Bytes(2, 8), Bytes(9, 12), Bytes(13, 16)));
}

TEST_F(PieceTokenizerTest, GivesTheWordsThatItReadsWhereItsNormaliserChangesThem) {
  const auto text = tokenizer_->Encode("a▁dog");  // which SentencePiece takes for a space
  EXPECT_THAT(text.words, ElementsAre("a", "dog"));
  EXPECT_EQ(text.text, "a dog");
  EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(0, 1), Bytes(2, 5)));
}

TEST_F(PieceTokenizerTest, JoinsTheWordsOfIdsWithSpaces) {
  const auto text = tokenizer_->Describe({4, 5, 6, 3, 8});
  EXPECT_EQ(text.text, "a dogs </s> running");
  EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(0, 1), Bytes(2, 6), Bytes(7, 11), Bytes(12, 19)));
  EXPECT_EQ(tokenizer_->Describe({}).text, "");
}

TEST_F(PieceTokenizerTest, KeepsControlPiecesOutOfWords) {
  const auto text = tokenizer_->Describe({5, 3, 6, 1});
  EXPECT_THAT(text.words, ElementsAre("dog", "</s>", "s<unk>"));
  EXPECT_THAT(text.unknown_words, ElementsAre("s<unk>"));
}

TEST_F(PieceTokenizerTest, HasNoIdsBeyondItsVocabulary) {
  EXPECT_EQ(ErrorText(ErrorKind::kUsage,
                      [&] {
                        tokenizer_->Describe({4, 9});
                      }),
            "id 9 is no piece: the vocabulary has 9");
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { tokenizer_->Describe({-1}); }), HasSubstr("id -1"));
}

TEST_F(PieceTokenizerTest, TakesOnlyUtf8) {
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { tokenizer_->Encode("a \xC3"); }), HasSubstr("not UTF-8"));
}

TEST_F(PieceTokenizerTest, HasNothingToSayOfNothing) {
  EXPECT_THAT(tokenizer_->Encode("").ids, IsEmpty());
  EXPECT_THAT(tokenizer_->Encode("  \n ").words, IsEmpty());
}

TEST_F(PieceTokenizerTest, KeepsCapitalsWhereToldTo) {
  EXPECT_THAT(LoadSentencePiece(path_, false)->Encode("A dog").unknown_words, ElementsAre("A"));
}

// SentencePiece and LibTorch each have a copy of protobuf; where the two meet, a program crashes before main.
TEST_F(PieceTokenizerTest, LivesInOneProgramWithTensorOperations) {
  const auto ids = at::tensor(tokenizer_->Encode("a dog").ids, at::kLong);
  EXPECT_EQ(at::matmul(at::ones({3, 9}), at::one_hot(ids, 9).to(at::kFloat).t()).sum().item<float>(), 6.0F);
}

TEST(SentencePieceTest, RefusesAnEmptyOrBrokenModel) {
  const TemporaryDirectory directory;
  const std::string path = directory.PathOf("tokenizer.model");
  const std::string model = PieceModel({"▁a"});
  WriteFileWhole(path, "");
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { LoadSentencePiece(path, true); }),
            path + ": the file is empty, but must be a SentencePiece model");
  for (const std::string& bytes : {std::string("not a model"), std::string(1000, '\xFF'), model.substr(0, 30),
                                   std::string("\x0A\x00", 2), std::string("\x12\x00", 2)}) {
    WriteFileWhole(path, bytes);
    EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { LoadSentencePiece(path, true); }),
                HasSubstr(path + ": not a SentencePiece model"));
  }
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { LoadSentencePiece(directory.PathOf("none"), true); }),
              HasSubstr("No such file"));
}

TEST(SentencePieceTest, PrintsNothing) {
  const TemporaryDirectory directory;
  const std::string path = directory.PathOf("tokenizer.model");
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  for (const std::string& bytes : {PieceModel({"▁a"}), std::string("not a model")}) {
    WriteFileWhole(path, bytes);
    try {
      LoadSentencePiece(path, true)->Encode("a b");
    } catch (const Error&) {
      continue;  // tested above
    }
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(SentencePieceTest, SurvivesEveryCutOfAModel) {
  const TemporaryDirectory directory;
  const std::string path = directory.PathOf("tokenizer.model");
  const std::string model = PieceModel({"▁a", "▁dog", "s"});
  int loaded = 0;
  for (std::size_t size = 0; size < model.size(); ++size) {
    WriteFileWhole(path, model.substr(0, size));
    try {
      LoadSentencePiece(path, true)->Encode("a dog");
      ++loaded;  // cut between two pieces: a smaller model
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kBadFile);
    }
  }
  EXPECT_LT(loaded, 10);
}

TEST(SentencePieceTest, MeetsTheGoldenCaptions) {
  WHEREFORE_NEEDS_SHARED("golden/photo-caption.json");
  const auto tokenizer = LoadSentencePiece(SharedPath("models/photo-caption/tokenizer.model"), true);
  EXPECT_EQ(tokenizer->size(), 4000);
  EXPECT_EQ(tokenizer->unknown_id(), 1);
  int captions = 0;
  for (const auto& photo : nlohmann::json::parse(ReadFile(SharedPath("golden/photo-caption.json")))) {
    for (const char* kind : {"greedy", "given"}) {
      if (!photo.contains(kind)) continue;
      const auto& golden = photo[kind];
      const auto encoded = tokenizer->Encode(golden["text"].get<std::string>());
      const auto ids = golden["ids"].get<std::vector<int64_t>>();
      EXPECT_EQ(encoded.ids, ids) << golden["text"];
      const auto described = tokenizer->Describe(ids);
      EXPECT_EQ(described.pieces, golden["pieces"].get<std::vector<std::string>>());
      EXPECT_EQ(described.words, golden["words"].get<std::vector<std::string>>());
      EXPECT_EQ(described.word, encoded.word);
      ++captions;
    }
  }
  EXPECT_GT(captions, 0);
}

TEST(SentencePieceTest, MeetsTheGoldenQuestions) {
  WHEREFORE_NEEDS_SHARED("golden/photo-vqa.json");
  const auto tokenizer = LoadSentencePiece(SharedPath("models/photo-vqa/tokenizer.model"), true);
  for (const auto& golden : nlohmann::json::parse(ReadFile(SharedPath("golden/photo-vqa.json")))) {
    const auto text = tokenizer->Encode(golden["question"].get<std::string>());
    EXPECT_EQ(text.ids, golden["ids"].get<std::vector<int64_t>>()) << golden["question"];
  }
}

class WordListTest : public testing::Test {
 protected:
  std::unique_ptr<Tokenizer> tokenizer_ =
      ParseWordList("<pad>\n<unk>\nwhat\nis\nthis\n?\nu.s.\ndon't\n", "vocab.txt", true);
};

TEST_F(WordListTest, CutsAtWhiteSpaceAndPunctuation) {
  const auto text = tokenizer_->Encode("What\tis  (this)?");
  EXPECT_THAT(text.ids, ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(text.words, ElementsAre("what", "is", "this", "?"));
  EXPECT_THAT(text.pieces, ElementsAre("what", "is", "this", "?"));
  EXPECT_THAT(text.word, ElementsAre(0, 1, 2, 3));
}

TEST_F(WordListTest, KnowsWordsWithPunctuationOfTheirOwn) {
  EXPECT_THAT(tokenizer_->Encode("don't u.s. \"u.s").ids, ElementsAre(7, 6, 1));
}

TEST_F(WordListTest, ReportsUnknownWordsAsTheyWereWritten) {
  const auto text = tokenizer_->Encode("what zebra, this");
  EXPECT_THAT(text.ids, ElementsAre(2, 1, 4));
  EXPECT_THAT(text.pieces, ElementsAre("what", "<unk>", "this"));
  EXPECT_THAT(text.words, ElementsAre("what", "zebra", "this"));
  EXPECT_THAT(text.unknown_words, ElementsAre("zebra"));
}

TEST_F(WordListTest, DescribesIds) {
  EXPECT_THAT(tokenizer_->Describe({4, 3}).words, ElementsAre("this", "is"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { tokenizer_->Describe({8}); }),
              HasSubstr("id 8 is no word: the vocabulary has 8"));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { tokenizer_->Encode("\xFF"); }), HasSubstr("not UTF-8"));
}

TEST_F(WordListTest, SaysWhereWordsAndMarksStandInTheTextGiven) {
  const auto text = tokenizer_->Encode(" What  is (THIS)?! ");
  EXPECT_EQ(text.text, " what  is (this)?! ");
  EXPECT_THAT(text.words, ElementsAre("what", "is", "this", "?"));
  EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(1, 5), Bytes(7, 9), Bytes(11, 15), Bytes(16, 17)));
}

TEST_F(WordListTest, CountsBytesOfLettersBeyondAscii) {
  const auto text = tokenizer_->Encode("É “is” what?");
  EXPECT_EQ(text.text, "é “is” what?");
  EXPECT_THAT(text.words, ElementsAre("é", "“is”", "what", "?"));
  EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(0, 2), Bytes(3, 11), Bytes(12, 16), Bytes(16, 17)));
}

TEST_F(WordListTest, JoinsTheWordsOfIdsWithSpaces) {
  const auto text = tokenizer_->Describe({4, 3, 5});
  EXPECT_EQ(text.text, "this is ?");
  EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(0, 4), Bytes(5, 7), Bytes(8, 9)));
}

TEST(PlaceWordsTest, TakesTheTextOnlyWhereNothingElseStandsBetweenItsWords) {
  TokenizedText text;
  text.words = {"a", "a", "", "b c"};
  PlaceWords("a a  b c!", &text);
  EXPECT_EQ(text.text, "a a  b c!");
  EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(0, 1), Bytes(2, 3), Bytes(3, 3), Bytes(5, 8)));
  EXPECT_EQ(TextIn(text.text, SpanOfWords(text, 1, 3)), "a  b c");
  for (const char* read : {"a, a b c", "a a", "", "a a  b  c"}) {
    PlaceWords(read, &text);
    EXPECT_EQ(text.text, "a a  b c") << read;
    EXPECT_THAT(SpansOf(text), ElementsAre(Bytes(0, 1), Bytes(2, 3), Bytes(4, 4), Bytes(5, 8)));
  }
}

TEST_F(WordListTest, RefusesListsThatCannotBeRight) {
  const auto refusal = [](const std::string& list) {
    return ErrorText(ErrorKind::kBadFile, [&] { ParseWordList(list, "vocab.txt", true); });
  };
  EXPECT_EQ(refusal(""), "vocab.txt: the file is empty");
  EXPECT_EQ(refusal("<unk>\na\n\nb\n"), "vocab.txt: line 3 is empty");
  EXPECT_EQ(refusal("<unk>\n\xFF\n"), "vocab.txt: line 2 is not UTF-8");
  EXPECT_EQ(refusal("<unk>\na\nb\na\n"), "vocab.txt: line 4 repeats the word 'a' of line 2");
  EXPECT_EQ(refusal("a\nb\n"), "vocab.txt: no line has the word '<unk>' for unknown ones");
}

TEST(SplitLinesTest, TakesTheLineEndsOfAllSystems) {
  EXPECT_THAT(SplitLines("a\nb c\n", "x"), ElementsAre("a", "b c"));
  EXPECT_THAT(SplitLines("a\r\nb", "x"), ElementsAre("a", "b"));
  EXPECT_THAT(SplitLines("\xEF\xBB\xBF"
                         "a\n",
                         "x"),
              ElementsAre("a"));
}

TEST(Utf8Test, TellsWellFormedFromMalformed) {
  for (const char* good : {"", "dog", "Wörter", "猫", "🐕", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(IsUtf8(good));
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

TEST(Utf8Test, LowersTheLettersOfFourScripts) {
  EXPECT_EQ(LowerCaseUtf8("What IS this? [Z@`]"), "what is this? [z@`]");
  EXPECT_EQ(LowerCaseUtf8("ÀÉÎÕÜÞ × ÷ ß ÿ"), "àéîõüþ × ÷ ß ÿ");
  EXPECT_EQ(LowerCaseUtf8("ĀĎĘĶĸĹŁŇŉŊŒŠŶŸŹŻŽſİ"), "āďęķĸĺłňŉŋœšŷÿźżžſi");
  EXPECT_EQ(LowerCaseUtf8("ΆΈΉΊΌΎΏ ΑΒΩΪΫ Σ ς"), "άέήίόύώ αβωϊϋ σ ς");
  EXPECT_EQ(LowerCaseUtf8("ЀЏ АЯ ѠҀ ҊҾ ӀӁӍ ӐԮ ҂"), "ѐџ ая ѡҁ ҋҿ ӏӂӎ ӑԯ ҂");
  EXPECT_EQ(LowerCaseUtf8("猫 🐕"), "猫 🐕");
}

TEST(Utf8Test, LeavesMalformedBytesAsTheyAre) { EXPECT_EQ(LowerCaseUtf8("A\xC3 B\xFF"), "a\xC3 b\xFF"); }

}  // namespace
}  // namespace wherefore
