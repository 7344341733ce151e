#include "models/files/weights.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>

#include <filesystem>
#include <limits>

#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/error_text.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Tensors = std::map<std::string, at::Tensor>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

class WeightsTest : public testing::Test {
 protected:
  std::string PathOf(const std::string& name) const { return directory_.PathOf(name); }

  /// A safetensors file of them.
  Weights Written(const Tensors& tensors, const WeightsOptions& options = {}) const {
    WriteSafetensors(PathOf("w"), tensors);
    return Weights::OfFile(PathOf("w"), options);
  }

  static std::string Refusal(const std::function<void()>& run) { return ErrorText(ErrorKind::kBadFile, run); }
  std::string DirectoryRefusal() const {
    return Refusal([&] { Weights::OfDirectory(directory_.path()); });
  }

  void WriteShards() const {
    WriteSafetensors(PathOf("model-1.safetensors"), {{"a", at::ones({2})}});
    WriteSafetensors(PathOf("model-2.safetensors"), {{"b", at::zeros({3})}});
    WriteIndex(R"({"a":"model-1.safetensors","b":"model-2.safetensors"})");
  }
  void WriteIndex(const std::string& map) const {
    WriteFileWhole(PathOf("model.safetensors.index.json"),
                   R"({"metadata":{"total_size":20},"weight_map":)" + map + "}");
  }

  TemporaryDirectory directory_;
};

TEST_F(WeightsTest, TakesATensorByName) {
  const auto weights = Written({{"a.weight", at::ones({2, 3})}, {"b", at::zeros({1})}});
  EXPECT_THAT(weights.names(), ElementsAre("a.weight", "b"));
  EXPECT_TRUE(weights.Has("b"));
  EXPECT_FALSE(weights.Has("c"));
  EXPECT_EQ(weights.numel(), 7);
  EXPECT_TRUE(at::equal(weights.Take("a.weight", {2, 3}), at::ones({2, 3})));
  EXPECT_EQ(weights.source(), PathOf("w"));
}

TEST_F(WeightsTest, RefusesWhatIsNotAsTheNetworkWants) {
  const auto weights = Written({{"a", at::ones({2, 3})}, {"b", at::ones({2}, at::kLong)}, {"c", at::full({2}, kNaN)}});
  EXPECT_EQ(Refusal([&] { weights.Take("d", {1}); }),
            PathOf("w") + ": 1 tensor missing: 'd'. Does config.json describe the network that these weights are of?");
  EXPECT_EQ(
      Refusal([&] {
        weights.Take("a", {3, 2});
      }),
      PathOf("w") + ": 1 tensor of another shape than config.json says: 'a' is [2, 3], but the network's is [3, 2]");
  EXPECT_THAT(Refusal([&] { weights.Take("b", {2}); }), HasSubstr("'b' is Long"));
  EXPECT_THAT(Refusal([&] { weights.Take("c", {2}); }), HasSubstr("not finite: 'c' (2 NaN, 0 infinite of 2)"));
}

TEST_F(WeightsTest, TakesIntegersAsTheyAreStored) {
  const auto weights = Written({{"ids", at::arange(3)}});
  EXPECT_TRUE(at::equal(weights.TakeAsStored("ids"), at::arange(3)));
}

TEST_F(WeightsTest, KeepsTheTypeWanted) {
  const Tensors tensors = {{"a", at::tensor({1.0F, 2.5F})}, {"b", at::tensor({1.0F, 2.5F}).to(at::kHalf)}};
  for (const auto type : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const auto weights = Written(tensors, {type, -1});
    for (const char* name : {"a", "b"}) {
      EXPECT_EQ(weights.Take(name, {2}).scalar_type(), type);
      EXPECT_TRUE(at::equal(weights.Take(name, {2}).to(at::kFloat), tensors.at("a")));
    }
  }
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Written(tensors, {at::kDouble, -1}); }), HasSubstr("not as Double"));
}

