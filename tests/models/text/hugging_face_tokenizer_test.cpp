#include "models/text/hugging_face_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "models/text/tokenizer_parts.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::unique_ptr<HuggingFaceTokenizer> Parsed(const std::string& json) {
  return std::make_unique<HuggingFaceTokenizer>(
      ReadTokenizerJson(ParseJson(json.data(), json.size(), "tokenizer.json"), "tokenizer.json"), TokenizerSettings());
}

std::string Refused(const std::string& json) {
  return ErrorText(ErrorKind::kBadFile, [&] { Parsed(json); });
}

/// [UNK] 0, a 1, dog 2, ##s 3, . 4, cafe 5, 猫 6, ' 7, [SEP] 8.
const std::string kWordPieceModel =
    R"("model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"a":1,"dog":2,"##s":3,".":4,"cafe":5,)"
    R"("猫":6,"'":7,"[SEP]":8}})";
const std::string kWordPiece = R"({"normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},)"
                               R"("decoder":{"type":"WordPiece","prefix":"##","cleanup":false},)"
                               R"("added_tokens":[{"id":8,"content":"[SEP]","special":true,"normalized":false}],)" +
                               kWordPieceModel + "}";

TEST(WordPieceTest, KeepsTheSpansOfTheTextAsItWasGiven) {
  const auto text = Parsed(kWordPiece)->Encode("A  CAFÉ dogs. 猫猫");
  EXPECT_THAT(text.ids, ElementsAre(1, 5, 2, 3, 4, 6, 6));
  EXPECT_EQ(text.text, "A  CAFÉ dogs. 猫猫");
  EXPECT_THAT(text.words, ElementsAre("A", "CAFÉ", "dogs", ".", "猫", "猫"));
  EXPECT_THAT(text.word, ElementsAre(0, 1, 2, 2, 3, 4, 5));
  EXPECT_THAT(text.unknown_words, IsEmpty());
}

TEST(WordPieceTest, NamesUnknownWords) {
  const auto text = Parsed(kWordPiece)->Encode("a Zebra dogz");
  EXPECT_THAT(text.ids, ElementsAre(1, 0, 0));
  EXPECT_THAT(text.unknown_words, ElementsAre("Zebra", "dogz"));
}

TEST(WordPieceTest, DescribesIdsAsWords) {
  const auto tokenizer = Parsed(kWordPiece);
  const auto text = tokenizer->Describe({1, 2, 3, 4, 8});
  EXPECT_EQ(text.text, "a dogs . [SEP]");
  EXPECT_THAT(text.words, ElementsAre("a", "dogs", ".", "[SEP]"));
  EXPECT_EQ(tokenizer->Decode({1, 2, 3, 4, 8}, {true, true}), "a dogs.");
}

TEST(WordPieceTest, TakesTokensWrittenOutForTokens) {
  EXPECT_THAT(Parsed(kWordPiece)->Encode("a[SEP]a").ids, ElementsAre(1, 8, 1));
}

/// Byte level: Ġ 0, d 1, o 2, g 3, do 4, dog 5, Ġdog 6, s 7, and the three bytes of 猫.
const std::string kByteLevel =
    R"({"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE",)"
    R"("vocab":{"Ġ":0,"d":1,"o":2,"g":3,"do":4,"dog":5,"Ġdog":6,"s":7,"ç":8,"Į":9,"«":10,"ċ":11},)"
    R"("merges":["d o",["do","g"],"Ġ dog"]}})";

TEST(BytePairTest, MergesTheEarliestOfTheListFirst) {
  const auto text = Parsed(kByteLevel)->Encode("dogs dog");
  EXPECT_THAT(text.ids, ElementsAre(5, 7, 6));
  EXPECT_THAT(text.words, ElementsAre("dogs", "dog"));
  EXPECT_THAT(text.word, ElementsAre(0, 0, 1));
}

TEST(BytePairTest, KeepsTheBytesOfACharacterInOneWord) {
  const auto tokenizer = Parsed(kByteLevel);
  const auto text = tokenizer->Encode("dog 猫");
  EXPECT_THAT(text.ids, ElementsAre(5, 0, 8, 9, 10));
  EXPECT_THAT(text.words, ElementsAre("dog", "猫"));
  EXPECT_THAT(text.word, ElementsAre(0, 1, 1, 1, 1));
  const auto described = tokenizer->Describe({5, 0, 8, 9, 10});
  EXPECT_EQ(described.text, "dog 猫");
  EXPECT_THAT(described.words, ElementsAre("dog", "猫"));
  EXPECT_EQ(tokenizer->Decode({8, 9}), "\xEF\xBF\xBD");
}

