#include "models/files/checkpoint.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/zip_archive.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/error_text.h"
#include "tests/support/shared_data.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Form = CheckpointWriter::Form;
using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

std::map<std::string, StoredTensor> Read(const std::string& bytes) { return ReadCheckpoint(HoldBytes(bytes), "m.bin"); }

std::string Refusal(const std::string& bytes) {
  return ErrorText(ErrorKind::kBadFile, [&] { Read(bytes); });
}

/// A file of one value of a pickle without tensors.
std::string FileOf(const std::string& value) { return CheckpointWriter(Form::kZip).File(value); }

Tensors AllTypes() {
  const auto values = at::arange(6).view({2, 3});
  Tensors tensors;
  for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar,
                          at::kByte, at::kBool}) {
    tensors.emplace_back(c10::toString(type), values.to(type));
  }
  tensors.emplace_back("scalar", at::scalar_tensor(2.5));
  tensors.emplace_back("transposed", tensors[1].second.t());
  tensors.emplace_back("row", tensors[1].second[1]);
  tensors.emplace_back("none", at::empty({0, 3}));
  return tensors;
}

void ExpectSame(const std::map<std::string, StoredTensor>& found, const Tensors& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    const auto view = ViewStoredTensor(found.at(name));
    EXPECT_EQ(view.scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(view, tensor)) << name;
  }
}

TEST(CheckpointTest, ReadsEveryTypeInEveryForm) {
  for (const auto form : {Form::kZip, Form::kLegacy}) {
    CheckpointWriter writer(form);
    const std::string dict = writer.StateDict(AllTypes());
    for (const char* folder : {"archive/", "", "model/"}) {
      for (const bool zip64 : {false, true}) {
        ExpectSame(Read(writer.File(dict, folder, {zip64, !zip64, 0})), AllTypes());
      }
    }
  }
}

TEST(CheckpointTest, KeepsSharedStoragesShared) {
  for (const auto form : {Form::kZip, Form::kLegacy}) {
    CheckpointWriter writer(form);
    const auto whole = at::arange(6, at::kFloat).view({2, 3});
    const auto tensors = Read(writer.File(writer.StateDict({{"a", whole}, {"b", whole}, {"row", whole[1]}})));
    EXPECT_EQ(tensors.at("a").first(), tensors.at("b").first());
    EXPECT_EQ(tensors.at("row").first(), tensors.at("a").first() + 12);
  }
}

TEST(CheckpointTest, TakesNoMemoryForTheZipForm) {
  CheckpointWriter writer(Form::kZip);
  const ByteView bytes = HoldBytes(writer.File(writer.StateDict({{"a", at::ones({4})}})));
  const auto tensor = ViewStoredTensor(ReadCheckpoint(bytes, "m.bin").at("a"));
  EXPECT_GE(static_cast<std::uint8_t*>(tensor.data_ptr()), bytes.data);
  EXPECT_LT(static_cast<std::uint8_t*>(tensor.data_ptr()), bytes.data + bytes.size);
}

TEST(CheckpointTest, FindsTheWeightsOfATrainingCheckpoint) {
  for (const auto form : {Form::kZip, Form::kLegacy}) {
    CheckpointWriter writer(form);
    const std::string optimizer = PickledDict({{"state", PickledDict({{"exp_avg", writer.Tensor(at::ones({3}))}})}});
    const std::string arguments = PickledCall("argparse", "Namespace", {}) + PickledDict({{"lr", "K\x01"}}) + "b";
    const std::string weights = writer.StateDict({{"a", at::ones({2})}});
    for (const char* key : {"state_dict", "model", "model_state_dict", "net", "generator"}) {
      const auto tensors = Read(writer.File(PickledDict({{"optimizer", optimizer},
                                                         {"args", arguments},
                                                         {"config", PickledCall("os", "system", {PickledText("ls")})},
                                                         {key, weights}})));
      ASSERT_EQ(tensors.size(), 1U) << key;
      EXPECT_TRUE(at::equal(ViewStoredTensor(tensors.at("a")), at::ones({2})));
    }
  }
}

TEST(CheckpointTest, PrefersTheNamedWeightsOverTensorsBesideThem) {
  CheckpointWriter writer(Form::kZip);
  const auto tensors = Read(writer.File(PickledDict(
      {{"best_accuracy", writer.Tensor(at::ones({}))}, {"state_dict", writer.StateDict({{"a", at::ones({2})}})}})));
  EXPECT_EQ(tensors.count("a"), 1U);
  EXPECT_EQ(tensors.size(), 1U);
}

