// Writes well-formed files for the fuzzers to begin with: make_seeds DIRECTORY.

#include <ATen/Functions.h>

#include <iostream>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/safetensors.h"
#include "models/format1/config.h"
#include "neurons/concepts.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/image_files.h"

namespace wherefore {
namespace {

void WriteSafetensorsSeeds(const std::string& directory) {
  MakeDirectory(directory);
  const std::string path = directory + "/types";
  WriteSafetensors(path,
                   {{"a.weight", at::ones({2, 3})},
                    {"b", at::ones({1, 2}, at::kHalf)},
                    {"c", at::ones({}, at::kBFloat16)},
                    {"d", at::ones({2}, at::kBool)},
                    {"e", at::ones({0, 4}, at::kLong)}},
                   {{"format", "pt"}});
  // The fuzzer's other shape of input, for which it works out the header's length: "h", the header, 0, the data.
  const std::string bytes = ReadFile(path);
  const auto header_size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) +
                           256 * static_cast<std::size_t>(static_cast<unsigned char>(bytes[1]));
  std::string with_header = "h" + bytes.substr(8, header_size);
  with_header += '\0';
  WriteFileWhole(directory + "/header", with_header + bytes.substr(8 + header_size));
  WriteSafetensors(directory + "/none", {});
}

void WriteCheckpointSeeds(const std::string& directory) {
  MakeDirectory(directory);
  const auto whole = at::ones({4, 4});
  const auto write = [&](const std::string& name, CheckpointWriter::Form form, const ZipLayout& layout) {
    CheckpointWriter writer(form);
    const std::string weights = writer.StateDict({{"a", whole}, {"b", whole.t()[1]}, {"c", at::ones({3}, at::kBool)}});
    const std::string arguments = PickledCall("argparse", "Namespace", {}) + PickledDict({{"lr", "K\x01"}}) + "b";
    const std::string value = PickledDict({{"args", arguments}, {"state_dict", weights}});
    WriteFileWhole(directory + "/" + name, writer.File(value, "archive/", layout));
    // The fuzzer's other shape of input, for which it makes the archive: "p" and the pickle.
    if (form == CheckpointWriter::Form::kZip) WriteFileWhole(directory + "/" + name + "-pickle", "p" + PickleOf(value));
  };
  write("zip", CheckpointWriter::Form::kZip, {false, true, 0});
  write("zip64", CheckpointWriter::Form::kZip, {true, false, 0});
  write("legacy", CheckpointWriter::Form::kLegacy, {});
}

void WriteWeightsIndexSeeds(const std::string& directory) {
  MakeDirectory(directory);
  WriteFileWhole(directory + "/index", R"({"metadata":{"total_size":20},"weight_map":{"a":"m-1.bin","b":"m-2.bin"}})");
}

void WriteConfigSeeds(const std::string& directory) {
  MakeDirectory(directory);
  ModelConfig config;
  config.info.name = "seed";
  config.info.layer = "features.18";
  config.info.tasks = {Task::kClassification};
  config.word_list = "labels.txt";
  TrunkOptions trunk;
  trunk.type = "mobilenet_v2";
  trunk.padding = Padding::kTensorflowSame;
  config.network = trunk;
  WriteFileWhole(directory + "/classification", FormatModelConfig(config));
  config.info.tasks = {Task::kCaption};
  ShowAndTellOptions captioner;
  captioner.trunk = trunk;
  captioner.image_feature_size = 1280;
  captioner.vocabulary_size = 4000;
  config.network = captioner;
  WriteFileWhole(directory + "/caption", FormatModelConfig(config));
  config.info.tasks = {Task::kVqa};
  config.info.image.resize = "center_crop";
  LstmQNormIOptions vqa;
  vqa.trunk.type = "googlenet";
  vqa.trunk.transform_input = true;
  vqa.image_feature_size = 1024;
  vqa.vocabulary_size = 4000;
  vqa.answers = 70;
  config.network = vqa;
  WriteFileWhole(directory + "/vqa", FormatModelConfig(config));
  FilmOptions film;
  film.trunk.type = "resnet50";
  film.feature_stage = "layer3";
  film.feature_channels = 1024;
  film.vocabulary_size = 4000;
  film.answers = 70;
  config.network = film;
  WriteFileWhole(directory + "/film", FormatModelConfig(config));
  config.info.tasks = {Task::kCaption};
  ShowAttendAndTellOptions attending;
  attending.trunk.type = "resnet50";
  attending.annotation_channels = 2048;
  attending.vocabulary_size = 4000;
  config.network = attending;
  WriteFileWhole(directory + "/attention", FormatModelConfig(config));
  AoaNetOptions placed;
  placed.trunk.type = "resnet50";
  placed.annotation_channels = 2048;
  placed.vocabulary_size = 4000;
  placed.use_box = true;
  placed.non_local_size = 64;
  config.network = placed;
  WriteFileWhole(directory + "/box", FormatModelConfig(config));
}

void WriteConceptsSeeds(const std::string& directory) {
  MakeDirectory(directory);
  LayerConcepts layer;
  layer.layer = "layer4";
  layer.channels = 6;
  layer.data_set = "500 scenes of seed 1";
  layer.images = 500;
  layer.definition = "2017";
  layer.fingerprint = "0123abcd";
  WriteFileWhole(directory + "/none", FormatConcepts(layer));
  layer.named = {{0, "red", "color", 0.04, 1.5}, {3, "(ring OR heart) AND NOT red", "shape", 0.3, -1e-30}};
  WriteFileWhole(directory + "/named", FormatConcepts(layer));
}

void WriteTextSeeds(const std::string& directory) {
  MakeDirectory(directory);
  std::string list = "<unk>\nwhat\nis\nthis\n?\ndon't\n";
  list += '\0';
  WriteFileWhole(directory + "/english", list + "What is this? Don't (zebra)");
  list = "<unk>\r\nwörter\r\nάέ\r\nяё\r\n";
  list += '\0';
  WriteFileWhole(directory + "/scripts", list + "WÖRTER ΆΈ ЯЁ ŸŁŽ İ 猫 🐕");
}

void WritePhotographHeaderSeeds(const std::string& directory) {
  MakeDirectory(directory);
  const std::string rows(60, '\x40');
  WriteFileWhole(directory + "/jpeg", WithExif(FlatJpeg({100}), 6));
  WriteFileWhole(directory + "/png", PngFile(4, 4, 8, 2, rows, PngChunk("eXIf", ExifData(3))));
  WriteFileWhole(directory + "/bmp", BmpFile(4, 4, 24, rows));
  WriteFileWhole(directory + "/tiff", TiffFile(4, 4, 8, rows, 8));
  WriteFileWhole(directory + "/webp", WebpFile(OnePixelWebpChunk()));
}

}  // namespace
}  // namespace wherefore

int main(int argument_count, char** arguments) {
  if (argument_count != 2) {
    std::cerr << "usage: make_seeds DIRECTORY\n";
    return 2;
  }
  const std::string directory = arguments[1];
  try {
    wherefore::WriteSafetensorsSeeds(directory + "/safetensors");
    wherefore::WriteCheckpointSeeds(directory + "/checkpoint");
    wherefore::WriteWeightsIndexSeeds(directory + "/weights_index");
    wherefore::WriteConfigSeeds(directory + "/config");
    wherefore::WriteConceptsSeeds(directory + "/concepts");
    wherefore::WriteTextSeeds(directory + "/text");
    wherefore::WritePhotographHeaderSeeds(directory + "/photograph_header");
    wherefore::WriteFileWhole(directory + "/made", "");
  } catch (const wherefore::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
