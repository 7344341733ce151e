#include "models/blip/blip.h"

#include <utility>

#include <ATen/ATen.h>

#include "models/blip/blip_decoder.h"
#include "models/hugging_face/generation_config.h"
#include "models/hugging_face/hub_family.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/transformers/vision_tower.h"

namespace wherefore {
namespace {

VisionTower TakeBlipTower(const WeightTree& all, const HubConfig& config) {
  VisionTowerNames names;
  names.embeddings = "vision_model.embeddings";
  names.class_token = "class_embedding";
  names.positions = "position_embedding";
  names.patches = "patch_embedding";
  names.blocks = "vision_model.encoder.layers";
  names.norm_before = "layer_norm1";
  names.attention = "self_attn";
  names.projections = {"self_attn.qkv"};
  names.output = "self_attn.projection";
  names.norm_after = "layer_norm2";
  names.widen = "mlp.fc1";
  names.narrow = "mlp.fc2";
  names.last_norm = "vision_model.post_layernorm";
  return {all, names, ReadVisionTowerOptions(config.Section("vision_config"), {1e-5, 384})};
}

class BlipCaptioner : public TextNetwork {
 public:
  BlipCaptioner(const Weights& weights, const HubConfig& config)
      : vision_(TakeBlipTower({*this, weights}, config)),
        decoder_({*this, weights}, BertOptions(config.Section("text_config"), vision_.units(), {})) {}

  DecoderState Start(const Input& input, Tape& tape) override {
    return decoder_.Start(vision_(input.images, tape), tape);
  }
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) override {
    return decoder_.Read(ids, state, tape);
  }
  VocabularyLayer vocabulary_layer() const override { return decoder_.vocabulary_layer(); }
  const torch::nn::Module& image_part() const override { return *this; }
  const std::string& default_layer() const { return vision_.last_layer(); }

 private:
  VisionTower vision_;
  BlipDecoder decoder_;
};

/// Reads the question, each token of which sees all others and the image.
class BlipQuestionEncoder {
 public:
  BlipQuestionEncoder(const WeightTree& all, const BertOptions& options)
      : embeddings_(all.In("text_encoder.embeddings"), options),
        blocks_(TakeBertBlocks(all, "text_encoder.encoder", options)) {}

  /// Tokens (N, L, units) of ids (1 or N, words), beside the image's (N, places, units).
  at::Tensor operator()(const at::Tensor& ids, const at::Tensor& image, Tape& tape) const {
    auto x = embeddings_.Placed(tape.Input(kPromptInput, embeddings_.Words(ids)), 0);
    x = x.expand({image.size(0), x.size(1), x.size(2)});
    for (const auto& block : blocks_) {
      x = block(x, block.attention.See(x, tape), {}, block.cross_attention->See(image, tape), tape);
    }
    return x;
  }

 private:
  BertEmbeddings embeddings_;
  std::vector<BertBlock> blocks_;
};

class BlipAnswerer : public TextNetwork {
 public:
  BlipAnswerer(const Weights& weights, const HubConfig& config)
      : vision_(TakeBlipTower({*this, weights}, config)),
        encoder_({*this, weights}, BertOptions(config.Section("text_config"), vision_.units(), {})),
        decoder_({*this, weights}, AnswerOptions(config.Section("text_config"))) {}

  DecoderState Start(const Input& input, Tape& tape) override {
    return decoder_.Start(encoder_(input.prompt, vision_(input.images, tape), tape), tape);
  }
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) override {
    return decoder_.Read(ids, state, tape);
  }
  VocabularyLayer vocabulary_layer() const override { return decoder_.vocabulary_layer(); }
  const torch::nn::Module& image_part() const override { return *this; }
  const std::string& default_layer() const { return vision_.last_layer(); }

 private:
  /// The answer is written from the question's tokens.
  static BertOptions AnswerOptions(const HubConfig& text) {
    BertOptions options(text, 0, {});
    options.seen_units = options.units;
    return options;
  }

  VisionTower vision_;
  BlipQuestionEncoder encoder_;
  BlipDecoder decoder_;
};

/// What both kinds have beside the network.
template <class BlipNetwork>
Model BlipModel(const ModelFiles& files, Task task, const std::shared_ptr<BlipNetwork>& network,
                std::shared_ptr<const HuggingFaceTokenizer> tokenizer) {
  const HubConfig config(files.config, files.config_path());
  const auto text = config.Section("text_config");
  auto model = HubModel(files, network, task, network->default_layer(), "BlipImageProcessor");
  model.tokenizer = std::move(tokenizer);
  model.decoding = ReadHubGeneration(files, text, &model.info.warnings);
  // Class defaults of BlipTextConfig; generation ends with [SEP], whatever 'eos_token_id' says.
  const auto vocabulary = text.Integer("vocab_size", 30524, 1, kMostHubTokens);
  model.decoding.begin = {text.Integer("bos_token_id", 30522, 0, vocabulary - 1)};
  model.decoding.ends = {text.Integer("sep_token_id", 102, 0, vocabulary - 1)};
  // Beside what stands around a question, or before a caption.
  model.text.max_length = text.Integer("max_position_embeddings", 512, 1, kMostHubTokens) - 2;
  return model;
}

/// The head is the word embeddings, where a file has them twice.
const std::vector<std::string>& BlipTiedWeights() {
  static const std::vector<std::string> tied = {"position_ids", "cls.predictions.decoder.weight",
                                                "cls.predictions.decoder.bias"};
  return tied;
}

Model LoadBlipCaptioner(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<BlipCaptioner>(weights, config);
  weights.RequireAllTaken(BlipTiedWeights());
  return BlipModel(files, Task::kCaption, network, LoadHuggingFaceTokenizer(files.directory));
}

Model LoadBlipAnswerer(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  const std::shared_ptr<const HuggingFaceTokenizer> tokenizer = LoadHuggingFaceTokenizer(files.directory);
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<BlipAnswerer>(weights, config);
  weights.RequireAllTaken(BlipTiedWeights());
  auto model = BlipModel(files, Task::kVqa, network, tokenizer);
  model.question_form.ids_before = tokenizer->special_ids_before();
  model.question_form.ids_behind = tokenizer->special_ids_behind();
  return model;
}

}  // namespace

Family BlipCaptionFamily() {
  return HubFamily("blip", "BlipForConditionalGeneration", "BLIP captioning (Li et al. 2022)", {Task::kCaption},
                   LoadBlipCaptioner);
}

Family BlipVqaFamily() {
  return HubFamily("blip-vqa", "BlipForQuestionAnswering",
                   "BLIP question answering, answers are written (Li et al. 2022)", {Task::kVqa}, LoadBlipAnswerer);
}

}  // namespace wherefore