TEST(CheckpointTest, ReadsWhatPython2Wrote) {
  // An OrderedDict was called with a list of pairs, which are lists.
  CheckpointWriter writer(Form::kLegacy);
  const std::string pairs = "](](" + PickledText("a") + writer.Tensor(at::ones({2})) + "ee";
  const auto tensors = Read(writer.File(PickledCall("collections", "OrderedDict", {pairs})));
  EXPECT_EQ(tensors.count("a"), 1U);
}

TEST(CheckpointTest, ReadsParameters) {
  CheckpointWriter writer(Form::kZip);
  const std::string tensor = writer.Tensor(at::ones({2}));
  const std::string hooks = PickledCall("collections", "OrderedDict", {});
  const std::string state = PickledDict({{"tag", "K\x01"}});
  const std::string function = PickledGlobal("torch._utils", "_rebuild_tensor_v2");
  // The arguments of the tensor's own call, without what calls them.
  const std::string arguments = tensor.substr(function.size(), tensor.size() - function.size() - 1);
  const auto tensors = Read(writer.File(PickledDict(
      {{"a", PickledCall("torch._utils", "_rebuild_parameter", {tensor, "\x88", hooks})},
       {"b", PickledCall("torch._utils", "_rebuild_parameter_with_state", {tensor, "\x88", hooks, state})},
       {"c", PickledCall("torch._tensor", "_rebuild_from_type_v2",
                         {function, PickledGlobal("torch.nn.parameter", "Parameter"), arguments, state})}})));
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_TRUE(at::equal(ViewStoredTensor(tensors.at(name)), at::ones({2}))) << name;
  }
}

TEST(CheckpointTest, LeavesPlainValuesOut) {
  CheckpointWriter writer(Form::kZip);
  const auto tensors = Read(writer.File(PickledDict({{"a", writer.Tensor(at::ones({2}))},
                                                     {"version", PickledInteger(2)},
                                                     {"sizes", PickledCall("torch", "Size", {PickledTuple({"K\x01"})})},
                                                     {"dtype", PickledGlobal("torch", "float16")},
                                                     {"names", PickledTuple({PickledText("x"), "N"})}})));
  EXPECT_EQ(tensors.size(), 1U);
}

TEST(CheckpointTest, RefusesObjectsWithinTheWeightsByName) {
  CheckpointWriter writer(Form::kZip);
  const std::string tensor = writer.Tensor(at::ones({2}));
  const auto refusal = [&](const std::string& value) {
    return Refusal(writer.File(PickledDict({{"state_dict", PickledDict({{"a", tensor}, {"b", value}})}})));
  };
  EXPECT_EQ(refusal(PickledCall("os", "system", {PickledText("ls")})),
            "m.bin: entry \"b\" of the weights holds os.system; weights may hold tensors and plain values only");
  EXPECT_THAT(refusal(PickledTuple({PickledTuple({PickledGlobal("numpy.core.multiarray", "scalar")})})),
              HasSubstr("holds numpy.core.multiarray.scalar"));
  EXPECT_THAT(refusal(PickledCall("torch._utils", "_rebuild_qtensor", {})),
              HasSubstr("\"torch._utils._rebuild_qtensor\", which is quantised: take the weights from before"));
  EXPECT_THAT(refusal(PickledCall("torch._utils", "_rebuild_sparse_tensor", {})),
              HasSubstr("which is sparse: save it with to_dense()"));
}

TEST(CheckpointTest, RefusesAWholePickledModule) {
  const std::string module = PickledGlobal("models", "ResNet") + ")\x81" + PickledDict({{"training", "\x89"}}) + "b";
  EXPECT_EQ(
      Refusal(FileOf(module)),
      "m.bin: it holds a whole pickled object, models.ResNet, which only its own Python code could rebuild: load it "
      "there and save its weights with torch.save(model.state_dict(), ...)");
  EXPECT_THAT(Refusal(FileOf(PickledDict({{"epoch", "K\x01"}, {"model", module}}))),
              HasSubstr("it holds under the key \"model\" a whole pickled object, models.ResNet"));
}

TEST(CheckpointTest, NamesWhatIsThereInsteadOfWeights) {
  EXPECT_EQ(
      Refusal(FileOf(PickledDict({{"epoch", PickledInteger(3)}, {"encoder", PickledCall("models", "Encoder", {})}}))),
      "m.bin: it holds no dict of tensors, only \"epoch\" (3), \"encoder\" (\"models.Encoder\"); save "
      "model.state_dict()");
  EXPECT_EQ(Refusal(FileOf("}")), "m.bin: it holds no dict of tensors: it is empty; save model.state_dict()");
  EXPECT_THAT(Refusal(FileOf("]")), HasSubstr("it holds a list of 0, but must hold a dict of tensors by name"));
  CheckpointWriter writer(Form::kZip);
  const std::string tensor = writer.Tensor(at::ones({2}));
  EXPECT_THAT(Refusal(writer.File(tensor)), HasSubstr("it holds a single tensor, but must hold a dict of tensors"));
  const std::string dict = PickledDict({{"a", tensor}});
  EXPECT_THAT(Refusal(writer.File(PickledDict({{"G", dict}, {"D", dict}}))),
              HasSubstr("it holds several dicts of tensors, under \"G\", \"D\": save the one wanted alone"));
}

