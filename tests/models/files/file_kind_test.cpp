#include "models/files/file_kind.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/shared_data.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

FileKind Kind(const std::string& bytes) { return KindOfFile(HoldBytes(bytes)); }

std::string Description(const std::string& bytes) { return DescribeFile(HoldBytes(bytes)); }

std::string Zip(const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& name : names) entries.emplace_back(name, "x");
  return ZipFile(entries);
}

std::string Safetensors() {
  const TemporaryDirectory directory;
  WriteSafetensors(directory.PathOf("a"), {{"a", at::ones({2})}});
  return ReadFile(directory.PathOf("a"));
}

TEST(FileKindTest, KnowsFilesOfWeights) {
  EXPECT_EQ(Kind(Safetensors()), FileKind::kSafetensors);
  EXPECT_EQ(Kind(Safetensors().substr(0, 20)), FileKind::kSafetensors);
  EXPECT_EQ(Kind(Zip({"archive/data.pkl", "archive/data/0"})), FileKind::kTorchZip);
  EXPECT_EQ(Kind(Zip({"data.pkl"})), FileKind::kTorchZip);
  CheckpointWriter legacy(CheckpointWriter::Form::kLegacy);
  EXPECT_EQ(Kind(legacy.File(legacy.StateDict({{"a", at::ones({1})}}))), FileKind::kTorchLegacy);
}

TEST(FileKindTest, TellsZipArchivesApart) {
  EXPECT_EQ(Kind(Zip({"m/data.pkl", "m/constants.pkl", "m/code/a.py"})), FileKind::kTorchScript);
  EXPECT_EQ(Kind(Zip({"m/models/model.json", "m/data/weights/model.pt"})), FileKind::kExportedProgram);
  EXPECT_EQ(Kind(Zip({"serialized_exported_program.json", "version"})), FileKind::kExportedProgram);
  EXPECT_EQ(Kind(Zip({"config.json", "model.weights.h5"})), FileKind::kKeras);
  EXPECT_EQ(Kind(Zip({"a.npy", "b.npy"})), FileKind::kNumpyArchive);
  EXPECT_EQ(Kind(Zip({"readme.txt"})), FileKind::kOtherZip);
  EXPECT_EQ(Kind(Zip({"archive/data.pkl"}).substr(0, 60)), FileKind::kCutZip);
}

TEST(FileKindTest, SaysWhatAFileIsInTruth) {
  EXPECT_EQ(Description(""), "an empty file: was its download interrupted?");
  EXPECT_EQ(Description("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n"),
            "a Git LFS pointer, not the file that it stands for: fetch that with 'git lfs pull'");
  EXPECT_THAT(Description("\n <!DOCTYPE HTML><html>"), StartsWith("a web page"));
  EXPECT_THAT(Description("\xef\xbb\xbf<html lang=en>"), StartsWith("a web page"));
  EXPECT_EQ(Description("Entry not found\nmore"), "a text that begins with \"Entry not found\"");
  EXPECT_THAT(Description("\x80\x04\x95"), StartsWith("a pickle, but none of torch.save"));
  EXPECT_THAT(Description("\x89HDF\r\n\x1a\n"), StartsWith("an HDF5 file"));
  EXPECT_THAT(Description("GGUF\x03"), StartsWith("a GGUF file"));
  EXPECT_THAT(Description("\x93NUMPY\x01"), StartsWith("a NumPy array"));
  EXPECT_THAT(Description("\x08\x08\x12\x07pytorch\x1a"), StartsWith("an ONNX program"));
  EXPECT_THAT(Description("\x1f\x8b\x08"), StartsWith("a compressed file"));
  EXPECT_THAT(Description(std::string(4, '\x1c') + "TFL3"), StartsWith("a TensorFlow Lite program"));
  EXPECT_THAT(Description(Zip({"m/data.pkl", "m/constants.pkl"})),
              StartsWith("a TorchScript program, not weights alone"));
  EXPECT_THAT(Description(Zip({"a/data.pkl"}).substr(0, 60)),
              HasSubstr("a damaged zip archive: the record that closes it is missing: the file is cut short"));
  EXPECT_EQ(Description(std::string("\x00\x01\x02", 3)),
            "a file of a kind that is not known here; its first bytes are 00 01 02");
}

TEST(FileKindTest, KnowsTarArchivesOfTheFirstPyTorch) {
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  EXPECT_EQ(Kind(std::string(tar).replace(0, 6, "folder")), FileKind::kTar);
  EXPECT_EQ(Kind(std::string(tar).replace(0, 8, "sys_info")), FileKind::kTorchTar);
}

TEST(FileKindTest, KnowsProgramsThatPyTorchExported) {
  WHEREFORE_NEEDS_SHARED("exported/models/resnet.pt2");
  for (const char* file : {"resnet.pt2", "resnet-torch2.6.pt2", "resnet-torch2.9.pt2"}) {
    EXPECT_EQ(KindOfFile(MapFile(SharedPath(std::string("exported/models/") + file))), FileKind::kExportedProgram)
        << file;
  }
  EXPECT_EQ(KindOfFile(MapFile(SharedPath("exported/models/resnet.script.pt"))), FileKind::kTorchScript);
}

}  // namespace
}  // namespace wherefore
