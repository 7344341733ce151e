#include "models/families.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/recurrent/lstm_q_norm_i.h"
#include "models/recurrent/show_and_tell.h"
#include "tests/support/error_text.h"
#include "tests/support/networks.h"
#include "tests/support/piece_model.h"
#include "tests/support/shared_data.h"
#include "tests/support/small_models.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Tensors = std::map<std::string, at::Tensor>;

/// Every parameter and buffer by name.
Tensors WeightsOf(const torch::nn::Module& network) {
  Tensors weights;
  for (const auto& item : network.named_parameters()) weights[item.key()] = item.value();
  for (const auto& item : network.named_buffers()) weights[item.key()] = item.value();
  return weights;
}

void ExpectSameWeights(const torch::nn::Module& found, const torch::nn::Module& expected, at::ScalarType as) {
  const auto expected_weights = WeightsOf(expected);
  const auto found_weights = WeightsOf(found);
  ASSERT_EQ(found_weights.size(), expected_weights.size());
  for (const auto& [name, tensor] : expected_weights) {
    const auto& own = found_weights.at(name);
    if (!tensor.is_floating_point()) continue;  // num_batches_tracked
    EXPECT_EQ(own.scalar_type(), at::kFloat) << name;
    EXPECT_TRUE(at::equal(own, tensor.detach().to(as).to(at::kFloat))) << name;
  }
}

const ShowAndTellOptions& OptionsOf(const Model& model) {
  return dynamic_cast<const ShowAndTell&>(*model.network).options();
}

/// Directories of small models, written once: the tests copy one and break the copy.
class ModelDirectoryTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    saved_ = std::make_unique<TemporaryDirectory>();
    WriteFileWhole(saved_->PathOf("tokenizer"), SmallTokenizer());
    SaveSmallModels(saved_->path());
  }
  static void TearDownTestSuite() { saved_.reset(); }

  /// A copy of the saved model of this task.
  std::string Copy(const std::string& task) const {
    std::filesystem::copy(saved_->PathOf(task), directory_.PathOf(task));
    return directory_.PathOf(task);
  }

  /// A copy whose weights were changed.
  std::string CopyWith(const std::string& task, const std::function<void(Tensors&)>& change) const {
    const auto path = Copy(task);
    auto tensors = ReadSafetensors(path + "/model.safetensors");
    change(tensors);
    WriteSafetensors(path + "/model.safetensors", tensors);
    return path;
  }

  /// A copy whose configuration has another value there.
  std::string CopyWith(const std::string& task, const std::string& pointer, const nlohmann::json& value) const {
    const auto path = Copy(task);
    auto config = nlohmann::json::parse(ReadFile(path + "/config.json"));
    config[nlohmann::json::json_pointer(pointer)] = value;
    WriteFileWhole(path + "/config.json", config.dump());
    return path;
  }

  static std::string CaptionRefusal(const std::string& path) {
    return ErrorText(ErrorKind::kBadFile, [&] { LoadModel(path); });
  }

  TemporaryDirectory directory_;
  static std::unique_ptr<TemporaryDirectory> saved_;
};

std::unique_ptr<TemporaryDirectory> ModelDirectoryTest::saved_;

void ExpectSameInfo(const ModelInfo& found, const ModelInfo& expected) {
  EXPECT_EQ(found.name, expected.name);
  EXPECT_EQ(found.layer, expected.layer);
  EXPECT_EQ(found.image.width, expected.image.width);
  EXPECT_EQ(found.image.height, expected.image.height);
  EXPECT_EQ(found.image.resize, expected.image.resize);
  EXPECT_EQ(found.image.filter, expected.image.filter);
  EXPECT_EQ(found.image.mean, expected.image.mean);
  EXPECT_EQ(found.image.std, expected.image.std);
}

TEST_F(ModelDirectoryTest, GivesBackTheClassifierThatItSaved) {
  const auto model = SmallClassifier();
  SaveModel(model, directory_.PathOf("new/half"));
  const auto half = LoadModel(directory_.PathOf("new/half"));
  ExpectSameInfo(half.info, model.info);
  EXPECT_THAT(half.info.tasks, ElementsAre(Task::kClassification));
  EXPECT_EQ(half.info.directory, directory_.PathOf("new/half"));
  EXPECT_EQ(half.labels, model.labels);
  EXPECT_EQ(TrunkIn(half).options().padding, Padding::kTensorflowSame);
  ExpectSameWeights(*half.network, *model.network, at::kHalf);
  SaveOptions options;
  options.half = false;
  SaveModel(model, directory_.PathOf("full"), options);
  ExpectSameWeights(*LoadModel(directory_.PathOf("full")).network, *model.network, at::kFloat);
}