/// A tensor's pickle with these numbers instead of its own.
std::string Tensor(const std::string& type, std::int64_t numel, std::int64_t offset, const std::string& shape,
                   const std::string& strides) {
  const std::string id = PickledTuple({PickledText("storage"), PickledGlobal("torch", type), PickledText("0"),
                                       PickledText("cpu"), PickledInteger(numel)});
  return PickledDict({{"a", PickledCall("torch._utils", "_rebuild_tensor_v2",
                                        {id + "Q", PickledInteger(offset), shape, strides, "\x89", "N"})}});
}

std::string Sizes(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const auto value : values) items.push_back(PickledInteger(value));
  return PickledTuple(items);
}

TEST(CheckpointTest, RefusesTensorsBeyondTheirStorage) {
  CheckpointWriter writer(Form::kZip);
  writer.Tensor(at::ones({6}));
  const auto refusal = [&](const std::string& dict) { return Refusal(writer.File(dict)); };
  const auto beyond = HasSubstr("lies beyond its storage of 6 elements");
  constexpr std::int64_t large = std::int64_t{1} << 62;
  EXPECT_EQ(refusal(Tensor("FloatStorage", 6, 1, Sizes({2, 3}), Sizes({3, 1}))),
            "m.bin: tensor \"a\" of shape [2, 3], strides [3, 1] and offset 1 lies beyond its storage of 6 elements");
  EXPECT_THAT(refusal(Tensor("FloatStorage", 6, 0, Sizes({2, 4}), Sizes({0, 1}))), beyond);
  EXPECT_THAT(refusal(Tensor("FloatStorage", 6, large, Sizes({1}), Sizes({1}))), beyond);
  EXPECT_THAT(refusal(Tensor("FloatStorage", 6, 0, Sizes({large, large}), Sizes({large, large}))), beyond);
  EXPECT_THAT(refusal(Tensor("FloatStorage", 6, 0, Sizes({0, large, large}), Sizes({1, 1, 1}))), beyond);
  EXPECT_THAT(refusal(Tensor("FloatStorage", 6, 0, Sizes({-1}), Sizes({1}))), HasSubstr("has a negative size"));
  EXPECT_THAT(refusal(Tensor("FloatStorage", 6, 0, Sizes({2}), Sizes({-1}))), HasSubstr("has a negative size"));
  EXPECT_THAT(refusal(Tensor("FloatStorage", 6, 0, Sizes({2}), Sizes({}))), HasSubstr("has 1 sizes and 0 strides"));
  EXPECT_THAT(refusal(Tensor("FloatStorage", 7, 0, Sizes({2}), Sizes({1}))),
              HasSubstr("has a storage of 7 elements, but 6 are in the file: it is damaged or cut short"));
  EXPECT_THAT(refusal(Tensor("FloatStorage", 6, 0, Sizes({2}), "K\x01")), HasSubstr("is damaged: argument 3"));
  EXPECT_THAT(refusal(Tensor("ComplexFloatStorage", 3, 0, Sizes({2}), Sizes({1}))),
              HasSubstr("is of a torch.ComplexFloatStorage, a type that no weights have here"));
  EXPECT_THAT(refusal(Tensor("BoolStorage", 24, 0, Sizes({24}), Sizes({1}))), HasSubstr("neither 0 nor 1"));
  writer.Tensor(at::ones({2}));
  EXPECT_THAT(Refusal(CheckpointWriter(Form::kZip).File(Tensor("FloatStorage", 6, 0, Sizes({2}), Sizes({1})))),
              HasSubstr("it has no entry \"archive/data/0\""));
}

TEST(CheckpointTest, RefusesALegacyFileThatIsCutShort) {
  CheckpointWriter writer(Form::kLegacy);
  const std::string bytes = writer.File(writer.StateDict({{"a", at::ones({2, 3})}}));
  for (std::size_t size = 0; size < bytes.size(); ++size) Refusal(bytes.substr(0, size));
  EXPECT_EQ(Refusal(bytes.substr(0, bytes.size() - 1)),
            "m.bin: storage \"0\" runs past the end of the file: it is cut short");
}

