#include "models/llava/llava.h"

#include <utility>

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/transformers/clip_tower.h"
#include "models/transformers/image_prompt.h"
#include "models/transformers/llama.h"

namespace wherefore {
namespace {

constexpr const char* kLlavaTower = "vision_tower.vision_model";
constexpr const char* kLlavaCaption = "Provide a one-sentence caption for the provided image.";

/// Of CLIP's tower, whose block 'vision_feature_layer' gives what is read: the last ones have nothing to do.
VisionTowerOptions ReadLlavaTower(const HubConfig& config) {
  const auto vision = config.Section("vision_config");
  if (vision.Text("model_type", "clip_vision_model") != "clip_vision_model") {
    vision.Refuse("model_type", "\"clip_vision_model\"");
  }
  auto options = ReadVisionTowerOptions(vision, {1e-5, 224, 32, "quick_gelu"});
  const auto layer = config.Integer("vision_feature_layer", -2, -options.layers, options.layers);
  const auto blocks = layer < 0 ? options.layers + 1 + layer : layer;
  if (blocks < 1) config.Refuse("vision_feature_layer", "a block's output, not that of the embeddings");
  options.layers = blocks;
  return options;
}

VisionTowerNames LlavaTowerNames() {
  auto names = ClipTowerNames(kLlavaTower);
  names.last_norm = "";
  return names;
}

/// Whether the class token is left out of what is read.
bool ReadDropsClassToken(const HubConfig& config) {
  const auto strategy = config.Text("vision_feature_select_strategy", "default");
  if (strategy != "default" && strategy != "full") {
    config.Refuse("vision_feature_select_strategy", "\"default\" or \"full\"");
  }
  return strategy == "default";
}

class Llava : public TextNetwork {
 public:
  Llava(const Weights& weights, const HubConfig& config, const LlamaOptions& text, int64_t image_id)
      : tower_({*this, weights}, LlavaTowerNames(), ReadLlavaTower(config)),
        drops_class_token_(ReadDropsClassToken(config)),
        activation_(ReadActivation(config, "projector_hidden_act", "gelu")),
        widen_(TakeProjection(weights, "linear_1", tower_.units(), text.units, config)),
        narrow_(TakeProjection(weights, "linear_2", text.units, text.units, config)),
        decoder_({*this, weights}, "language_model", text),
        image_id_(image_id) {}

  DecoderState Start(const Input& input, Tape& tape) override {
    auto image = tower_(input.images, tape);
    if (drops_class_token_) image = image.narrow(1, 1, image.size(1) - 1);
    image = narrow_(activation_(widen_(image)));
    return decoder_.Start(ImagePrompt(input.prompt, image, image_id_, decoder_, tape), tape);
  }
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) override {
    return decoder_.Read(ids, state, tape);
  }
  VocabularyLayer vocabulary_layer() const override { return decoder_.vocabulary_layer(); }
  const torch::nn::Module& image_part() const override { return *this; }
  const VisionTower& tower() const { return tower_; }

 private:
  LinearLayer TakeProjection(const Weights& weights, const std::string& name, int64_t in, int64_t out,
                             const HubConfig& config) {
    return LinearLayer::Take(WeightTree(*this, weights).In("multi_modal_projector." + name), in, out,
                             config.Boolean("multimodal_projector_bias", true));
  }

  VisionTower tower_;
  bool drops_class_token_;
  Activation activation_;
  LinearLayer widen_;
  LinearLayer narrow_;
  LlamaDecoder decoder_;
  int64_t image_id_;
};

/// The blocks behind the one that is read, and the tower's last normalisation.
void PassOverUnreadBlocks(const Weights& weights, const HubConfig& config) {
  const std::string tower = kLlavaTower;
  const auto all = ReadVisionTowerOptions(config.Section("vision_config"), {1e-5, 224, 32, "quick_gelu"}).layers;
  for (auto block = ReadLlavaTower(config).layers; block < all; ++block) {
    weights.PassOver(tower + ".encoder.layers." + std::to_string(block) + ".");
  }
  weights.PassOver(tower + ".post_layernorm.");
}

Model LoadLlava(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  const std::shared_ptr<const HuggingFaceTokenizer> tokenizer = LoadHuggingFaceTokenizer(files.directory);
  const auto image_id = ReadImageId(config, *tokenizer, 32000);
  QuestionForm form;
  form.before = "USER: " + TextOfId(*tokenizer, image_id) + "\n";
  form.behind = " ASSISTANT:";
  form.ids_before = tokenizer->special_ids_before();
  form.ids_behind = tokenizer->special_ids_behind();
  const auto weights = HubWeights(files, options);
  weights.RenameAll("vision_tower.", "vision_tower.vision_model.");
  PassOverUnreadBlocks(weights, config);
  const auto text = ReadLlamaOptions(config.Section("text_config"));
  const auto network = std::make_shared<Llava>(weights, config, text, image_id);
  weights.RequireAllTaken({"position_ids", "rotary_emb.inv_freq"});
  auto model = HubModel(files, network, Task::kVqa, network->tower().last_layer(), "CLIPImageProcessor");
  AskByImagePrompt(files, tokenizer, form, kLlavaCaption, text, &model);
  return model;
}

}  // namespace

Family LlavaFamily() {
  return HubFamily("llava", "LlavaForConditionalGeneration",
                   "LLaVA 1.5, answers and captions that are written (Liu et al. 2023)", {Task::kVqa, Task::kCaption},
                   LoadLlava);
}

}  // namespace wherefore