TEST_F(ModelDirectoryTest, GivesBackTheCaptionerThatItSaved) {
  const auto model = SmallCaptioner();
  SaveOptions options;
  options.tokenizer_file = saved_->PathOf("tokenizer");
  SaveModel(model, directory_.PathOf("c"), options);
  const auto loaded = LoadModel(directory_.PathOf("c"));
  ExpectSameInfo(loaded.info, model.info);
  EXPECT_FALSE(loaded.text.lowercase);
  EXPECT_THAT(loaded.decoding.begin, ElementsAre(3));
  EXPECT_THAT(loaded.decoding.ends, ElementsAre(2));
  EXPECT_EQ(loaded.decoding.max_length, 9);
  EXPECT_EQ(loaded.text.max_length, 9);
  EXPECT_THAT(loaded.tokenizer->Encode("a dogs").ids, ElementsAre(4, 5, 6));
  ExpectSameWeights(*loaded.network, *model.network, at::kHalf);
  // And again from there, where the tokenizer is now.
  SaveModel(loaded, directory_.PathOf("again"));
  for (const char* file : {"config.json", "model.safetensors", "tokenizer.model"}) {
    EXPECT_EQ(ReadFile(directory_.PathOf("again/") + file), ReadFile(directory_.PathOf("c/") + file)) << file;
  }
}

TEST_F(ModelDirectoryTest, GivesBackTheVqaModelThatItSavedOverItself) {
  const auto model = SmallVqaModel();
  SaveOptions options;
  options.tokenizer_file = saved_->PathOf("tokenizer");
  SaveModel(model, directory_.PathOf("v"), options);
  SaveModel(LoadModel(directory_.PathOf("v")), directory_.PathOf("v"));
  const auto loaded = LoadModel(directory_.PathOf("v"));
  EXPECT_EQ(loaded.labels, model.labels);
  ExpectSameWeights(*loaded.network, *model.network, at::kHalf);
  EXPECT_EQ(dynamic_cast<const LstmQNormI&>(*loaded.network).options().fusion_size, 7);
}

TEST_F(ModelDirectoryTest, ReadsAVocabularyOfWords) {
  WriteFileWhole(directory_.PathOf("vocab.txt"), "<pad>\n<unk>\nwhat\nis\nthis\n?\na\ndog\n");
  auto model = SmallVqaModel();
  model.text.type = "words";
  model.text.lowercase = true;
  model.text.file = "vocab.txt";
  model.info.directory = directory_.path();
  SaveModel(model, directory_.PathOf("v"));
  EXPECT_THAT(LoadModel(directory_.PathOf("v")).tokenizer->Encode("What is this?").ids, ElementsAre(2, 3, 4, 5));
}

TEST_F(ModelDirectoryTest, FreezesTheNetworkInEvaluationMode) {
  const auto network = LoadModel(saved_->PathOf("caption")).network;
  for (const auto& parameter : network->parameters()) EXPECT_FALSE(parameter.requires_grad());
  for (const auto& module : network->modules()) EXPECT_FALSE(module->is_training());
}

TEST_F(ModelDirectoryTest, ReadsBfloat16) {
  const auto path = CopyWith("caption", [](Tensors& tensors) {
    for (auto& item : tensors) item.second = item.second.to(at::kBFloat16);
  });
  const auto full = LoadModel(saved_->PathOf("caption"));
  ExpectSameWeights(*LoadModel(path).network, *full.network, at::kBFloat16);
}

TEST_F(ModelDirectoryTest, IgnoresStepCounters) {
  const auto path = CopyWith("caption", [](Tensors& tensors) {
    tensors["trunk.features.0.1.num_batches_tracked"] = at::zeros({}, at::kLong);
  });
  EXPECT_EQ(LoadModel(path).info.name, "small");
}

TEST_F(ModelDirectoryTest, NamesMissingAndUnknownTensors) {
  const auto path = CopyWith("caption", [](Tensors& tensors) {
    tensors.erase("output.bias");
    tensors["output.scale"] = at::zeros({1});
  });
  EXPECT_EQ(CaptionRefusal(path),
            path +
                "/model.safetensors: 1 tensor missing: 'output.bias'; 1 tensor that the network lacks: "
                "'output.scale'. Does config.json describe the network that these weights are of?");
}