TEST_F(WeightsTest, NamesValuesThatFloat16CannotHold) {
  const auto weights = Written({{"a", at::full({1}, 1e6)}}, {at::kHalf, -1});
  EXPECT_THAT(Refusal([&] { weights.Take("a", {1}); }), HasSubstr("not finite as float16 (--dtype bfloat16"));
}

TEST_F(WeightsTest, WritesNothingToTheFile) {
  const Tensors tensors = {{"a", at::ones({2})}};
  const auto weights = Written(tensors);
  weights.Take("a", {2}).zero_();
  EXPECT_TRUE(at::equal(ReadSafetensors(PathOf("w")).at("a"), at::ones({2})));
}

TEST_F(WeightsTest, OutlivesItsFileAndItself) {
  at::Tensor tensor;
  {
    const auto weights = Written({{"a", at::ones({2})}});
    tensor = weights.Take("a", {2});
  }
  std::filesystem::remove(PathOf("w"));
  EXPECT_TRUE(at::equal(tensor, at::ones({2})));
}

TEST_F(WeightsTest, CopiesATensorUnderTwoNamesOnce) {
  CheckpointWriter writer(CheckpointWriter::Form::kZip);
  const auto tensor = at::ones({2}, at::kHalf);
  WriteFileWhole(PathOf("w"), writer.File(writer.StateDict({{"a", tensor}, {"b", tensor}})));
  const auto weights = Weights::OfFile(PathOf("w"));
  const auto a = weights.Take("a", {2});
  EXPECT_EQ(weights.Take("b", {2}).data_ptr(), a.data_ptr());
  EXPECT_EQ(a.scalar_type(), at::kFloat);
}

TEST_F(WeightsTest, LooksBelowAPrefix) {
  const auto weights = Written({{"a.x", at::ones({1})}, {"a.y", at::ones({1})}, {"b.x", at::zeros({1})}});
  EXPECT_THAT(weights.In("a.").names(), ElementsAre("x", "y"));
  EXPECT_TRUE(at::equal(weights.In("b.").Take("x", {1}), at::zeros({1})));
  EXPECT_THAT(Refusal([&] { weights.In("b.").Take("y", {1}); }), HasSubstr("missing: 'b.y'"));
  EXPECT_THAT(weights.In("c.").names(), IsEmpty());
}

TEST_F(WeightsTest, DropsThePrefixOfWrappers) {
  const Tensors wrapped = {{"module._orig_mod.a", at::ones({1})}, {"module._orig_mod.b", at::ones({1})}};
  EXPECT_THAT(Written(wrapped).WithoutCommonPrefix({"a", "b"}).names(), ElementsAre("a", "b"));
  EXPECT_THAT(Written(wrapped).WithoutCommonPrefix({"_orig_mod.a"}).names(), ElementsAre("_orig_mod.a", "_orig_mod.b"));
  const Tensors own = {{"model.a", at::ones({1})}, {"model.b", at::ones({1})}};
  EXPECT_THAT(Written(own).WithoutCommonPrefix({"model.a", "model.b"}).names(), ElementsAre("model.a", "model.b"));
  const Tensors mixed = {{"model.a", at::ones({1})}, {"b", at::ones({1})}};
  EXPECT_THAT(Written(mixed).WithoutCommonPrefix({"a"}).names(), ElementsAre("b", "model.a"));
}

TEST_F(WeightsTest, NamesWhatNobodyTook) {
  CheckpointWriter writer(CheckpointWriter::Form::kZip);
  const auto tied = at::ones({2});
  WriteFileWhole(PathOf("w"),
                 writer.File(writer.StateDict(
                     {{"a", tied}, {"head", tied}, {"b.position_ids", at::arange(2)}, {"left", at::ones({1})}})));
  const auto weights = Weights::OfFile(PathOf("w"));
  weights.Take("a", {2});
  EXPECT_EQ(Refusal([&] { weights.RequireAllTaken({"position_ids"}); }),
            PathOf("w") +
                ": 1 tensor that the network lacks: 'left'. Does config.json describe the network that these "
                "weights are of?");
  weights.Take("left", {1});
  weights.RequireAllTaken({"position_ids"});
  EXPECT_THAT(Refusal([&] { weights.RequireAllTaken(); }), HasSubstr("'b.position_ids'"));
}

