// What is wrong with a Hugging Face directory is said, and what to do about it.

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/families.h"
#include "models/files/files.h"
#include "models/hugging_face/generation_config.h"
#include "models/hugging_face/hub_cache.h"
#include "models/hugging_face/hub_family.h"
#include "tests/support/copied_model.h"
#include "tests/support/error_text.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A copy of one of shared/hf/models, to be damaged.
class HubDirectoryTest : public testing::Test {
 protected:
  void SetUp() override { WHEREFORE_NEEDS_SHARED("hf/models/vit"); }

  void CopyOf(const std::string& name) { copy_.emplace(SharedPath("hf/models/" + name)); }
  void Replace(const std::string& from, const std::string& to) const { copy_->Replace(from, to); }
  std::string Refusal() const { return copy_->Refusal(); }

  std::optional<CopiedModel> copy_;
};

TEST_F(HubDirectoryTest, NamesTheKindsThatAreReadForOneThatIsNot) {
  CopyOf("vit");
  Replace("ViTForImageClassification", "ViTForMaskedImageModeling");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("ViTForMaskedImageModeling"), HasSubstr("ViTForImageClassification"),
                               HasSubstr("BlipForConditionalGeneration")));
}

TEST_F(HubDirectoryTest, TellsTheFamilyByModelTypeWhereNoArchitectureIsNamed) {
  CopyOf("vit");
  Replace("\"architectures\"", "\"once\"");
  EXPECT_EQ(LoadModel(copy_->path()).info.family, "ViTForImageClassification");
  Replace("\"model_type\"", "\"never\"");
  EXPECT_THAT(Refusal(), HasSubstr("neither the key 'format' nor 'model_type'"));
}

TEST_F(HubDirectoryTest, RefusesQuantisedWeights) {
  CopyOf("vit");
  Replace("\"model_type\"", R"("quantization_config": {"bits": 4}, "model_type")");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("quantised"), HasSubstr("the model that it was made from")));
}

TEST(HubDirectoryWithoutConfigTest, SaysWhatAnAdapterAndLlamaCppsWeightsAre) {
  const TemporaryDirectory directory;
  const auto refusal = [&] { return ErrorText(ErrorKind::kBadFile, [&] { LoadModel(directory.path()); }); };
  EXPECT_THAT(refusal(), HasSubstr("has no config.json"));
  WriteFileWhole(directory.PathOf("model-Q4.gguf"), "GGUF");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("model-Q4.gguf"), HasSubstr("llama.cpp"), HasSubstr("model.safetensors")));
  WriteFileWhole(directory.PathOf("adapter_config.json"), "{}");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("adapter"), HasSubstr("merge_and_unload()")));
}

TEST_F(HubDirectoryTest, SaysThatOnlyLlamaCppsWeightsAreThere) {
  CopyOf("vit");
  fs::rename(copy_->PathOf("model.safetensors"), copy_->PathOf("model.gguf"));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("has no weights"), HasSubstr("model.gguf")));
}

TEST_F(HubDirectoryTest, ReadsWhetherSeveralLabelsMayHold) {
  CopyOf("vit");
  EXPECT_FALSE(LoadModel(copy_->path()).labels_are_independent);
  Replace("\"model_type\"", R"("problem_type": "multi_label_classification", "model_type")");
  EXPECT_TRUE(LoadModel(copy_->path()).labels_are_independent);
  Replace("multi_label_classification", "regression");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("'problem_type'"), HasSubstr("regression")));
}

TEST_F(HubDirectoryTest, NamesAWeightThatTheSizesDoNotFit) {
  CopyOf("vit");
  Replace("\"intermediate_size\": 64", "\"intermediate_size\": 65");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("model.safetensors"), HasSubstr("intermediate.dense"), HasSubstr("65")));
}

TEST_F(HubDirectoryTest, NamesAWeightThatNoLayerTakes) {
  CopyOf("vit");
  Replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("model.safetensors"), HasSubstr("vit.encoder.layer.2")));
}

TEST_F(HubDirectoryTest, RefusesHeadsThatDoNotDivideTheUnits) {
  CopyOf("vit");
  Replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 5");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("config.json"), HasSubstr("'num_attention_heads'"), HasSubstr("32")));
}

TEST_F(HubDirectoryTest, RefusesAListOfLabelsOfAnotherLength) {
  CopyOf("vit");
  Replace("\"6\": \"park bench\"", "\"5 \": \"park bench\"");
  EXPECT_THAT(Refusal(), HasSubstr("'id2label'"));
}

TEST_F(HubDirectoryTest, NamesAMissingShard) {
  CopyOf("vit-gpt2-sharded");
  fs::remove(copy_->PathOf("model-00002-of-00004.safetensors"));
  EXPECT_THAT(Refusal(), HasSubstr("model-00002-of-00004.safetensors"));
}

TEST_F(HubDirectoryTest, RefusesAnotherDecoderByItsName) {
  CopyOf("vit-gpt2");
  Replace("\"model_type\": \"gpt2\"", "\"model_type\": \"roberta\"");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("'decoder.model_type'"), HasSubstr("roberta"), HasSubstr("gpt2")));
}

TEST_F(HubDirectoryTest, WritesNothingIntoTheDirectory) {
  CopyOf("blip-caption");
  const auto before = fs::last_write_time(copy_->path());
  LoadModel(copy_->path());
  EXPECT_EQ(fs::last_write_time(copy_->path()), before);
}

