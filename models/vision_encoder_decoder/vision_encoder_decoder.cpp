#include "models/vision_encoder_decoder/vision_encoder_decoder.h"

#include <optional>

#include <ATen/ATen.h>

#include "models/files/files.h"
#include "models/hugging_face/generation_config.h"
#include "models/hugging_face/hub_family.h"
#include "models/hugging_face/image_processor_config.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/vision_encoder_decoder/gpt2_decoder.h"
#include "models/vit/vit_tower.h"

namespace wherefore {
namespace {

class VitGpt2 : public TextNetwork {
 public:
  VitGpt2(const Weights& weights, const VitOptions& vit, const Gpt2Options& gpt2)
      : all_(*this, weights),
        tower_(all_, "encoder", vit),
        projection_(TakeProjection(all_, vit.units, gpt2.units)),
        decoder_(all_, gpt2, projection_ ? gpt2.units : vit.units) {}

  DecoderState Start(const Input& input, Tape& tape) override {
    const auto tokens = tower_(input.images, tape);
    return decoder_.Start(projection_ ? (*projection_)(tokens) : tokens);
  }
  at::Tensor Read(const at::Tensor& ids, DecoderState* state, Tape& tape) override {
    return decoder_.Read(ids, state, tape);
  }
  VocabularyLayer vocabulary_layer() const override { return decoder_.vocabulary_layer(); }
  const torch::nn::Module& image_part() const override { return *this; }
  const VitTower& tower() const { return tower_; }

 private:
  /// Where the two are of different sizes.
  static std::optional<LinearLayer> TakeProjection(const WeightTree& all, int64_t from, int64_t to) {
    if (!all.Has("enc_to_dec_proj.weight")) return std::nullopt;
    return LinearLayer::Take(all.In("enc_to_dec_proj"), from, to);
  }

  WeightTree all_;
  VitTower tower_;
  std::optional<LinearLayer> projection_;
  Gpt2Decoder decoder_;
};

void RequireType(const HubConfig& part, const char* type) {
  if (part.Text("model_type", type) != type) part.Refuse("model_type", std::string("\"") + type + "\"");
}

/// What a key of generation_config.json, of config.json or of its decoder says of ids, the first that there is.
std::vector<int64_t> IdsUnder(const ModelFiles& files, const std::string& key, int64_t vocabulary, int64_t otherwise) {
  const auto path = files.PathOf("generation_config.json");
  const auto text = IsFile(path) ? ReadFile(path) : "{}";
  const auto document = ParseJson(text.data(), text.size(), path);
  const HubConfig config(files.config, files.config_path());
  for (const auto& place : {HubConfig(document, path), config, config.Section("decoder")}) {
    const auto ids = place.OneOrMore(key, 0, vocabulary - 1);
    if (!ids.empty()) return ids;
  }
  return {otherwise};
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
  const auto network = std::make_shared<VitGpt2>(weights, VitOptions(encoder), gpt2);
  weights.RequireAllTaken(VitGpt2Leftovers());

  Model model;
  model.info.name = HubName(files.directory);
  model.info.tasks = {Task::kCaption};
  model.info.layer = network->tower().last_layer();
  model.info.image = ReadHubImageOptions(files.directory, "ViTImageProcessor");
  model.network = network;
  model.network->eval();
  model.tokenizer = LoadHuggingFaceTokenizer(files.directory);
  model.decoding = ReadHubGeneration(files, decoder, &model.info.warnings);
  const int64_t last = gpt2.vocabulary - 1;  // GPT-2's only mark
  const auto begin = IdsUnder(files, "bos_token_id", gpt2.vocabulary, last).front();
  model.decoding.begin = {IdsUnder(files, "decoder_start_token_id", gpt2.vocabulary, begin).front()};
  model.decoding.ends = IdsUnder(files, "eos_token_id", gpt2.vocabulary, last);
  model.text.max_length = gpt2.positions - 1;
  return model;
}

}  // namespace

Family VisionEncoderDecoderFamily() {
  return HubFamily("vision-encoder-decoder", "VisionEncoderDecoderModel", "captioning by a ViT and GPT-2",
                   {Task::kCaption}, LoadVisionEncoderDecoder);
}

}  // namespace wherefore