TEST_F(WeightsTest, SaysWhatItTakesWhereFloat32DoesNotFit) {
  const Tensors tensors = {{"a", at::ones({1000, 1000}, at::kHalf)}};
  EXPECT_EQ(
      ErrorText(ErrorKind::kUsage,
                [&] {
                  Written(tensors, {at::kFloat, 3'000'000});
                }),
      "the weights of '" + PathOf("w") +
          "' take 4 MB as float32, but only 3 MB of memory are free: keep them as bfloat16 (--dtype bfloat16), in 2 "
          "MB");
  EXPECT_EQ(Written(tensors, {at::kBFloat16, 3'000'000}).Take("a", {1000, 1000}).scalar_type(), at::kBFloat16);
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          Written(tensors, {at::kBFloat16, 1'000'000});
                        }),
              HasSubstr("take 2 MB as bfloat16, but only 1 MB of memory are free: take a smaller model"));
}

TEST_F(WeightsTest, ReadsADirectoryOfEachKind) {
  CheckpointWriter writer(CheckpointWriter::Form::kLegacy);
  const std::string bin = writer.File(writer.StateDict({{"of_bin", at::ones({2})}}));
  WriteFileWhole(PathOf("pytorch_model-1.bin"), bin);
  WriteFileWhole(PathOf("pytorch_model.bin.index.json"), R"({"weight_map":{"of_bin":"pytorch_model-1.bin"}})");
  EXPECT_THAT(Weights::OfDirectory(directory_.path()).names(), ElementsAre("of_bin"));
  std::filesystem::rename(PathOf("pytorch_model-1.bin"), PathOf("pytorch_model.bin"));
  EXPECT_THAT(Weights::OfDirectory(directory_.path()).names(), ElementsAre("of_bin"));
  WriteShards();
  const auto weights = Weights::OfDirectory(directory_.path());
  EXPECT_THAT(weights.names(), ElementsAre("a", "b"));
  EXPECT_TRUE(at::equal(weights.Take("b", {3}), at::zeros({3})));
  EXPECT_EQ(weights.source(), PathOf("model.safetensors.index.json"));
  WriteSafetensors(PathOf("model.safetensors"), {{"single", at::ones({1})}});
  EXPECT_THAT(Weights::OfDirectory(directory_.path()).names(), ElementsAre("single"));
}

TEST_F(WeightsTest, RefusesAnIndexThatLies) {
  WriteShards();
  std::filesystem::remove(PathOf("model-2.safetensors"));
  const std::string index = PathOf("model.safetensors.index.json");
  EXPECT_EQ(DirectoryRefusal(), index + ": it names the file 'model-2.safetensors', but there is none beside it");
  WriteIndex(R"({"a":"model-1.safetensors","c":"model-1.safetensors"})");
  EXPECT_EQ(DirectoryRefusal(),
            PathOf("model-1.safetensors") + ": tensor \"c\" is missing, which '" + index + "' says it has");
  for (const char* file : {"\"../x\"", "\"/etc/passwd\"", "\"a\\\\b\"", "\"\"", "\"..\"", "7", "\"a\\u0000b\""}) {
    WriteIndex(std::string(R"({"a":)") + file + "}");
    EXPECT_THAT(DirectoryRefusal(), HasSubstr("but that must be the name of a file beside the index")) << file;
  }
  WriteFileWhole(index, "{}");
  EXPECT_THAT(DirectoryRefusal(), HasSubstr("it has no 'weight_map'"));
  WriteFileWhole(index, "");
  EXPECT_THAT(DirectoryRefusal(), HasSubstr("not valid JSON"));
}

