#include "models/clip/clip.h"

#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "models/hugging_face/hub_family.h"
#include "models/text/hugging_face_tokenizer.h"
#include "models/transformers/clip_tower.h"
#include "models/transformers/decoder_memory.h"

namespace wherefore {
namespace {

/// Sizes of the text tower, with CLIPTextConfig's defaults.
struct ClipTextOptions : PreNormBlockOptions {
  int64_t vocabulary = 0;
  int64_t layers = 0;
  int64_t positions = 0;  ///< most pieces of a label, its begin and end counted
  int64_t end = 0;        ///< the id whose place is read
};

/// An old key's object has the class's defaults where it is silent, and stands for the other's.
HubConfig ClipSection(const HubConfig& config, const std::string& key) {
  const auto old = key + "_dict";
  return config.Section(config.Has(old) ? old : key);
}

ClipTextOptions ReadClipText(const HubConfig& text) {
  ClipTextOptions options;
  options.units = text.Integer("hidden_size", 512, 1, kMostHubUnits);
  options.inner_units = text.Integer("intermediate_size", 2048, 1, kMostHubUnits);
  options.heads = HubHeads(text, "num_attention_heads", 8, options.units);
  options.epsilon = text.Number("layer_norm_eps", 1e-5, 0, 1);
  options.activation = ReadActivation(text, "hidden_act", "quick_gelu");
  options.vocabulary = text.Integer("vocab_size", 49408, 1, kMostHubTokens);
  options.layers = text.Integer("num_hidden_layers", 12, 1, kMostHubLayers);
  options.positions = text.Integer("max_position_embeddings", 77, 1, kMostHubTokens);
  options.end = text.Integer("eos_token_id", 49407, 0, kMostHubTokens);
  return options;
}

VisionTowerOptions ReadClipVision(const HubConfig& config) {
  return ReadVisionTowerOptions(ClipSection(config, "vision_config"), {1e-5, 224, 32, "quick_gelu"});
}

/// Reads labels; each piece sees those before it.
class ClipTextTower {
 public:
  ClipTextTower(const WeightTree& all, const ClipTextOptions& options) : end_(options.end) {
    const auto embeddings = all.In("text_model.embeddings");
    words_ = embeddings.In("token_embedding").Take("weight", {options.vocabulary, options.units});
    positions_ = embeddings.In("position_embedding").Take("weight", {options.positions, options.units});
    for (int64_t i = 0; i < options.layers; ++i) {
      blocks_.emplace_back(all, "text_model.encoder.layers." + std::to_string(i), ClipBlockNames(), options);
    }
    norm_ = LayerNorm::Take(all.In("text_model.final_layer_norm"), options.units, options.epsilon);
  }

  /// The output (1, units) at the end of a label with ids (1, L).
  at::Tensor operator()(const at::Tensor& ids) const {
    auto x = at::embedding(words_, ids) + PositionsFrom(positions_, 0, ids.size(1));
    const auto mask = CausalMask(0, ids.size(1), x);
    Tape idle;
    for (const auto& block : blocks_) x = block(x, {}, idle, mask);
    return norm_(x.select(1, EndOf(ids)));
  }

 private:
  /// The place of the first end. Old configurations say 2, which is another id: their end is the largest one.
  int64_t EndOf(const at::Tensor& ids) const {
    constexpr int64_t kOldEnd = 2;
    const auto marked = end_ == kOldEnd ? ids : ids.eq(end_).to(at::kLong);
    return marked.argmax(1).item<int64_t>();
  }

  int64_t end_;
  at::Tensor words_;
  at::Tensor positions_;
  std::vector<PreNormBlock> blocks_;
  LayerNorm norm_;
};

/// Rows (N, D) of length 1.
at::Tensor OfLengthOne(const at::Tensor& rows) { return rows / rows.norm(2, {1}, /*keepdim=*/true); }

class Clip : public ZeroShotNetwork {
 public:
  Clip(const Weights& weights, const HubConfig& config)
      : vision_({*this, weights}, ClipTowerNames("vision_model"), ReadClipVision(config)),
        text_({*this, weights}, ReadClipText(ClipSection(config, "text_config"))) {
    const WeightTree all(*this, weights);
    const auto units = config.Integer("projection_dim", 512, 1, kMostHubUnits);
    const auto text_units = ReadClipText(ClipSection(config, "text_config")).units;
    image_projection_ = LinearLayer::Take(all.In("visual_projection"), vision_.units(), units, /*has_bias=*/false);
    text_projection_ = LinearLayer::Take(all.In("text_projection"), text_units, units, /*has_bias=*/false);
    scale_ = all.Take("logit_scale", {});
  }

  at::Tensor LabelEmbedding(const at::Tensor& ids) override { return OfLengthOne(text_projection_(text_(ids))); }

  at::Tensor Logits(const Input& input, Tape& tape) override {
    const auto image = OfLengthOne(image_projection_(vision_(input.images, tape).select(1, 0)));
    if (!input.labels.defined()) return at::empty({image.size(0), 0}, image.options());
    return at::linear(image, input.labels) * scale_.to(image.scalar_type()).exp();
  }

  const torch::nn::Module& image_part() const override { return *this; }
  const VisionTower& vision() const { return vision_; }

 private:
  VisionTower vision_;
  ClipTextTower text_;
  LinearLayer image_projection_;
  LinearLayer text_projection_;
  at::Tensor scale_;
};

Model LoadClip(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  const std::shared_ptr<const HuggingFaceTokenizer> tokenizer = LoadHuggingFaceTokenizer(files.directory);
  const auto weights = HubWeights(files, options);
  const auto network = std::make_shared<Clip>(weights, config);
  weights.RequireAllTaken({"position_ids"});
  auto model = HubModel(files, network, Task::kClassification, network->vision().last_layer_before_mixing(),
                        "CLIPImageProcessor");
  ReadTextsWith(tokenizer, ReadClipText(ClipSection(config, "text_config")).positions, &model);
  return model;
}

}  // namespace

Family ClipFamily() {
  return HubFamily("clip", "CLIPModel", "CLIP, labels that the user writes (Radford et al. 2021)",
                   {Task::kClassification}, LoadClip);
}

}  // namespace wherefore