TEST(CheckpointTest, RefusesOtherProtocolsAndMachines) {
  const std::string magic = PickleOf("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
  EXPECT_EQ(Refusal(magic + PickleOf(PickledInteger(1000))),
            "m.bin: torch.save's protocol 1000 is not known, only 1001");
  EXPECT_EQ(Refusal(magic + PickleOf(PickledInteger(1001)) + PickleOf(PickledDict({{"little_endian", "\x89"}}))),
            "m.bin: it was written on a big-endian machine");
  EXPECT_EQ(Refusal(ZipFile({{"a/data.pkl", PickleOf("}")}, {"a/byteorder", "big"}})),
            "m.bin: it was written on a big-endian machine");
}

// What PyTorch itself wrote: tests/golden/make_checkpoints.py.

std::map<std::string, StoredTensor> ReadGolden(const std::string& file) {
  return ReadCheckpoint(MapFile(GoldenPath("checkpoints/" + file)), file);
}

at::Tensor Counted(at::IntArrayRef shape, at::ScalarType type = at::kFloat) {
  return at::arange(c10::multiply_integers(shape)).view(shape).to(type);
}

std::string GoldenRefusal(const std::string& file) {
  return ErrorText(ErrorKind::kBadFile, [&] { ReadGolden(file); });
}

TEST(CheckpointTest, ReadsTheStateDictsThatPyTorchWrote) {
  for (const char* file : {"state_dict.pt", "state_dict-legacy.pt", "state_dict-protocol4.pt"}) {
    ExpectSame(ReadGolden(file), {{"0.weight", Counted({2, 3})},
                                  {"0.bias", Counted({2})},
                                  {"1.weight", at::ones({2})},
                                  {"1.bias", at::zeros({2})},
                                  {"1.running_mean", at::zeros({2})},
                                  {"1.running_var", at::ones({2})},
                                  {"1.num_batches_tracked", at::zeros({}, at::kLong)}});
  }
}

TEST(CheckpointTest, ReadsTheTensorsThatPyTorchWrote) {
  for (const char* file : {"tensors.pt", "tensors-legacy.pt"}) {
    const auto tensors = ReadGolden(file);
    ExpectSame(tensors, {{"transposed", Counted({4, 3}).t()},
                         {"row", Counted({4, 3})[2]},
                         {"tied", Counted({4, 3})},
                         {"again", Counted({4, 3})},
                         {"half", Counted({5}, at::kHalf)},
                         {"bfloat", Counted({5}, at::kBFloat16)},
                         {"double", Counted({2}, at::kDouble)},
                         {"ids", Counted({1, 4}, at::kLong)},
                         {"mask", at::tensor({1, 0, 1, 1}, at::kByte).view({2, 2})},
                         {"truth", at::tensor({1, 0}).to(at::kBool)},
                         {"scalar", at::scalar_tensor(-1e4)},
                         {"none", at::zeros({0, 7})},
                         {"parameter", Counted({2, 2})}});
    EXPECT_EQ(tensors.at("tied").first(), tensors.at("again").first());
    EXPECT_EQ(tensors.at("row").first(), tensors.at("tied").first() + 24);
  }
}

TEST(CheckpointTest, ReadsTheTrainingCheckpointsThatPyTorchWrote) {
  for (const char* file : {"training.pth", "training-legacy.pth"}) {
    const auto tensors = ReadGolden(file);
    EXPECT_EQ(tensors.size(), 7U);
    EXPECT_EQ(tensors.at("module.0.weight").shape, (std::vector<std::int64_t>{2, 3})) << file;
  }
}

TEST(CheckpointTest, RefusesOtherFilesThatPyTorchWrote) {
  EXPECT_THAT(GoldenRefusal("module.pt"),
              HasSubstr("it holds a whole pickled object, torch.nn.modules.container.Sequential"));
  EXPECT_THAT(GoldenRefusal("float8.pt"), HasSubstr("tensor \"float8\" is of dtype float8_e4m3fn"));
  EXPECT_THAT(GoldenRefusal("sparse.pt"), HasSubstr("tensor \"sparse\" is \"torch._utils._rebuild_sparse_tensor\""));
  EXPECT_THAT(GoldenRefusal("trace.pt"), HasSubstr("trace.pt is a TorchScript program, not weights alone"));
}

TEST(CheckpointTest, ReadsTheWeightsOfProgramsThatPyTorchExported) {
  WHEREFORE_NEEDS_SHARED("exported/models/resnet-torch2.6.pt2");
  const ByteView file = MapFile(SharedPath("exported/models/resnet-torch2.6.pt2"));
  const ZipArchive archive(file, "resnet");
  const auto tensors = ReadCheckpoint(archive.Read("serialized_state_dict.pt"), "serialized_state_dict.pt");
  EXPECT_GT(tensors.size(), 10U);
  EXPECT_EQ(tensors.count("conv1.weight"), 1U);
}

}  // namespace
}  // namespace wherefore