class GenerationConfigTest : public testing::Test {
 protected:
  DecodeOptions Read(const std::string& json) {
    WriteFileWhole(directory_.PathOf("config.json"), R"({"max_length": 7, "num_beams": 2})");
    if (!json.empty()) WriteFileWhole(directory_.PathOf("generation_config.json"), json);
    const auto files = ReadModelFiles(directory_.path());
    return ReadHubGeneration(files, HubConfig(files.config, files.config_path()), &warnings_);
  }

  TemporaryDirectory directory_;
  std::vector<std::string> warnings_;
};

TEST_F(GenerationConfigTest, ReadsTheOldKeysWhereThereIsNoFile) {
  const auto options = Read("");
  EXPECT_EQ(options.max_length, 6);  // behind the id that begins a text
  EXPECT_EQ(options.beam, 2);
  EXPECT_FALSE(options.early_stopping);
}

TEST_F(GenerationConfigTest, WritesTwentyPiecesWhereNobodyChose) {
  EXPECT_EQ(Read("{}").max_length, 20);
  EXPECT_EQ(Read(R"({"max_length": 20})").max_length, 20);
  EXPECT_EQ(Read(R"({"max_length": 20, "max_new_tokens": 5})").max_length, 5);
}

TEST_F(GenerationConfigTest, SaysWhatIsSetAndNotDone) {
  Read(R"({"num_beams": 4, "length_penalty": 2.0, "early_stopping": true, "do_sample": false, "min_length": 0})");
  EXPECT_THAT(warnings_, IsEmpty());
  Read(R"({"do_sample": true, "repetition_penalty": 1.2, "early_stopping": "never"})");
  EXPECT_THAT(warnings_,
              ElementsAre(AllOf(HasSubstr("do_sample, repetition_penalty, early_stopping"), HasSubstr("generate()"))));
}

TEST_F(GenerationConfigTest, ReadsBansLeastLengthsAndForcedIds) {
  EXPECT_TRUE(Read(R"({"suppress_tokens": [], "min_length": 0, "forced_bos_token_id": null})").rules.empty());
  const auto rules = Read(R"({"suppress_tokens": [4, 5], "begin_suppress_tokens": [6], "bad_words_ids": [[7], [8, 9]],
      "no_repeat_ngram_size": 3, "min_length": 5, "min_new_tokens": 2, "forced_bos_token_id": 1,
      "forced_eos_token_id": [2, 3]})")
                         .rules;
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_THAT(rules.banned, ElementsAre(4, 5));
  EXPECT_THAT(rules.banned_first, ElementsAre(6));
  EXPECT_THAT(rules.banned_sequences, ElementsAre(ElementsAre(7), ElementsAre(8, 9)));
  EXPECT_EQ(rules.unrepeated_length, 3);
  EXPECT_EQ(rules.least_length, 4);  // behind the id that begins a text
  EXPECT_EQ(rules.least_new_length, 2);
  EXPECT_THAT(rules.first, ElementsAre(1));
  EXPECT_THAT(rules.last, ElementsAre(2, 3));
}

TEST_F(GenerationConfigTest, RefusesBansOfAnotherForm) {
  for (const char* json : {R"({"bad_words_ids": [3]})", R"({"bad_words_ids": [[]]})", R"({"bad_words_ids": {}})"}) {
    EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Read(json); }),
                AllOf(HasSubstr("'bad_words_ids'"), HasSubstr("a list of lists of ids")));
  }
}

TEST_F(GenerationConfigTest, RefusesValuesOfAnotherType) {
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Read(R"({"num_beams": "four"})"); }),
              AllOf(HasSubstr("generation_config.json"), HasSubstr("'num_beams'"), HasSubstr("four")));
}

class HubCacheTest : public testing::Test {
 protected:
  void SetUp() override { ::setenv("HF_HUB_CACHE", directory_.path().c_str(), 1); }
  void TearDown() override { ::unsetenv("HF_HUB_CACHE"); }
  TemporaryDirectory directory_;
};

TEST_F(HubCacheTest, FindsTheSnapshotOfTheBranchMain) {
  const auto repository = directory_.PathOf("models--org--a-model");
  fs::create_directories(repository + "/refs");
  fs::create_directories(repository + "/snapshots/abc123");
  WriteFileWhole(repository + "/refs/main", "abc123\n");
  EXPECT_EQ(ModelDirectoryOf("org/a-model"), repository + "/snapshots/abc123");
  EXPECT_EQ(HubName(repository + "/snapshots/abc123"), "a-model");
}

TEST_F(HubCacheTest, SaysHowToDownloadWhatIsNotThere) {
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [] { ModelDirectoryOf("org/other"); }),
              AllOf(HasSubstr("hf download org/other"), HasSubstr("models--org--other")));
}

TEST_F(HubCacheTest, LeavesPathsAsTheyAre) {
  EXPECT_EQ(ModelDirectoryOf(directory_.path()), directory_.path());
  for (const char* path : {"/no/where", "./no/where", "nowhere", "a/b/c", "../x"}) {
    EXPECT_EQ(ModelDirectoryOf(path), path);
  }
}

}  // namespace
}  // namespace wherefore
