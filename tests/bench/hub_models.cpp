#include "tests/bench/hub_models.h"

#include <ATen/ATen.h>

#include "models/families.h"
#include "models/files/files.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

constexpr int64_t kWords = 12;

/// What differs from the class's defaults, as the directories on the hub have it.
constexpr const char* kBlip = R"({"architectures": ["BlipForConditionalGeneration"], "model_type": "blip",
  "text_config": {"num_attention_heads": 12}, "vision_config": {"image_size": 384}})";
constexpr const char* kBlipVqa = R"({"architectures": ["BlipForQuestionAnswering"], "model_type": "blip",
  "text_config": {"num_attention_heads": 12}, "vision_config": {"image_size": 384}})";
constexpr const char* kVitGpt2 = R"({"architectures": ["VisionEncoderDecoderModel"],
  "model_type": "vision-encoder-decoder", "decoder_start_token_id": 50256, "encoder": {"model_type": "vit"},
  "decoder": {"model_type": "gpt2", "add_cross_attention": true}})";
constexpr const char* kPaliGemma = R"({"architectures": ["PaliGemmaForConditionalGeneration"],
  "model_type": "paligemma", "image_token_index": 257152, "projection_dim": 2048,
  "text_config": {"model_type": "gemma", "hidden_size": 2048, "intermediate_size": 16384, "num_attention_heads": 8,
    "num_hidden_layers": 18, "num_key_value_heads": 1, "vocab_size": 257216},
  "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 1152, "intermediate_size": 4304,
    "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14, "image_size": 224}})";

const char* ConfigOf(HubModelSize size) {
  switch (size) {
    case HubModelSize::kBlipBase:
      return kBlip;
    case HubModelSize::kBlipVqaBase:
      return kBlipVqa;
    case HubModelSize::kVitGpt2:
      return kVitGpt2;
    case HubModelSize::kPaliGemma3b:
      return kPaliGemma;
  }
  return "";
}

/// A vocabulary of words w5, w6 ... behind BERT's marks; each family's own is of the same size, which is what counts.
void WriteTokenizer(const TemporaryDirectory& directory, int64_t words) {
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (int64_t i = 5; i < words - 1; ++i) vocabulary += "w" + std::to_string(i) + "\n";
  WriteFileWhole(directory.PathOf("vocab.txt"), vocabulary + "<image>\n");
  WriteFileWhole(directory.PathOf("tokenizer_config.json"),
                 R"({"tokenizer_class": "BertTokenizer", "bos_token": "[CLS]", "eos_token": "[SEP]",
                "additional_special_tokens": ["<image>"]})");
}

int64_t VocabularyOf(HubModelSize size) {
  switch (size) {
    case HubModelSize::kVitGpt2:
      return 50257;
    case HubModelSize::kPaliGemma3b:
      return 257153;  // <image> is its last id
    default:
      return 30524;
  }
}

}  // namespace

Model RandomHubModel(HubModelSize size, c10::Device device, at::ScalarType dtype) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("config.json"), ConfigOf(size));
  WriteFileWhole(directory.PathOf("preprocessor_config.json"), "{}");
  WriteTokenizer(directory, VocabularyOf(size));
  at::manual_seed(1);
  LoadOptions options;
  options.device = device;
  options.dtype = dtype;
  options.random_weights = true;
  auto model = LoadModel(directory.path(), options);
  model.decoding.max_length = kWords;
  model.decoding.beam = 1;
  model.decoding.ends = {0};
  model.decoding.rules.least_length = kWords + 1;
  return model;
}

at::Tensor RandomImageFor(const Model& model, int64_t side) {
  at::manual_seed(2);
  return at::randn({1, 3, side, side}).to(model.image_options());
}

}  // namespace wherefore
