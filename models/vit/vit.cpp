#include "models/vit/vit.h"

#include <ATen/ATen.h>

#include "models/hugging_face/hub_config.h"
#include "models/hugging_face/hub_family.h"
#include "models/hugging_face/image_processor_config.h"
#include "models/transformers/parts.h"

namespace wherefore {
namespace {

/// Class defaults: transformers' ViTConfig.
struct VitOptions {
  explicit VitOptions(const HubConfig& config)
      : units(config.Integer("hidden_size", 768, 1, kMostHubUnits)),
        inner_units(config.Integer("intermediate_size", 3072, 1, kMostHubUnits)),
        layers(config.Integer("num_hidden_layers", 12, 1, kMostHubLayers)),
        heads(HubHeads(config, "num_attention_heads", 12, units)),
        epsilon(config.Number("layer_norm_eps", 1e-12, 0, 1)),
        has_bias(config.Boolean("qkv_bias", true)),
        activation(ReadActivation(config, "hidden_act", "gelu")),
        grid(ReadPatchGrid(config, 224, 16)) {
    if (config.Integer("num_channels", 3, 1, kMostHubUnits) != 3)
      config.Refuse("num_channels", "3: photographs are RGB");
  }

  int64_t units;
  int64_t inner_units;
  int64_t layers;
  int64_t heads;
  double epsilon;
  bool has_bias;  ///< of queries, keys and values
  Activation activation;
  PatchGrid grid;
};

/// A block that normalises before attention and before its two layers, each beside what goes past it.
struct VitBlock {
  VitBlock(const WeightTree& weights, const VitOptions& options, std::string block_name)
      : name(std::move(block_name)),
        heads(options.heads),
        activation(options.activation),
        norm_before(LayerNorm::Take(weights.In("layernorm_before"), options.units, options.epsilon)),
        norm_after(LayerNorm::Take(weights.In("layernorm_after"), options.units, options.epsilon)),
        query(TakeProjection(weights, "query", options)),
        key(TakeProjection(weights, "key", options)),
        value(TakeProjection(weights, "value", options)),
        output(LinearLayer::Take(weights.In("attention.output.dense"), options.units, options.units)),
        widen(LinearLayer::Take(weights.In("intermediate.dense"), options.units, options.inner_units)),
        narrow(LinearLayer::Take(weights.In("output.dense"), options.inner_units, options.units)) {}

  static LinearLayer TakeProjection(const WeightTree& weights, const std::string& which, const VitOptions& options) {
    return LinearLayer::Take(weights.In("attention.attention." + which), options.units, options.units,
                             options.has_bias);
  }

  at::Tensor operator()(const at::Tensor& x, const Places& places, Tape& tape) const {
    const auto normed = tape.At(name + ".layernorm_before", norm_before(x), places);
    const KeysAndValues seen = {SplitHeads(key(normed), heads), SplitHeads(value(normed), heads)};
    const auto read = Attend(SplitHeads(query(normed), heads), seen, {}, name + ".attention.attention", tape);
    const auto attended = x + output(read);
    return tape.At(name, attended + narrow(activation(widen(norm_after(attended)))), places);
  }

  std::string name;
  int64_t heads;
  Activation activation;
  LayerNorm norm_before;
  LayerNorm norm_after;
  LinearLayer query;
  LinearLayer key;
  LinearLayer value;
  LinearLayer output;
  LinearLayer widen;
  LinearLayer narrow;
};

class Vit : public LabelNetwork {
 public:
  Vit(const Weights& weights, const VitOptions& options) : options_(options) {
    const WeightTree all(*this, weights);
    const auto embeddings = all.In("vit.embeddings");
    class_token_ = embeddings.Take("cls_token", {1, 1, options.units});
    positions_ = embeddings.Take("position_embeddings", {1, options.grid.size() + 1, options.units});
    patches_ = PatchEmbedding::Take(embeddings.In("patch_embeddings.projection"), options.units,
                                    options.grid.patch_height, options.grid.patch_width);
    for (int64_t i = 0; i < options.layers; ++i) {
      const auto name = "vit.encoder.layer." + std::to_string(i);
      blocks_.emplace_back(all.In(name), options, name);
    }
    norm_ = LayerNorm::Take(all.In("vit.layernorm"), options.units, options.epsilon);
    const auto head = all.In("classifier");
    head_ = LinearLayer::Take(head, options.units, head.ShapeOf("weight", 2)[0]);
  }

  at::Tensor Logits(const Input& input, Tape& tape) override {
    const auto images = tape.At(kImageLayer, input.images);
    CheckImages(images, options_.grid);
    const auto places = options_.grid.places(1);
    auto x = at::cat({class_token_.expand({images.size(0), 1, options_.units}), patches_(images)}, 1) + positions_;
    x = tape.At("vit.embeddings", x, places);
    for (const auto& block : blocks_) x = block(x, places, tape);
    return head_(tape.At("vit.layernorm", norm_(x), places).select(1, 0));
  }

  const torch::nn::Module& image_part() const override { return *this; }
  int64_t labels() const { return head_.weight.size(0); }

 private:
  VitOptions options_;
  at::Tensor class_token_;
  at::Tensor positions_;
  PatchEmbedding patches_;
  std::vector<VitBlock> blocks_;
  LayerNorm norm_;
  LinearLayer head_;
};

Model LoadVit(const ModelFiles& files, const LoadOptions& options) {
  const HubConfig config(files.config, files.config_path());
  const VitOptions vit(config);
  const auto weights = HubWeights(files, options);
  auto network = std::make_shared<Vit>(weights, vit);
  // A pooler's, of a model that was saved with one.
  weights.RequireAllTaken({"position_ids", "pooler.dense.weight", "pooler.dense.bias"});
  auto model = HubClassifier(files, network, network->labels());
  model.info.image = ReadHubImageOptions(files.directory, "ViTImageProcessor");
  model.info.layer = "vit.encoder.layer." + std::to_string(vit.layers - 1) + ".layernorm_before";
  return model;
}

}  // namespace

Family VitFamily() {
  return HubFamily("vit", "ViTForImageClassification", "vision transformers that classify (Dosovitskiy et al. 2021)",
                   {Task::kClassification}, LoadVit);
}

}  // namespace wherefore