TEST_F(ModelDirectoryTest, NamesNoMoreThanFiveOfManyTensors) {
  const auto path = CopyWith("caption", [](Tensors& tensors) { tensors = {{"x", at::zeros({10000})}}; });
  EXPECT_THAT(CaptionRefusal(path), AllOf(HasSubstr(" tensors missing: 'embed.weight', 'image_proj.bias', "
                                                    "'image_proj.weight', 'lstm.bias_hh_l0', 'lstm.bias_hh_l1', ..."),
                                          HasSubstr("'x'"), Not(HasSubstr("lstm.bias_ih_l0"))));
}

TEST_F(ModelDirectoryTest, NamesMisshapenTensors) {
  const auto path = CopyWith("caption", [](Tensors& tensors) {
    tensors["embed.weight"] = at::zeros({6, 8});
    tensors["output.bias"] = at::zeros({8, 1});
  });
  EXPECT_EQ(CaptionRefusal(path),
            path +
                "/model.safetensors: 2 tensors of another shape than config.json says: 'embed.weight' is [6, 8], but "
                "the network's is [8, 6], 'output.bias' is [8, 1], but the network's is [8]");
}

TEST_F(ModelDirectoryTest, NamesTensorsOfAWrongType) {
  const auto path = CopyWith("caption", [](Tensors& tensors) { tensors["output.bias"] = at::zeros({8}, at::kLong); });
  EXPECT_EQ(CaptionRefusal(path), path +
                                      "/model.safetensors: 1 tensor of a dtype that weights cannot have (float32, "
                                      "float16, bfloat16): 'output.bias' is Long");
}

TEST_F(ModelDirectoryTest, NamesWeightsThatAreNotFinite) {
  const auto path = CopyWith("caption", [](Tensors& tensors) {
    tensors["output.bias"][3] = std::numeric_limits<float>::quiet_NaN();
    tensors["embed.weight"][1][2] = std::numeric_limits<float>::infinity();
    tensors["embed.weight"][1][3] = -std::numeric_limits<float>::infinity();
  });
  EXPECT_EQ(CaptionRefusal(path),
            path +
                "/model.safetensors: 2 tensors with values that are not finite: 'embed.weight' (0 NaN, 2 infinite of "
                "48), 'output.bias' (1 NaN, 0 infinite of 8)");
}

TEST_F(ModelDirectoryTest, NamesAMissingDirectoryOrConfiguration) {
  EXPECT_EQ(CaptionRefusal("/nowhere"), "no model directory '/nowhere': there is nothing of that name");
  const auto file = saved_->PathOf("tokenizer");
  EXPECT_EQ(CaptionRefusal(file), "no model directory '" + file + "': it is a file");
  EXPECT_EQ(CaptionRefusal(directory_.path()),
            "'" + directory_.path() + "' is no model directory: it has no config.json");
}

TEST_F(ModelDirectoryTest, NamesEachMissingFileAndItsKey) {
  const auto vqa = Copy("vqa");
  const auto refusal = [&] { return ErrorText(ErrorKind::kBadFile, [&] { LoadModel(vqa); }); };
  std::filesystem::remove(vqa + "/tokenizer.model");
  EXPECT_EQ(refusal(),
            vqa + "/config.json: key 'text.file' names the file 'tokenizer.model', but there is none in '" + vqa + "'");
  std::filesystem::remove(vqa + "/answers.txt");
  EXPECT_THAT(refusal(), HasSubstr("key 'answers' names the file 'answers.txt'"));
  std::filesystem::remove(vqa + "/model.safetensors");
  EXPECT_THAT(refusal(), HasSubstr("key 'weights' names the file 'model.safetensors'"));
  const auto classifier = Copy("classification");
  std::filesystem::remove(classifier + "/labels.txt");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { LoadModel(classifier); }),
              HasSubstr("key 'labels' names the file 'labels.txt'"));
}

TEST_F(ModelDirectoryTest, SendsOtherTasksToTheirPrograms) {
  const auto refusal = [](const char* directory, Task task) {
    return ErrorText(ErrorKind::kUsage, [&] { LoadModel(saved_->PathOf(directory), {c10::kCPU, task}); });
  };
  EXPECT_EQ(refusal("vqa", Task::kCaption), "'" + saved_->PathOf("vqa") +
                                                "' holds a model of the task vqa, not caption: use the program "
                                                "explain-vqa");
  EXPECT_THAT(refusal("classification", Task::kVqa), HasSubstr("explain-image"));
  EXPECT_THAT(refusal("caption", Task::kClassification), HasSubstr("explain-caption"));
}

