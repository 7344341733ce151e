// Writes well-formed files for the fuzzers to begin with: make_seeds DIRECTORY.

#include <ATen/Functions.h>

#include <iostream>

#include "explain/error.h"
#include "models/files/files.h"
#include "models/files/safetensors.h"
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

void WriteHubConfigSeeds(const std::string& directory) {
  MakeDirectory(directory);
  const auto write = [&](const std::string& name, const std::string& json) {
    WriteFileWhole(directory + "/" + name, json);
  };
  write("vit", R"({"do_resize":true,"size":224,"resample":2,"feature_extractor_type":"ViTFeatureExtractor"})");
  write("clip", R"({"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":224},)"
                R"("crop_size":{"height":224,"width":224},"do_center_crop":true,"image_mean":[0.5,0.5,0.5]})");
  write("convnext", R"({"image_processor_type":"ConvNextImageProcessorFast","size":224,"crop_pct":0.875})");
  write("vilt", R"({"image_processor_type":"ViltImageProcessor","size":384,"size_divisor":32,"do_pad":true,)"
                R"("image_std":[0.5,0.5,0.5],"rescale_factor":0.00392156862745098})");
  write("generation", R"({"num_beams":4,"length_penalty":2.0,"max_length":16,"max_new_tokens":5,"min_length":2,)"
                      R"("early_stopping":true,"no_repeat_ngram_size":3,"suppress_tokens":[1,2],)"
                      R"("bad_words_ids":[[1],[2,3]],"forced_bos_token_id":0,"forced_eos_token_id":[2]})");
}

/// A config.json of format 1 with this network, and these members besides.
std::string ConfigOf(const std::string& task, const std::string& network, const std::string& more) {
  return R"({"format":1,"name":"seed","task":")" + task + R"(","network":)" + network +
         R"(,"weights":"model.safetensors","image":{"width":224,"height":224,"resize":"center_crop","shorter_side":256,)"
         R"("filter":"area","mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5]},"layer":"layer4",)" +
         more + "}";
}

