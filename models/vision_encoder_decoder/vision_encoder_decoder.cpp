#include "models/vision_encoder_decoder/vision_encoder_decoder.h"

#include <optional>

#include <ATen/ATen.h>

#include "models/hugging_face/generation_config.h"
#include "models/hugging_face/hub_family.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/vision_encoder_decoder/gpt2_decoder.h"
#include "models/vit/vit_tower.h"

namespace wherefore {
namespace {

class VitGpt2 : public TextNetwork {
 public:
  VitGpt2(const Weights& weights, const HubConfig& encoder, const Gpt2Options& gpt2)
      : tower_(TakeVitTower({*this, weights}, "encoder", encoder)),
        projection_(TakeProjection({*this, weights}, tower_.units(), gpt2.units)),
        decoder_({*this, weights}, gpt2, projection_ ? gpt2.units : tower_.units()) {}

  DecoderState Start(const Input& input, Tape& tape) override {
    const auto tokens = tower_(input.images, tape);
    return decoder_.Start(projection_ ? (*projection_)(tokens, tape) : tokens, tape);
  }
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) override {
    return decoder_.Read(ids, state, tape);
  }
  VocabularyLayer vocabulary_layer() const override { return decoder_.vocabulary_layer(); }
  const torch::nn::Module& image_part() const override { return *this; }
  const VisionTower& tower() const { return tower_; }

 private:
  /// Where the two are of different sizes.
  static std::optional<LinearLayer> TakeProjection(const WeightTree& all, int64_t from, int64_t to) {
    if (!all.Has("enc_to_dec_proj.weight")) return std::nullopt;
    return LinearLayer::Take(all.In("enc_to_dec_proj"), from, to);
  }

  VisionTower tower_;
  std::optional<LinearLayer> projection_;
  Gpt2Decoder decoder_;
};

void RequireType(const HubConfig& part, const char* type) {
  if (part.Text("model_type", type) != type) part.Refuse("model_type", std::string("\"") + type + "\"");
}

/// Which id a text begins with, and which end it.
void SetMarks(const ModelFiles& files, const HubConfig& config, int64_t vocabulary, DecodeOptions* options) {
  const std::vector<HubConfig> places = {config, config.Section("decoder")};
  const int64_t last = vocabulary - 1;  // GPT-2's only mark
  const auto begin = ReadHubIds(files, places, "bos_token_id", vocabulary, last).front();
  options->begin = {ReadHubIds(files, places, "decoder_start_token_id", vocabulary, begin).front()};
  options->ends = ReadHubIds(files, places, "eos_token_id", vocabulary, last);
}

/// Masks that old versions stored, a pooler that nothing reads, and the head, which is the word embeddings.
std::vector<std::string> VitGpt2Leftovers() {
  auto names = VitLeftovers();
  names.insert(names.end(), {"attn.bias", "attn.masked_bias", "crossattention.bias", "crossattention.masked_bias",
                             "decoder.lm_head.weight"});
  return names;
}

Model LoadVisionEncoderDecoder(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  const auto encoder = config.Section("encoder");
  const auto decoder = config.Section("decoder");
  RequireType(encoder, "vit");
  RequireType(decoder, "gpt2");
  const Gpt2Options gpt2(decoder);
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<VitGpt2>(weights, encoder, gpt2);
  weights.RequireAllTaken(VitGpt2Leftovers());

  auto model = HubModel(files, network, Task::kCaption, network->tower().last_layer(), "ViTImageProcessor");
  model.tokenizer = LoadHuggingFaceTokenizer(files.directory);
  model.decoding = ReadHubGeneration(files, decoder, &model.info.warnings);
  SetMarks(files, config, gpt2.vocabulary, &model.decoding);
  model.text.max_length = gpt2.positions - 1;
  return model;
}

}  // namespace

Family VisionEncoderDecoderFamily() {
  return HubFamily("vision-encoder-decoder", "VisionEncoderDecoderModel", "captioning by a ViT and GPT-2",
                   {Task::kCaption}, LoadVisionEncoderDecoder);
}

}  // namespace wherefore