TEST_F(ModelDirectoryTest, CountsLabelsAndAnswers) {
  const auto classifier = Copy("classification");
  WriteFileWhole(classifier + "/labels.txt", "a\nb\n");
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { LoadModel(classifier); }),
            classifier + "/labels.txt: 2 lines, but " + classifier + "/config.json: key 'network.classes' is 3");
  const auto vqa = Copy("vqa");
  WriteFileWhole(vqa + "/answers.txt", "yes\nno\n");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { LoadModel(vqa); }),
              HasSubstr("answers.txt: 2 lines, but " + vqa + "/config.json: key 'network.answers' is 3"));
  WriteFileWhole(vqa + "/answers.txt", "yes\n\nno\n");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { LoadModel(vqa); }), HasSubstr("answers.txt: line 2 is empty"));
}

TEST_F(ModelDirectoryTest, WantsATokenizerOfTheVocabularysSize) {
  const auto path = Copy("caption");
  WriteFileWhole(path + "/tokenizer.model", PieceModel({"▁a"}));
  EXPECT_EQ(
      CaptionRefusal(path),
      path + "/tokenizer.model: the vocabulary has 5 entries, but config.json: key 'network.vocabulary_size' is 8");
  WriteFileWhole(path + "/tokenizer.model", "");
  EXPECT_THAT(CaptionRefusal(path), HasSubstr("tokenizer.model: the file is empty"));
}

TEST_F(ModelDirectoryTest, TakesNoMemoryForSizesBeyondTheWeights) {
  EXPECT_THAT(
      CaptionRefusal(CopyWith("caption", "/network/hidden_size", 65536)),
      AllOf(HasSubstr("config.json: the sizes under 'network' take at least"), HasSubstr("model.safetensors'")));
}

TEST_F(ModelDirectoryTest, ChecksTheImageFeaturesSizeAgainstTheTrunk) {
  EXPECT_THAT(CaptionRefusal(CopyWith("caption", "/network/image_feature_size", 99)),
              HasSubstr("config.json: key 'network.image_feature_size' is 99, but must be 1280, the number of channels "
                        "of mobilenet_v2"));
}

TEST_F(ModelDirectoryTest, GivesBackTheAttendingCaptionersThatItSaved) {
  const std::pair<const char*, Model> models[] = {{"attention/", SmallAttendingCaptioner()},
                                                  {"up-down/", SmallUpDownCaptioner()},
                                                  {"aoa-net/", SmallAoaNetCaptioner()}};
  for (const auto& [directory, model] : models) {
    const auto loaded = LoadModel(saved_->PathOf(directory));
    ExpectSameInfo(loaded.info, model.info);
    ExpectSameWeights(*loaded.network, *model.network, at::kFloat);
    SaveOptions options;
    options.half = false;
    SaveModel(loaded, directory_.PathOf("again"), options);
    for (const char* file : {"config.json", "model.safetensors", "tokenizer.model"}) {
      EXPECT_EQ(ReadFile(directory_.PathOf("again/") + file), ReadFile(saved_->PathOf(directory) + file)) << file;
    }
  }
}

TEST_F(ModelDirectoryTest, GivesBackTheFilmModelThatItSaved) {
  const auto model = SmallFilmModel();
  const auto loaded = LoadModel(saved_->PathOf("film"));
  ExpectSameInfo(loaded.info, model.info);
  EXPECT_EQ(loaded.labels, model.labels);
  ExpectSameWeights(*loaded.network, *model.network, at::kFloat);
  SaveOptions options;
  options.half = false;
  SaveModel(loaded, directory_.PathOf("again"), options);
  for (const char* file : {"config.json", "model.safetensors", "tokenizer.model", "answers.txt"}) {
    EXPECT_EQ(ReadFile(directory_.PathOf("again/") + file), ReadFile(saved_->PathOf("film/") + file)) << file;
  }
}