TEST(BytePairTest, LeavesWhiteSpaceToTheWordBehindIt) {
  const auto text = Parsed(kByteLevel)->Encode("  dog ");
  EXPECT_THAT(text.ids, ElementsAre(0, 6, 0));
  EXPECT_THAT(text.words, ElementsAre("dog"));
  EXPECT_THAT(text.word, ElementsAre(0, 0, 0));
}

/// Word ends: c 0, a 1, t</w> 2, at</w> 3, cat</w> 4, . 5, .</w> 6.
TEST(BytePairTest, EndsAWordAtItsMark) {
  const auto tokenizer = Parsed(
      R"({"normalizer":{"type":"Lowercase"},"pre_tokenizer":{"type":"BertPreTokenizer"},"decoder":{"type":"ByteLevel"},)"
      R"("model":{"type":"BPE","end_of_word_suffix":"</w>","vocab":{"c":0,"a":1,"t</w>":2,"at</w>":3,"cat</w>":4,)"
      R"(".":5,".</w>":6},"merges":["a t</w>","c at</w>"]}})");
  const auto text = tokenizer->Encode("CAT. cat");
  EXPECT_THAT(text.ids, ElementsAre(4, 6, 4));
  EXPECT_THAT(text.words, ElementsAre("CAT", ".", "cat"));
  EXPECT_EQ(tokenizer->Decode({4, 6}), "cat .");
}

/// Llama's kind: <unk> 0, the bytes of é 1 and 2, ▁ 3, a 4, ▁a 5, 一 6, 只 7, 猫 8.
const std::string kMetaspace =
    R"({"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"first","split":false},"decoder":{"type":"Sequence",)"
    R"("decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},)"
    R"({"type":"Strip","content":" ","start":1,"stop":0}]},"model":{"type":"BPE","byte_fallback":true,"fuse_unk":true,)"
    R"("unk_token":"<unk>","vocab":{"<unk>":0,"<0xC3>":1,"<0xA9>":2,"▁":3,"a":4,"▁a":5,"一":6,"只":7,"猫":8},)"
    R"("merges":["▁ a"]}})";

TEST(BytePairTest, FallsBackToBytesAndThenToTheUnknownPiece) {
  const auto tokenizer = Parsed(kMetaspace);
  const auto text = tokenizer->Encode("a é zz");
  EXPECT_THAT(text.ids, ElementsAre(5, 3, 1, 2, 3, 0));
  EXPECT_THAT(text.words, ElementsAre("a", "é", "zz"));
  EXPECT_THAT(text.unknown_words, ElementsAre("zz"));
  EXPECT_EQ(tokenizer->Decode({5, 3, 1, 2}), "a é");
}

TEST(WordTest, AreThoseOfIcuWhereAScriptHasNoSpaces) {
  const auto text = Parsed(kMetaspace)->Encode("一只猫 a");
  EXPECT_THAT(text.ids, ElementsAre(3, 6, 7, 8, 5));
  EXPECT_THAT(text.words, ElementsAre("一只", "猫", "a"));
  EXPECT_THAT(text.word, ElementsAre(0, 0, 0, 1, 2));
}

TEST(WordTest, KeepTheAccentsThatATokenizerDrops) {
  const auto text = Parsed(kWordPiece)->Encode("cafe\xCC\x81 a");
  EXPECT_THAT(text.ids, ElementsAre(5, 1));
  EXPECT_EQ(text.piece_spans.at(0).end, 4);  // as the tokenizers library has it
  EXPECT_THAT(text.words, ElementsAre("cafe\xCC\x81", "a"));
}

TEST(WordTest, GoOnAtMarksThatAWordEndPartsThemAt) {
  const auto tokenizer = Parsed(
      R"({"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{L}+|\\p{M}+"},"behavior":"Isolated"},"model":{"type":"BPE",)"
      R"("end_of_word_suffix":"</w>","vocab":{"ह</w>":0,"ि</w>":1,"न</w>":2},"merges":[]}})");
  const auto text = tokenizer->Encode("हिन");
  EXPECT_THAT(text.ids, ElementsAre(0, 1, 2));
  EXPECT_THAT(text.words, ElementsAre("हिन"));
}