void WriteConfigSeeds(const std::string& directory) {
  MakeDirectory(directory);
  const std::string text =
      R"("text":{"type":"words","file":"vocab.txt","lowercase":true,"begin":2,"end":3,"max_length":24})";
  const std::string question = R"("text":{"type":"words","file":"vocab.txt","lowercase":true,"max_length":24})";
  const std::string answers = question + R"(,"answers":"answers.txt","method":"layer-cam")";
  const std::string sizes = R"("embedding_size":12,"hidden_size":13,"vocabulary_size":4000)";
  const std::string vector = R"("image_feature":"average_pool","image_feature_size":1280,"layers":2,)" + sizes;
  const std::string attending =
      R"("trunk":{"type":"resnet50"},"annotation_stage":"layer3","annotation_channels":1024,"attention_size":11,)"
      R"("use_box":true,"non_local_size":64,)" +
      sizes;
  const auto write = [&](const std::string& name, const std::string& task, const std::string& network,
                         const std::string& more) {
    WriteFileWhole(directory + "/" + name, ConfigOf(task, network, more));
  };
  write("classification", "classification", R"({"type":"mobilenet_v2","padding":"tf_same","classes":7})",
        R"("labels":"labels.txt")");
  write("caption", "caption", R"({"type":"show-and-tell","trunk":{"type":"mobilenet_v2"},)" + vector + "}", text);
  write("vqa", "vqa",
        R"({"type":"lstm-q-norm-i","trunk":{"type":"googlenet","transform_input":true},"fusion_size":9,"answers":70,)" +
            vector + "}",
        answers);
  write("film", "vqa",
        R"({"type":"film","trunk":{"type":"resnet50"},"feature_stage":"layer2","feature_channels":512,"modules":3,)"
        R"("module_dim":14,"classifier_channels":15,"classifier_pooling":"average","classifier_hidden":16,)"
        R"("answers":70,)" +
            sizes + "}",
        answers);
  for (const std::string type : {"show-attend-and-tell", "up-down", "aoa-net"}) {
    write(type, "caption", R"({"type":")" + type + R"(",)" + attending + "}", text);
  }
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

/// The parts, a 0 between them.
std::string WithZeros(const std::vector<std::string>& parts) {
  std::string joined;
  for (const auto& part : parts) {
    if (&part != &parts.front()) joined += '\0';
    joined += part;
  }
  return joined;
}

void WriteTokenizerJsonSeeds(const std::string& directory) {
  MakeDirectory(directory);
  const std::string bert =
      R"({"added_tokens":[{"id":5,"content":"[SEP]","special":true,"lstrip":true,"rstrip":true,"single_word":true}],)"
      R"("normalizer":{"type":"Sequence","normalizers":[{"type":"BertNormalizer","strip_accents":null},{"type":"NFKC"},)"
      R"({"type":"Strip"},{"type":"NFD"},{"type":"StripAccents"},{"type":"Prepend","prepend":"a"},{"type":"Replace",)"
      R"("pattern":{"Regex":"\\s+"},"content":" "}]},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":)"
      R"({"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"[SEP]"}}],)"
      R"("special_tokens":{"[SEP]":{"ids":[5]}}},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},)"
      R"("model":{"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"a":1,"cat":2,"##s":3,".":4,"[SEP]":5}}})";
  const std::string bytes =
      R"({"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":)"
      R"("Split","pattern":{"String":"-"},"behavior":"MergedWithNext","invert":true},{"type":"ByteLevel"}]},)"
      R"("post_processor":{"type":"ByteLevel","trim_offsets":true},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE",)"
      R"("end_of_word_suffix":"</w>","vocab":{"c":0,"a":1,"t</w>":2,"at</w>":3,"Ġ":4},"merges":["a t</w>"]}})";
  const std::string pieces =
      R"({"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"first"},"decoder":{"type":"Sequence","decoders":[)"
      R"({"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":)"
      R"("Strip","content":" ","start":1,"stop":1}]},"model":{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":)"
      R"([["<unk>",0],["▁",-1],["a",-2.5],["▁a",-2],["<0xC3>",-9],["<0xA9>",-9]]}})";
  WriteFileWhole(directory + "/word_piece", WithZeros({bert, "A cats. Café [SEP] 猫"}));
  WriteFileWhole(directory + "/byte_level", WithZeros({bytes, " cat-cat 12"}));
  WriteFileWhole(directory + "/unigram", WithZeros({pieces, "a é  zz 一只猫"}));
}

void WriteTokenizerFilesSeeds(const std::string& directory) {
  MakeDirectory(directory);
  WriteFileWhole(directory + "/bert",
                 WithZeros({"[UNK]\n[CLS]\n[SEP]\na\ncat\n##s\n", "", "", R"({"do_lower_case":true})",
                            R"({"pad_token":"[PAD]"})", R"({"<image>":9})", "A cats <image>"}));
  const std::string clip = R"({"<|startoftext|>":0,"<|endoftext|>":1,"a":2,"t</w>":3,"at</w>":4,"a</w>":5})";
  WriteFileWhole(directory + "/clip",
                 WithZeros({"", clip, "#version: 0.2\na t</w>\n",
                            R"({"added_tokens_decoder":{"7":{"content":"<x>","special":true}}})", "", "", "AT a <x>"}));
  WriteFileWhole(directory + "/gpt2",
                 WithZeros({"", R"({"a":0,"b":1,"ab":2,"<|endoftext|>":3})", "a b\n", "", "", "", "ab ba"}));
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
    wherefore::WriteHubConfigSeeds(directory + "/hub_config");
    wherefore::WriteConceptsSeeds(directory + "/concepts");
    wherefore::WriteTextSeeds(directory + "/text");
    wherefore::WriteTokenizerJsonSeeds(directory + "/tokenizer_json");
    wherefore::WriteTokenizerFilesSeeds(directory + "/tokenizer_files");
    wherefore::WritePhotographHeaderSeeds(directory + "/photograph_header");
    wherefore::WriteFileWhole(directory + "/made", "");
  } catch (const wherefore::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
