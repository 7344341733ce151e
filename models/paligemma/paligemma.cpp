#include "models/paligemma/paligemma.h"

#include <utility>

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/transformers/clip_tower.h"
#include "models/transformers/image_prompt.h"
#include "models/transformers/llama.h"

namespace wherefore {
namespace {

constexpr const char* kPaliGemmaTower = "vision_tower.vision_model";
constexpr const char* kPaliGemmaCaption = "caption en";

LlamaOptions ReadPaliGemmaText(const HubConfig& config) {
  const auto text = config.Section("text_config");
  if (text.Text("model_type", "gemma") != "gemma") text.Refuse("model_type", "\"gemma\": others are not read");
  auto options = ReadGemmaOptions(text);
  options.first_position = 1;
  options.prompt_sees_all = true;
  return options;
}

VisionTowerOptions ReadPaliGemmaTower(const HubConfig& config) {
  const auto vision = config.Section("vision_config");
  if (vision.Text("model_type", "siglip_vision_model") != "siglip_vision_model") {
    vision.Refuse("model_type", "\"siglip_vision_model\"");
  }
  return ReadVisionTowerOptions(vision, {1e-6, 224, 16, "gelu_pytorch_tanh"});
}

class PaliGemma : public TextNetwork {
 public:
  PaliGemma(const Weights& weights, const VisionTowerOptions& vision, const LlamaOptions& text, int64_t image_id)
      : tower_({*this, weights}, SiglipTowerNames(kPaliGemmaTower), vision),
        projection_(
            LinearLayer::Take(WeightTree(*this, weights).In("multi_modal_projector.linear"), vision.units, text.units)),
        decoder_({*this, weights}, "language_model", text),
        image_id_(image_id) {}

  DecoderState Start(const Input& input, Tape& tape) override {
    const auto image = projection_(tower_(input.images, tape), tape);
    return decoder_.Start(ImagePrompt(input.prompt, image, image_id_, decoder_, tape), tape);
  }
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) override {
    return decoder_.Read(ids, state, tape);
  }
  VocabularyLayer vocabulary_layer() const override { return decoder_.vocabulary_layer(); }
  const torch::nn::Module& image_part() const override { return *this; }
  const VisionTower& tower() const { return tower_; }

 private:
  VisionTower tower_;
  LinearLayer projection_;
  LlamaDecoder decoder_;
  int64_t image_id_;
};

Model LoadPaliGemma(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  const std::shared_ptr<const HuggingFaceTokenizer> tokenizer = LoadHuggingFaceTokenizer(files.directory);
  const auto image_id = ReadImageId(config, *tokenizer, 256000);
  QuestionForm form;
  form.before = TextOfId(*tokenizer, RequireMark(files, *tokenizer, "bos_token"));
  form.behind = "\n";
  form.ids_before = {image_id};
  const auto weights = HubWeights(files, options);
  weights.RenameAll("vision_tower.", "vision_tower.vision_model.");
  weights.PassOver(std::string(kPaliGemmaTower) + ".head.");  // which old files have, and nothing reads
  const auto text = ReadPaliGemmaText(config);
  const auto network = std::make_shared<PaliGemma>(weights, ReadPaliGemmaTower(config), text, image_id);
  weights.RequireAllTaken({"position_ids", "rotary_emb.inv_freq", "language_model.lm_head.weight"});
  auto model = HubModel(files, network, Task::kVqa, network->tower().last_layer(), "SiglipImageProcessor");
  AskByImagePrompt(files, tokenizer, form, kPaliGemmaCaption, text, &model);
  return model;
}

}  // namespace

Family PaliGemmaFamily() {
  return HubFamily("paligemma", "PaliGemmaForConditionalGeneration",
                   "PaliGemma, answers and captions that are written (Beyer et al. 2024)", {Task::kVqa, Task::kCaption},
                   LoadPaliGemma);
}

}  // namespace wherefore