TEST(UnigramTest, TakesTheLikeliestCut) {
  const auto tokenizer = Parsed(
      R"({"pre_tokenizer":{"type":"Metaspace"},"decoder":{"type":"Metaspace"},"model":{"type":"Unigram","unk_id":0,)"
      R"("vocab":[["<unk>",0],["▁",-3],["▁d",-4],["og",-4],["d",-3],["o",-3],["g",-3],["▁do",-9]]}})");
  const auto text = tokenizer->Encode("dog xyd");
  EXPECT_THAT(text.pieces, ElementsAre("▁d", "og", "▁", "<unk>", "d"));
  EXPECT_THAT(text.words, ElementsAre("dog", "xyd"));
  EXPECT_EQ(tokenizer->Decode({2, 3, 2}), "dog d");
}

TEST(TokenizerJsonTest, RefusesWhatItDoesNotRead) {
  const auto with = [](const std::string& section) { return "{" + section + "," + kWordPieceModel + "}"; };
  EXPECT_THAT(Refused(with(R"("normalizer":{"type":"Precompiled"})")),
              AllOf(HasSubstr("key 'normalizer.type' is \"Precompiled\""), HasSubstr("BertNormalizer, Lowercase")));
  EXPECT_THAT(Refused(with(R"("pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"UnicodeScripts"}]})")),
              HasSubstr("key 'pre_tokenizer.pretokenizers[0].type' is \"UnicodeScripts\""));
  EXPECT_THAT(Refused(with(R"("decoder":{"type":"CTC"})")), HasSubstr("key 'decoder.type' is \"CTC\""));
  EXPECT_THAT(Refused(with(R"("post_processor":{"type":"Other"})")), HasSubstr("key 'post_processor.type'"));
  EXPECT_THAT(Refused(R"({"model":{"type":"WordLevel"}})"), HasSubstr("BPE, Unigram or WordPiece"));
  EXPECT_THAT(Refused(R"({"model":{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}})"), HasSubstr("model.dropout"));
  EXPECT_THAT(Refused("{}"), HasSubstr("key 'model' is missing"));
  EXPECT_THAT(Refused("[]"), HasSubstr("must be an object"));
}

TEST(TokenizerJsonTest, RefusesWhatDoesNotFitTogether) {
  const auto bpe = [](const std::string& members) { return R"({"model":{"type":"BPE",)" + members + "}}"; };
  EXPECT_THAT(Refused(bpe(R"("vocab":{"a":0},"merges":["a b"])")),
              AllOf(HasSubstr("merge 1"), HasSubstr("lacks the piece \"b\"")));
  EXPECT_THAT(Refused(bpe(R"("vocab":{"a":0,"b":1},"merges":["a b"])")), HasSubstr("lacks the piece \"ab\""));
  EXPECT_THAT(Refused(bpe(R"("vocab":{"a":0},"merges":["a"])")), HasSubstr("must be two pieces"));
  EXPECT_THAT(Refused(bpe(R"("vocab":{"a":0,"b":0},"merges":[])")), HasSubstr("id 0 belongs to two pieces"));
  EXPECT_THAT(Refused(bpe(R"("vocab":{"a":4294967296},"merges":[])")), HasSubstr("from 0 to 2147483647"));
  EXPECT_THAT(Refused(bpe(R"("vocab":{"a":-1},"merges":[])")), HasSubstr("is -1"));
  EXPECT_THAT(Refused(bpe(R"("vocab":{"a":0.5},"merges":[])")), HasSubstr("ids must be whole numbers"));
  EXPECT_THAT(Refused(bpe(R"("vocab":{"a":0},"merges":[],"unk_token":"<unk>")")), HasSubstr("\"<unk>\" for unknown"));
  EXPECT_THAT(Refused(R"({"model":{"type":"WordPiece","vocab":{"a":0}}})"), HasSubstr("\"[UNK]\" for unknown words"));
  EXPECT_THAT(Refused(R"({"added_tokens":[{"id":7,"content":"a"}],)" + kWordPieceModel + "}"), HasSubstr("it has 1"));
  EXPECT_THAT(Refused(R"({"added_tokens":[{"id":1,"content":"<x>"}],)" + kWordPieceModel + "}"),
              HasSubstr("belongs to the piece \"a\""));
  EXPECT_THAT(Refused(R"({"post_processor":{"type":"BertProcessing","cls":["[CLS]",99],"sep":["[SEP]",8]},)" +
                      kWordPieceModel + "}"),
              HasSubstr("names id 99"));
}