TEST_F(ModelDirectoryTest, RefusesOtherChannelsThanTheStageHas) {
  const auto early = CopyWith("attention", "/network/annotation_channels", 31);
  EXPECT_THAT(CaptionRefusal(early), AllOf(HasSubstr("of another shape than config.json says"),
                                           HasSubstr("'attention.encoder_att.weight' is [7, 32]")));
  auto config = nlohmann::json::parse(ReadFile(early + "/config.json"));
  config["network"].erase("annotation_stage");
  WriteFileWhole(early + "/config.json", config.dump());
  EXPECT_THAT(CaptionRefusal(early), HasSubstr("key 'network.annotation_channels' is 31, but must be 1280, the number "
                                               "of channels of stage 'features.18' of mobilenet_v2"));
  const auto film = CopyWith("film", "/network/feature_channels", 31);
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { LoadModel(film); }), HasSubstr("'stem.0.weight' is [4, 34, 3, 3]"));
}

TEST_F(ModelDirectoryTest, NamesAStageThatTheTrunkLacks) {
  const auto path = CopyWith("film", "/network/feature_stage", "features.66");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { LoadModel(path); }),
              HasSubstr("config.json: key 'network': mobilenet_v2 has no stage 'features.66'"));
}

TEST_F(ModelDirectoryTest, TakesNoNetworkOfTheOtherTask) {
  EXPECT_THAT(CaptionRefusal(CopyWith("attention", "/network/type", "film")),
              HasSubstr("must be one of \"show-and-tell\", \"show-attend-and-tell\", \"up-down\", \"aoa-net\""));
}

/// A network that no config.json knows.
class OwnNetwork : public VqaNetwork {
 public:
  OwnNetwork() : VqaNetwork(SmallTrunk(kFeatureMap)) {}
  at::Tensor Logits(const at::Tensor& images, const at::Tensor&, Tape&) override { return images; }
  int64_t vocabulary_size() const override { return kSmallVocabulary; }
  int64_t answers() const override { return 3; }
};

TEST_F(ModelDirectoryTest, SavesNoNetworkThatItDoesNotKnow) {
  auto model = SmallVqaModel();
  model.network = std::make_shared<OwnNetwork>();
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { SaveModel(model, directory_.PathOf("new")); }),
              HasSubstr("config.json has no network of the type of this one"));
}

TEST_F(ModelDirectoryTest, NamesAnImageFeatureThatTheTrunkLacks) {
  EXPECT_THAT(CaptionRefusal(CopyWith("caption", "/network/image_feature", "classifier.99")),
              AllOf(HasSubstr("config.json: key 'network': mobilenet_v2 has no stage 'classifier.99'"),
                    HasSubstr("did you mean 'classifier.0' or 'classifier.1'?")));
}

TEST_F(ModelDirectoryTest, TakesNoFeatureMapForAVector) {
  const auto path = Copy("caption");
  for (const char* stage : {"features.18", "features.3"}) {
    auto config = nlohmann::json::parse(ReadFile(path + "/config.json"));
    config["network"]["image_feature"] = stage;
    WriteFileWhole(path + "/config.json", config.dump());
    EXPECT_THAT(CaptionRefusal(path), HasSubstr(std::string("key 'network.image_feature' is \"") + stage +
                                                "\", a feature map of mobilenet_v2, but must be a vector"));
  }
}

TEST_F(ModelDirectoryTest, BuildsATrunkUpToTheFeatureStage) {
  auto model = SmallCaptioner();
  auto options = OptionsOf(model);
  options.trunk = {};
  options.trunk.type = "squeezenet1_1";
  options.trunk.until = "classifier.3";
  options.image_feature = "classifier.3";
  options.image_feature_size = 1000;
  model.network = std::make_shared<ShowAndTell>(options);
  SaveOptions save;
  save.tokenizer_file = saved_->PathOf("tokenizer");
  SaveModel(model, directory_.PathOf("c"), save);
  const auto loaded = LoadModel(directory_.PathOf("c"));
  EXPECT_EQ(OptionsOf(loaded).trunk.until, "classifier.3");
  ExpectSameWeights(*loaded.network, *model.network, at::kHalf);
}

TEST_F(ModelDirectoryTest, IgnoresTheHeadsThatGoogLeNetWasTrainedWith) {
  auto model = SmallClassifier();
  TrunkOptions options;
  options.type = "googlenet";
  options.classes = 3;
  options.transform_input = true;
  model.network = MakeTrunk(options);
  SaveModel(model, directory_.PathOf("g"));
  const std::string weights = directory_.PathOf("g/model.safetensors");
  auto tensors = ReadSafetensors(weights);
  tensors["aux1.fc1.weight"] = at::zeros({2});
  tensors["aux2.conv.bn.num_batches_tracked"] = at::zeros({}, at::kLong);
  WriteSafetensors(weights, tensors);
  EXPECT_TRUE(TrunkIn(LoadModel(directory_.PathOf("g"))).options().transform_input);
  tensors["aux3.fc1.weight"] = at::zeros({2});
  WriteSafetensors(weights, tensors);
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { LoadModel(directory_.PathOf("g")); }),
              HasSubstr("1 tensor that the network lacks: 'aux3.fc1.weight'"));
}

