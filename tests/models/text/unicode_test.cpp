#include "models/text/unicode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/json.h"
#include "models/text/normalized_text.h"
#include "models/text/normalizer.h"
#include "models/text/pre_tokenizer.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Each part of the text and the part of the original that it came from.
std::vector<std::pair<std::string, std::string>> Cut(const std::string& pre_tokenizer, const std::string& text) {
  const JsonValue section = ParseJson(pre_tokenizer.data(), pre_tokenizer.size(), "test");
  std::vector<NormalizedText> parts = {NormalizedText(text)};
  ReadPreTokenizer(JsonComponent(section, "test"))(&parts);
  std::vector<std::pair<std::string, std::string>> cut;
  for (const auto& part : parts) {
    const ByteSpan whole = {0, static_cast<int64_t>(part.text().size())};
    cut.emplace_back(part.text(), TextIn(text, part.OriginalSpan(whole)));
  }
  return cut;
}

std::vector<std::string> Parts(const std::string& pre_tokenizer, const std::string& text) {
  std::vector<std::string> parts;
  for (const auto& part : Cut(pre_tokenizer, text)) parts.push_back(part.first);
  return parts;
}

/// The text after a normalizer, and what each of its characters came from.
std::pair<std::string, std::vector<std::string>> Normalized(const std::string& normalizer, const std::string& text) {
  const JsonValue section = ParseJson(normalizer.data(), normalizer.size(), "test");
  NormalizedText changed(text);
  ReadNormalizer(JsonComponent(section, "test"))(&changed);
  std::vector<std::string> origins;
  for (std::size_t i = 0; i < changed.text().size();) {
    const std::size_t end = i + CharacterAt(changed.text(), i).length;
    origins.push_back(TextIn(text, changed.OriginalSpan({static_cast<int64_t>(i), static_cast<int64_t>(end)})));
    i = end;
  }
  return {changed.text(), origins};
}

TEST(NormalizerTest, KeepsWhatEachCharacterCameFrom) {
  EXPECT_THAT(Normalized(R"({"type":"Lowercase"})", "AİB"), Pair("ai̇b", ElementsAre("A", "İ", "İ", "B")));
  EXPECT_THAT(Normalized(R"({"type":"NFD"})", "éa"), Pair("e\xCC\x81"
                                                          "a",
                                                          ElementsAre("é", "é", "a")));
  EXPECT_THAT(Normalized(R"({"type":"NFC"})",
                         "e\xCC\x81"
                         "a"),
              Pair("éa", ElementsAre("e", "a")));
  EXPECT_THAT(Normalized(R"({"type":"NFKC"})", "ﬁ²"), Pair("fi2", ElementsAre("ﬁ", "ﬁ", "²")));
  EXPECT_THAT(Normalized(R"({"type":"BertNormalizer"})", "É猫"), Pair("e 猫 ", ElementsAre("É", "猫", "猫", "猫")));
  EXPECT_THAT(Normalized(R"({"type":"Prepend","prepend":"_-"})", "ab"), Pair("_-ab", ElementsAre("a", "a", "a", "b")));
  EXPECT_THAT(Normalized(R"({"type":"Strip"})", "  a "), Pair("a", ElementsAre("a")));
  EXPECT_THAT(Normalized(R"({"type":"Replace","pattern":{"Regex":"\\s+"},"content":"_"})", "a \t b").first, "a_b");
  EXPECT_THAT(Normalized(R"({"type":"StripAccents"})", "").second, IsEmpty());
}

TEST(NormalizerTest, PutsMarksInOrderBeforeItComposesThem) {
  const std::string dot_below_behind_acute = "e\xCC\x81\xCC\xA3";
  EXPECT_EQ(Normalized(R"({"type":"NFD"})", dot_below_behind_acute).first, "e\xCC\xA3\xCC\x81");
  EXPECT_EQ(Normalized(R"({"type":"NFC"})", dot_below_behind_acute).first, "ẹ\xCC\x81");
  EXPECT_EQ(Normalized(R"({"type":"NFC"})", u8"\u1100\u1161\u11A8").first, u8"\uAC01");  // three letters of Hangul
}