TEST(TokenizerJsonTest, RefusesAnIdOfTwoAddedTokens) {
  EXPECT_THAT(
      Refused(R"({"added_tokens":[{"id":9,"content":"<x>"},{"id":9,"content":"<y>"}],)" + kWordPieceModel + "}"),
      HasSubstr("key 'added_tokens' has id 9 twice, for \"<x>\" and \"<y>\""));
}

TEST(TokenizerJsonTest, RefusesHostileSizes) {
  std::string nested = R"({"type":"NFC"})";
  for (int i = 0; i < 20; ++i) nested = R"({"type":"Sequence","normalizers":[)" + nested + "]}";
  EXPECT_THAT(Refused(R"({"normalizer":)" + nested + "," + kWordPieceModel + "}"), HasSubstr("nested deeper"));
  EXPECT_THAT(Refused(R"({"model":{"type":"BPE","vocab":{")" + std::string(3000, 'a') + R"(":0},"merges":[]}})"),
              HasSubstr("has 3000 bytes"));
  const auto growing = Parsed(R"({"normalizer":{"type":"Replace","pattern":{"String":"a"},"content":")" +
                              std::string(100000, 'b') + R"("},)" + kWordPieceModel + "}");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { growing->Encode(std::string(1000, 'a')); }), HasSubstr("too long"));
}

TEST(TokenizerJsonTest, StopsRegularExpressionsThatExplode) {
  const auto with = [](const std::string& expression) {
    return R"({"pre_tokenizer":{"type":"Split","behavior":"Isolated","pattern":{"Regex":")" + expression + R"("}},)" +
           kWordPieceModel + "}";
  };
  EXPECT_THAT(Refused(with("(a")), HasSubstr("\"(a\" is no regular expression"));
  const auto exploding = Parsed(with("(a+)+$"));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { exploding->Encode(std::string(60, 'a') + "b"); }),
              HasSubstr("takes too much time or memory"));
}

TEST(HuggingFaceTokenizerTest, TakesOnlyUtf8AndItsOwnIds) {
  const auto tokenizer = Parsed(kWordPiece);
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { tokenizer->Encode("a \xC3"); }), HasSubstr("not UTF-8"));
  EXPECT_EQ(ErrorText(ErrorKind::kUsage, [&] { tokenizer->Describe({-1}); }), "id -1 is no piece: ids begin at 0");
  EXPECT_EQ(tokenizer->Decode({1, 9, 2}), "a dog");
  const auto described = tokenizer->Describe({1, 9, 2});
  EXPECT_EQ(described.text, "a dog");
  EXPECT_EQ(described.pieces, (std::vector<std::string>{"a", "", "dog"}));
  EXPECT_EQ(described.words, (std::vector<std::string>{"a", "dog"}));
}

class OlderFilesTest : public testing::Test {
 protected:
  void Write(const std::string& file, const std::string& text) { WriteFileWhole(directory_.PathOf(file), text); }
  std::unique_ptr<HuggingFaceTokenizer> Load() { return LoadHuggingFaceTokenizer(directory_.path()); }
  std::string LoadError() {
    return ErrorText(ErrorKind::kBadFile, [&] { Load(); });
  }

  TemporaryDirectory directory_;
};

TEST_F(OlderFilesTest, ReadVocabularyTextAsBert) {
  Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nDog\ndog\n");
  Write("tokenizer_config.json",
        R"({"do_lower_case":false,"model_max_length":512,"tokenizer_class":"BertTokenizerFast"})");
  const auto tokenizer = Load();
  EXPECT_THAT(tokenizer->WithSpecialTokens(tokenizer->Encode("Dog dog").ids), ElementsAre(2, 4, 5, 3));
  EXPECT_EQ(tokenizer->SpecialId("pad_token"), 0);
  EXPECT_EQ(tokenizer->SpecialId("mask_token"), std::nullopt);
  EXPECT_EQ(tokenizer->settings().max_length, 512);
  EXPECT_TRUE(tokenizer->IsSpecial(3));
}

