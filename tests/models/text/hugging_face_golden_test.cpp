#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/text/unicode.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<int64_t>;

Json Golden(const std::string& file) { return Json::parse(ReadFile(SharedPath("hf/golden/" + file))); }

/// Spans as the golden files have them: code points.
std::vector<std::vector<int64_t>> InCodePoints(const std::string& text, const std::vector<ByteSpan>& spans) {
  const auto count = [&text](int64_t bytes) {
    return static_cast<int64_t>(CodePoints(text.substr(0, static_cast<std::size_t>(bytes))).size());
  };
  std::vector<std::vector<int64_t>> converted;
  for (const auto& span : spans) converted.push_back({count(span.begin), count(span.end)});
  return converted;
}

void CheckString(const HuggingFaceTokenizer& tokenizer, const Json& wanted) {
  const auto text = wanted["text"].get<std::string>();
  SCOPED_TRACE(text);
  const auto ids = wanted["ids"].get<Ids>();
  const TokenizedText encoded = tokenizer.Encode(text);
  EXPECT_EQ(encoded.ids, ids);
  EXPECT_EQ(encoded.pieces, wanted["pieces"].get<std::vector<std::string>>());
  EXPECT_EQ(InCodePoints(text, encoded.piece_spans), wanted["offsets"].get<std::vector<std::vector<int64_t>>>());
  EXPECT_EQ(tokenizer.WithSpecialTokens(encoded.ids), wanted["ids_with_special"].get<Ids>());
  EXPECT_EQ(tokenizer.Decode(ids), wanted["decoded"]);
  EXPECT_EQ(tokenizer.Decode(ids, {true, std::nullopt}), wanted["decoded_skip_special"]);
  EXPECT_EQ(tokenizer.Decode(ids, {false, true}), wanted["decoded_clean_up"]);
  EXPECT_EQ(tokenizer.Decode(ids, {false, false}), wanted["decoded_no_clean_up"]);
}

class RealVocabularyTest : public testing::TestWithParam<std::string> {};

TEST_P(RealVocabularyTest, MeetsEveryGoldenString) {
  WHEREFORE_NEEDS_SHARED("hf/golden/tokenizers/" + GetParam());
  const auto tokenizer = LoadHuggingFaceTokenizer(SharedPath("hf/golden/tokenizers/" + GetParam()));
  const Json golden = Golden("tokenizers/" + GetParam() + ".json");
  EXPECT_EQ(tokenizer->size(), golden["vocabulary_size"]);
  ASSERT_EQ(golden["strings"].size(), 136U);
  for (const auto& wanted : golden["strings"]) CheckString(*tokenizer, wanted);
}

INSTANTIATE_TEST_SUITE_P(, RealVocabularyTest, testing::Values("bert-uncased", "gpt2", "clip", "mistral"),
                         [](const auto& vocabulary) { return vocabulary.param.substr(0, vocabulary.param.find('-')); });

// "legacy" asks for SentencePiece itself, which sees no tokens that are written out in a text.
TEST(SentencePieceItselfTest, MeetsTheGoldenStringsOfTheLibrary) {
  WHEREFORE_NEEDS_SHARED("hf/golden/tokenizers/mistral");
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("tokenizer.model"),
                 ReadFile(SharedPath("hf/golden/tokenizers/mistral/tokenizer.model")));
  WriteFileWhole(directory.PathOf("tokenizer_config.json"), R"({"tokenizer_class":"LlamaTokenizer","legacy":true})");
  const auto tokenizer = LoadHuggingFaceTokenizer(directory.path());
  int compared = 0;
  const Json golden = Golden("tokenizers/mistral.json");
  for (const auto& wanted : golden["strings"]) {
    const auto text = wanted["text"].get<std::string>();
    const bool has_token = text.find("<s>") != std::string::npos || text.find("</s>") != std::string::npos ||
                           text.find("<unk>") != std::string::npos;
    if (has_token || text.compare(0, 1, " ") == 0) continue;  // a prefix is put before a word, not before a space
    EXPECT_EQ(tokenizer->Encode(text).ids, wanted["sentencepiece_ids"].get<Ids>()) << text;
    ++compared;
  }
  EXPECT_GT(compared, 120);
}

/// Every model's golden file that has texts, and a directory of it, as it is or without its tokenizer.json.
struct Directory {
  std::string golden;
  std::string name;
  bool is_older = false;
};

class ModelDirectoryTextTest : public testing::TestWithParam<Directory> {
 protected:
  void SetUp() override {
    const std::string place = "hf/models/" + GetParam().name;
    WHEREFORE_NEEDS_SHARED(place);
    if (GetParam().is_older) {
      CopyOlderFiles(SharedPath(place));
      tokenizer_ = LoadHuggingFaceTokenizer(directory_.path());
    } else {
      tokenizer_ = LoadHuggingFaceTokenizer(SharedPath(place));
    }
    golden_ = Golden(GetParam().golden + ".json");
  }