TEST_F(WeightsTest, SaysWhatADirectoryHasInsteadOfWeights) {
  EXPECT_EQ(DirectoryRefusal(), "'" + directory_.path() +
                                    "' has no weights: none of model.safetensors, model.safetensors.index.json, "
                                    "pytorch_model.bin, pytorch_model.bin.index.json");
  WriteFileWhole(PathOf("tf_model.h5"), "x");
  EXPECT_THAT(DirectoryRefusal(), HasSubstr("only tf_model.h5, TensorFlow's: convert it"));
  WriteFileWhole(PathOf("adapter_config.json"), "{}");
  EXPECT_THAT(DirectoryRefusal(), HasSubstr("an adapter without its model: merge it first"));
}

TEST_F(WeightsTest, SaysWhatAFileIsInTruth) {
  WriteFileWhole(PathOf("model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n");
  EXPECT_EQ(DirectoryRefusal(), PathOf("model.safetensors") +
                                    " is a Git LFS pointer, not the file that it stands for: fetch that with 'git lfs "
                                    "pull'");
  WriteFileWhole(PathOf("model.safetensors"), "");
  EXPECT_THAT(DirectoryRefusal(), HasSubstr("model.safetensors is an empty file"));
  std::filesystem::remove(PathOf("model.safetensors"));
  WriteFileWhole(PathOf("pytorch_model.bin"), "GGUF\x03");
  EXPECT_THAT(DirectoryRefusal(),
              HasSubstr("pytorch_model.bin is a GGUF file (of llama.cpp): take the model's original"));
}

TEST_F(WeightsTest, RefusesAdaptersAndQuantisedWeights) {
  EXPECT_THAT(Refusal([&] {
                Written({{"q_proj.lora_A.weight", at::ones({1})}});
              }),
              HasSubstr("tensor \"q_proj.lora_A.weight\" is of an adapter (LoRA), not of a model: merge it first"));
  for (const char* name : {"fc.SCB", "fc.weight.absmax", "fc.qweight"}) {
    EXPECT_THAT(Refusal([&] { Written({{name, at::ones({1})}}); }), HasSubstr("is of quantised weights")) << name;
  }
}

TEST_F(WeightsTest, ReadsACheckpointUnderTheNameOfSafetensors) {
  CheckpointWriter writer(CheckpointWriter::Form::kZip);
  WriteFileWhole(PathOf("model.safetensors"), writer.File(writer.StateDict({{"a", at::ones({2})}})));
  EXPECT_THAT(Weights::OfDirectory(directory_.path()).names(), ElementsAre("a"));
}

// LoadWeights().

Tensors LinearTensors() { return {{"weight", at::arange(6, at::kFloat).view({2, 3})}, {"bias", at::ones({2})}}; }

TEST_F(WeightsTest, SetsANetworksWeightsToTheMappedFile) {
  torch::nn::Linear linear(3, 2);
  const at::Tensor handle = linear->weight;
  const auto weights = Written(LinearTensors());
  LoadWeights(*linear, weights);
  EXPECT_TRUE(at::equal(handle, LinearTensors().at("weight")));
  EXPECT_TRUE(handle.requires_grad());
  EXPECT_EQ(handle.data_ptr(), weights.Take("weight", {2, 3}).data_ptr());
}

TEST_F(WeightsTest, LoadsInTheTypeWanted) {
  torch::nn::Linear linear(3, 2);
  LoadWeights(*linear, Written(LinearTensors(), {at::kBFloat16, -1}));
  EXPECT_EQ(linear->weight.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::equal(linear->weight.detach().to(at::kFloat), LinearTensors().at("weight")));
}

TEST_F(WeightsTest, LoadsUnderThePrefixOfAWrapper) {
  Tensors wrapped;
  for (const auto& [name, tensor] : LinearTensors()) wrapped["module." + name] = tensor;
  torch::nn::Linear linear(3, 2);
  LoadWeights(*linear, Written(wrapped));
  EXPECT_TRUE(at::equal(linear->bias, at::ones({2})));
}

TEST_F(WeightsTest, LoadsStrictlyButForWhatMayRemain) {
  auto tensors = LinearTensors();
  tensors["head"] = at::ones({1});
  torch::nn::Linear linear(3, 2);
  EXPECT_EQ(Refusal([&] { LoadWeights(*linear, Written(tensors)); }),
            PathOf("w") +
                ": 1 tensor that the network lacks: 'head'. Does config.json describe the network that these "
                "weights are of?");
  LoadWeights(*linear, Written(tensors), [](const std::string& name) { return name == "head"; });
  tensors.erase("bias");
  EXPECT_THAT(Refusal([&] { LoadWeights(*linear, Written(tensors)); }),
              HasSubstr("1 tensor missing: 'bias'; 1 tensor that the network lacks: 'head'."));
  tensors = LinearTensors();
  tensors["weight"][1][1] = kNaN;
  EXPECT_THAT(Refusal([&] { LoadWeights(*linear, Written(tensors)); }), HasSubstr("'weight' (1 NaN, 0 infinite of 6)"));
}

TEST_F(WeightsTest, LeavesStepCounters) {
  const torch::nn::BatchNorm1d saved(2);
  Tensors tensors;
  for (const auto& item : saved->named_parameters()) tensors[item.key()] = item.value().detach() + 1;
  for (const auto& item : saved->named_buffers()) tensors[item.key()] = item.value() + 1;
  torch::nn::BatchNorm1d norm(2);
  LoadWeights(*norm, Written(tensors));
  EXPECT_TRUE(at::equal(norm->running_var, at::full({2}, 2.0)));
  EXPECT_EQ(norm->num_batches_tracked.item<int64_t>(), 0);
}

TEST(IsFiniteTest, FindsOneValueInEveryType) {
  for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    for (const double value : {1e4, -0.0, 3e38}) {
      const bool is_infinite = type == at::kHalf && value > 1e30;
      EXPECT_EQ(IsFinite(at::full({3}, value).to(type)), !is_infinite) << type << value;
    }
    for (const double value : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()}) {
      auto tensor = at::zeros({300, 400}).to(type);
      tensor[299][399] = value;
      EXPECT_FALSE(IsFinite(tensor)) << type << value;
      EXPECT_FALSE(IsFinite(tensor.t())) << type << value;
      EXPECT_TRUE(IsFinite(tensor.slice(1, 0, 399))) << type << value;
    }
  }
  EXPECT_TRUE(IsFinite(at::empty({0})));
}

/// The tiny models of another implementation, each in several kinds of files.
TEST(SharedWeightsTest, AreTheSameInEveryKindOfFile) {
  WHEREFORE_NEEDS_SHARED("hf/models/vit-gpt2/model.safetensors");
  const auto expected = Weights::OfDirectory(SharedPath("hf/models/vit-gpt2"));
  for (const char* directory : {"vit-gpt2-bin", "vit-gpt2-sharded"}) {
    const auto weights = Weights::OfDirectory(SharedPath(std::string("hf/models/") + directory));
    for (const auto& name : expected.names()) {
      EXPECT_TRUE(at::equal(weights.TakeAsStored(name), expected.TakeAsStored(name))) << directory << " " << name;
    }
  }
}

TEST(SharedWeightsTest, AreAllRead) {
  WHEREFORE_NEEDS_SHARED("hf/models");
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SharedPath("hf/models"))) {
    const auto weights = Weights::OfDirectory(entry.path().string());
    for (const auto& name : weights.names()) {
      EXPECT_TRUE(IsFinite(weights.TakeConverted(name))) << entry.path() << " " << name;
    }
    ++read;
  }
  EXPECT_GT(read, 10);
}

}  // namespace
}  // namespace wherefore