TEST_F(OlderFilesTest, AddTokensFromEachFile) {
  Write("vocab.json", R"({"a":0,"b":1,"<|endoftext|>":2})");
  Write("merges.txt", "#version: 0.2\n");
  Write("added_tokens.json", R"({"<image>":5})");
  Write("special_tokens_map.json", R"({"pad_token":{"content":"<|endoftext|>","lstrip":false}})");
  Write("tokenizer_config.json", R"({"added_tokens_decoder":{"4":{"content":"<x>","special":true}}})");
  const auto tokenizer = Load();
  EXPECT_THAT(tokenizer->Encode("a<image>b<x>").ids, ElementsAre(0, 5, 1, 4));
  EXPECT_EQ(tokenizer->SpecialId("image_token"), 5);
  EXPECT_EQ(tokenizer->SpecialId("pad_token"), 2);
  EXPECT_EQ(tokenizer->SpecialId("eos_token"), 2);
  EXPECT_EQ(tokenizer->size(), 6);
  EXPECT_EQ(tokenizer->Describe({3}).pieces.at(0), "");
}

TEST_F(OlderFilesTest, RefuseAnIdOfTwoAddedTokens) {
  Write("vocab.json", R"({"a":0,"<|endoftext|>":1})");
  Write("merges.txt", "#version: 0.2\n");
  Write("added_tokens.json", R"({"<x>":5,"<y>":5})");
  EXPECT_THAT(LoadError(), HasSubstr("added tokens \"<x>\" and \"<y>\" have one id, 5"));
  Write("added_tokens.json", R"({"<x>":0})");
  EXPECT_THAT(LoadError(), HasSubstr("belongs to the piece \"a\""));
  Write("added_tokens.json", R"({"<x>":"5"})");
  EXPECT_THAT(LoadError(), HasSubstr("token \"<x>\" has the id \"5\""));
}

TEST_F(OlderFilesTest, AreRefusedWhereTheyAreBroken) {
  EXPECT_THAT(LoadError(), HasSubstr("no tokenizer is there: neither tokenizer.json"));
  Write("vocab.txt", "a\nb\n");
  EXPECT_THAT(LoadError(), HasSubstr("\"[UNK]\" for unknown words"));
  Write("vocab.txt", "[UNK]\na\na\n");
  EXPECT_THAT(LoadError(), HasSubstr("piece \"a\" appears twice"));
  Write("vocab.txt", "[UNK]\na\n");
  EXPECT_THAT(LoadError(), HasSubstr("lacks \"[CLS]\""));
  Write("tokenizer_config.json", R"({"tokenizer_class":"BertJapaneseTokenizer"})");
  EXPECT_THAT(LoadError(), AllOf(HasSubstr("\"BertJapaneseTokenizer\""), HasSubstr("save its tokenizer.json")));
  Write("tokenizer_config.json", R"({"added_tokens_decoder":{"x":{"content":"<x>"}}})");
  EXPECT_THAT(LoadError(), HasSubstr("added_tokens_decoder.x"));
  Write("tokenizer_config.json", "[");
  EXPECT_THAT(LoadError(), HasSubstr("not valid JSON"));
}

TEST_F(OlderFilesTest, NameTheLineOfABrokenMerge) {
  Write("vocab.json", R"({"a":0,"b":1,"ab":2,"<|endoftext|>":3})");
  Write("merges.txt", "#version: 0.2\na b\na b c\n");
  EXPECT_THAT(LoadError(), HasSubstr("line 3 is \"a b c\""));
  Write("merges.txt", "a c\n");
  EXPECT_THAT(LoadError(), HasSubstr("lacks the piece \"c\""));
}

TEST_F(OlderFilesTest, SurviveABrokenSentencePieceModel) {
  for (const std::string& bytes : {std::string(), std::string("not a model"), std::string(100, '\xFF')}) {
    Write("tokenizer.model", bytes);
    EXPECT_THAT(LoadError(), HasSubstr("SentencePiece model"));
  }
}

}  // namespace
}  // namespace wherefore