  void CopyOlderFiles(const std::string& from) {
    for (const char* file : {"vocab.txt", "vocab.json", "merges.txt", "tokenizer.model", "tokenizer_config.json",
                             "special_tokens_map.json", "added_tokens.json"}) {
      if (IsFile(PathIn(from, file))) WriteFileWhole(directory_.PathOf(file), ReadFile(PathIn(from, file)));
    }
  }

  TemporaryDirectory directory_;
  std::unique_ptr<HuggingFaceTokenizer> tokenizer_;
  Json golden_;
};

void CheckGenerated(const HuggingFaceTokenizer& tokenizer, const Json& generated) {
  const auto ids = generated["ids_without_end"].get<Ids>();
  EXPECT_EQ(tokenizer.Decode(ids, {true, std::nullopt}), generated["text"]);
  if (generated.contains("pieces")) {
    EXPECT_EQ(tokenizer.Describe(ids).pieces, generated["pieces"].get<std::vector<std::string>>());
  }
  if (generated.contains("text_clean_up")) {
    EXPECT_EQ(tokenizer.Decode(ids, {true, true}), generated["text_clean_up"]);
  }
}

/// The words of a text that has maps, of which the last two are the whole.
void CheckWords(const TokenizedText& text, const Json& maps) {
  std::vector<std::string> words;
  std::vector<int64_t> word(text.ids.size(), -1);
  for (const auto& target : maps["of"]) {
    if (!target.contains("tokens") || target["text"].get<std::string>().compare(0, 1, "<") == 0) continue;
    for (const auto& token : target["tokens"]) word.at(token.get<std::size_t>()) = static_cast<int64_t>(words.size());
    words.push_back(target["text"]);
  }
  EXPECT_EQ(text.words, words);
  EXPECT_EQ(text.word, word);
}

TEST_P(ModelDirectoryTextTest, MeetsTheGoldenTexts) {
  int texts = 0;
  for (const auto& item : golden_["cases"]) {
    for (const auto& own : item.value("own_text", Json::array())) {
      const TokenizedText encoded = tokenizer_->Encode(own["text"]);
      EXPECT_EQ(encoded.ids, own["ids"].get<Ids>());
      EXPECT_EQ(encoded.pieces, own["pieces"].get<std::vector<std::string>>());
      if (own.contains("maps")) CheckWords(encoded, own["maps"]);
      ++texts;
    }
    for (const auto& generated : item.value("generation", Json::object())) {
      CheckGenerated(*tokenizer_, generated);
      ++texts;
    }
    if (item.contains("generation") && item.contains("maps")) {
      CheckWords(tokenizer_->Describe(item["generation"]["greedy"]["ids_without_end"].get<Ids>()), item["maps"]);
    }
    for (const auto& label : item.value("labels", Json::array())) {
      EXPECT_EQ(tokenizer_->WithSpecialTokens(tokenizer_->Encode(label["text"]).ids), label["ids_alone"].get<Ids>());
      ++texts;
    }
  }
  EXPECT_TRUE(texts > 0 || golden_["cases"][0].contains("question"));
}

TEST_P(ModelDirectoryTextTest, MeetsTheGoldenQuestions) {
  const std::string& name = GetParam().golden;
  for (const auto& item : golden_["cases"]) {
    if (!item.contains("question")) continue;
    const auto question = item["question"].get<std::string>();
    Ids ids;
    if (name == "llava") {
      std::string images;
      for (int i = 0; i < 36; ++i) images += "<image>";
      ids = tokenizer_->WithSpecialTokens(tokenizer_->Encode("USER: " + images + "\n" + question + " ASSISTANT:").ids);
    } else if (name == "paligemma") {
      ids = tokenizer_->Encode("<bos>" + question + "\n").ids;
    } else {
      ids = tokenizer_->WithSpecialTokens(tokenizer_->Encode(question).ids);
      if (name == "git-vqa") ids.pop_back();
    }
    EXPECT_EQ(ids, item["question_ids"].get<Ids>()) << question;
  }
}

std::vector<Directory> Directories() {
  std::vector<Directory> directories;
  for (const std::string golden :
       {"blip-caption", "blip-vqa", "clip", "git", "git-vqa", "llava", "paligemma", "vilt-vqa", "vit-gpt2"}) {
    const std::string name = golden == "git-vqa" ? "git" : golden;
    directories.push_back({golden, name, false});
    directories.push_back({golden, name + "-v5", false});
    directories.push_back({golden, name, true});
  }
  return directories;
}

std::string NameOf(const testing::TestParamInfo<Directory>& info) {
  std::string name = info.param.golden + (info.param.name.find("-v5") == std::string::npos ? "" : "V5") +
                     (info.param.is_older ? "OlderFiles" : "");
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(, ModelDirectoryTextTest, testing::ValuesIn(Directories()), NameOf);

}  // namespace
}  // namespace wherefore