TEST_F(ModelDirectoryTest, NamesTheKeyOfABadConfiguration) {
  const auto path = CopyWith("caption", "/network/trunk/type", "mobilenet");
  EXPECT_THAT(CaptionRefusal(path), AllOf(HasSubstr(path + "/config.json: key 'network.trunk.type' is \"mobilenet\""),
                                          HasSubstr("did you mean 'googlenet' or 'mobilenet_v2'?")));
}

TEST_F(ModelDirectoryTest, SavesNothingThatItCouldNotLoad) {
  const auto path = directory_.PathOf("new");
  const auto refusal = [&](const Model& model) {
    return ErrorText(ErrorKind::kUsage, [&] { SaveModel(model, path); });
  };
  auto model = SmallClassifier();
  model.labels = {"a", "b"};
  EXPECT_EQ(refusal(model), "the model has 2 labels, but its network has 3");
  model.labels = {"a", "b\nc", "d"};
  EXPECT_THAT(refusal(model), HasSubstr("holds a line break"));
  model = SmallClassifier();
  model.info.layer = "";
  EXPECT_THAT(refusal(model), HasSubstr("key 'layer' is \"\""));
  model = SmallClassifier();
  model.info.name = "\xFF";
  EXPECT_THAT(refusal(model), HasSubstr("not UTF-8"));
  model = SmallClassifier();
  model.network->parameters().back().data().fill_(1e6);
  EXPECT_THAT(refusal(model), HasSubstr("not finite as float16; save them as float32"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ModelDirectoryTest, SavesNoTrunkThatLoadingWouldBuildOtherwise) {
  auto classifier = SmallClassifier();
  classifier.network = MakeTrunk(SmallTrunk(kFeatureMap));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { SaveModel(classifier, directory_.PathOf("new")); }),
              HasSubstr("the trunk was built until 'feature_map', but TrunkOptions::until must be ''"));
  auto captioner = SmallCaptioner();
  auto options = OptionsOf(captioner);
  options.trunk.until = "";
  captioner.network = std::make_shared<ShowAndTell>(options);
  SaveOptions save;
  save.tokenizer_file = saved_->PathOf("tokenizer");
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { SaveModel(captioner, directory_.PathOf("new"), save); }),
              HasSubstr("until '', but TrunkOptions::until must be 'feature_map'"));
  EXPECT_THAT(directory_.Names(), IsEmpty());
}

TEST_F(ModelDirectoryTest, SavesNoCaptionerWithoutItsTokenizer) {
  const auto text = ErrorText(ErrorKind::kBadFile, [&] { SaveModel(SmallCaptioner(), directory_.PathOf("new")); });
  EXPECT_THAT(text, HasSubstr("tokenizer.model"));
  EXPECT_THAT(directory_.Names(), IsEmpty());
}

TEST_F(ModelDirectoryTest, SavesIntoNoFile) {
  WriteFileWhole(directory_.PathOf("file"), "x");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { SaveModel(SmallClassifier(), directory_.PathOf("file")); }),
              HasSubstr("cannot make directory '" + directory_.PathOf("file") + "': Not a directory"));
  EXPECT_EQ(ReadFile(directory_.PathOf("file")), "x");
}

TEST(SharedModelsTest, LoadTheThree) {
  WHEREFORE_NEEDS_SHARED("models/photo-vqa/config.json");
  const auto classifier = LoadModel(SharedPath("models/imagenet-mobilenet-v2"));
  EXPECT_EQ(classifier.labels.size(), 1000U);
  EXPECT_EQ(classifier.info.layer, "features.18");
  const auto captioner = LoadModel(SharedPath("models/photo-caption"));
  EXPECT_EQ(captioner.tokenizer->size(), CaptionerIn(captioner).vocabulary_size());
  EXPECT_EQ(captioner.info.name, "photo-caption");
  const auto vqa = LoadModel(SharedPath("models/photo-vqa"));
  EXPECT_EQ(vqa.labels.size(), 70U);
  EXPECT_EQ(vqa.labels[0], "no");
}

}  // namespace
}  // namespace wherefore