TEST(PreTokenizerTest, CutsAsEachTypeSays) {
  EXPECT_THAT(Parts(R"({"type":"BertPreTokenizer"})", "a dog's,  b"), ElementsAre("a", "dog", "'", "s", ",", "b"));
  EXPECT_THAT(Parts(R"({"type":"Whitespace"})", "a dog's!?"), ElementsAre("a", "dog", "'", "s", "!?"));
  EXPECT_THAT(Parts(R"({"type":"WhitespaceSplit"})", "a dog's\u3000!"), ElementsAre("a", "dog's", "!"));
  EXPECT_THAT(Parts(R"({"type":"Digits","individual_digits":true})", "a12"), ElementsAre("a", "1", "2"));
  EXPECT_THAT(Parts(R"({"type":"Digits"})", "a12b"), ElementsAre("a", "12", "b"));
  EXPECT_THAT(Parts(R"({"type":"Punctuation","behavior":"Contiguous"})", "a!?b"), ElementsAre("a", "!?", "b"));
  EXPECT_THAT(Parts(R"({"type":"CharDelimiterSplit","delimiter":"-"})", "a-b-"), ElementsAre("a", "b"));
  EXPECT_THAT(Parts(R"({"type":"Metaspace"})", "a  b"), ElementsAre("▁a", "▁", "▁b"));
}

TEST(PreTokenizerTest, JoinsWhatItSplitsAtToItsNeighbours) {
  const auto split = [](const std::string& behavior, const std::string& text) {
    return Parts(R"({"type":"Split","pattern":{"String":"-"},"behavior":")" + behavior + "\"}", text);
  };
  EXPECT_THAT(split("Removed", "a-b--c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split("Isolated", "a-b--c"), ElementsAre("a", "-", "b", "-", "-", "c"));
  EXPECT_THAT(split("MergedWithPrevious", "a-b--c"), ElementsAre("a-", "b-", "-", "c"));
  EXPECT_THAT(split("MergedWithNext", "a-b--c"), ElementsAre("a", "-b", "-", "-c"));
  EXPECT_THAT(split("Contiguous", "a-b--c"), ElementsAre("a", "-", "b", "--", "c"));
}

TEST(PreTokenizerTest, SpellsBytesAsGpt2Does) {
  EXPECT_THAT(Cut(R"({"type":"ByteLevel","add_prefix_space":true})", "it's  é"),
              ElementsAre(Pair("Ġit", "it"), Pair("'s", "'s"), Pair("Ġ", " "), Pair("ĠÃ©", " é")));
}

TEST(RegularExpressionTest, SeesLinesAsRubyDoes) {
  const RegularExpression lines("^.+$", "test");
  EXPECT_EQ(lines
                .FindAll("a\xE2\x80\xA8"
                         "b\nc")
                .size(),
            2U);  // U+2028 ends no line
}

TEST(Utf8Test, ReplacesMalformedBytes) {
  std::vector<std::size_t> origin;
  EXPECT_EQ(ReplaceMalformed("a\xE7\x8C"
                             "b",
                             &origin),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_THAT(origin, ElementsAre(0, 1, 1, 1, 3));
  EXPECT_EQ(ReplaceMalformed("\xFF\xFE"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8Test, LowersOneCharacterAfterTheOther) {
  EXPECT_EQ(LowerCaseUtf8("ÀÉÎÕÜÞ × ÷ ß ĀĎĘĶĸĹŁŇŉŊŒŠŶŸŹŻŽſİ ΆΈ Σ ς ЀЏ ӀӁ Ա Ა"),
            "àéîõüþ × ÷ ß āďęķĸĺłňŉŋœšŷÿźżžſi άέ σ ς ѐџ ӏӂ ա ა");
  EXPECT_EQ(LowerCaseUtf8("A\xC3 B\xFF"), "a\xC3 b\xFF");
}

}  // namespace
}  // namespace wherefore
